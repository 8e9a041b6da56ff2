import Core
import Support
import Testing

@Suite struct SplitsTests {
    /// Reference values of scikit-learn (spec 01).
    @Test func foldsEqualScikitLearn() throws {
        let expected: [Int: [[Int]]] = [
            10: [[0, 7], [3, 9], [4, 6], [1, 8], [2, 5]],
            13: [[0, 7, 9], [3, 6, 10], [8, 11, 12], [1, 4], [2, 5]],
        ]
        for (count, folds) in expected {
            let ids = (0..<count).map { $0 < 10 ? "case_0\($0)" : "case_\($0)" }
            let splits = try Splits.kFold(ids.reversed())
            #expect(splits.folds.map(\.val) == folds.map { $0.map { ids[$0] } })
            for fold in splits.folds { #expect((fold.train + fold.val).sorted() == ids && fold.train == fold.train.sorted()) }
        }
    }

    @Test func fewCasesAreAnError() {
        #expect(throws: Problem.self) { try Splits.kFold(["a", "b", "c", "d"]) }
    }

    @Test func fileIsAPlainList() throws {
        let text = #"[{"train": ["a"], "val": ["b"], "test": ["c"]}]"#
        let splits: Splits = try JSONFile.decode(from: .init(text.utf8), named: "splits")
        #expect(splits.folds == [.init(train: ["a"], val: ["b"], test: ["c"])])
        #expect(try JSONFile.decode(Splits.self, from: JSONFile.encode(splits), named: "again") == splits)
        #expect(throws: Problem.self) { try splits.fold(1) }
    }
}
