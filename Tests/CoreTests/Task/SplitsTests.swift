import Core
import Foundation
import Support
import TestSupport
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

    @Test(arguments: [
        (#"[]"#, "names no fold"), (#"[{"train": ["a"], "val": []}]"#, "fold 0 has no validation case"),
        (#"[{"train": [], "val": ["a"]}]"#, "fold 0 has no training case"),
        (#"[{"train": ["a"], "val": ["x"]}]"#, "names the case x, which is not among"),
        (#"[{"train": ["a", "a"], "val": ["b"]}]"#, "names the case a twice among its training cases"),
        (
            #"[{"train": ["a"], "val": ["b"]}, {"train": ["a", "b"], "val": ["b"]}]"#,
            "fold 1 has b among its training and its validation cases"
        ),
        (#"[{"train": ["a"], "val": ["b"], "test": ["a"]}]"#, "fold 0 has a among its training and its test cases"),
    ])
    func whatCannotBeTrainedOrScoredIsNamed(text: String, message: String) throws {
        let splits: Splits = try JSONFile.decode(from: .init(text.utf8), named: "splits")
        let url = URL(fileURLWithPath: "/splits.json")
        let problem = #expect(throws: Problem.self) { try splits.check(ids: ["a", "b", "c"], url) }
        #expect(problem?.description.contains(message) == true, "\(problem as Any)")
    }

    @Test func whatMayBeMeantIsNoted() throws {
        let splits = Splits(folds: [.init(train: ["a"], val: ["b"]), .init(train: ["a", "d"], val: ["b", "c"])])
        let url = URL(fileURLWithPath: "/splits.json")
        try splits.check(ids: ["a", "b", "c", "d", "e"], url)
        let notices = splits.notices(ids: ["a", "b", "c", "d", "e"], url)
        #expect(notices.count == 2 && notices[0].contains("folds 0 and 1 both validate on b"))
        #expect(notices.last?.hasSuffix("1 of 5 cases are in no fold and are not used: e") == true)
        #expect(Splits(folds: [.init(train: ["a"], val: ["b"])]).notices(ids: ["a", "b"], url).isEmpty)
    }

    @Test func fileIsAPlainList() throws {
        let text = #"[{"train": ["a"], "val": ["b"], "test": ["c"]}]"#
        let splits: Splits = try JSONFile.decode(from: .init(text.utf8), named: "splits")
        #expect(splits.folds == [.init(train: ["a"], val: ["b"], test: ["c"])])
        #expect(try JSONFile.decode(Splits.self, from: JSONFile.encode(splits), named: "again") == splits)
        #expect(throws: Problem.self) { try splits.fold(1) }
    }

    @Test(.timeLimit(.minutes(1))) func thousandsOfCasesAreBalanced() throws {
        let ids = (0..<2000).map { "case_\($0)" }
        let objects = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, [$0 % 7: $0 % 5, 8: 1]) })
        let splits = try Splits.balanced(ids, objects: objects)
        #expect(Set(splits.folds.flatMap(\.val)).count == 2000 && splits.folds.allSatisfy { (399...401).contains($0.val.count) })
    }

    @Test func withoutGroupsAndClassesABalancedSplitIsTheDefault() throws {
        let ids = (0..<13).map { "case_\($0)" }
        #expect(try Splits.balanced(ids) == Splits.kFold(ids))
        #expect(try Splits.balanced(ids, folds: 3, seed: 1) == Splits.kFold(ids, folds: 3, seed: 1))
        #expect(try Splits.balanced(ids, seed: 1) != Splits.kFold(ids))
    }

    @Test(arguments: [UInt32(0), 1, 2, 12345])
    func groupsStayTogether(seed: UInt32) throws {
        // 12 patients with 1 to 4 cases.
        let groups = (0..<12).flatMap { patient in (0..<patient % 4 + 1).map { ("p\(patient)_\($0)", "p\(patient)") } }
        let ids = groups.map(\.0)
        let splits = try Splits.balanced(ids, seed: seed, groups: Dictionary(uniqueKeysWithValues: groups))
        #expect(splits.folds.flatMap(\.val).sorted() == ids.sorted())
        let patient = { (id: String) in String(id.prefix { $0 != "_" }) }
        for fold in splits.folds {
            #expect(Set(fold.val.map(patient)).isDisjoint(with: fold.train.map(patient)))
            #expect((fold.train + fold.val).sorted() == ids.sorted() && fold.val == fold.val.sorted())
            // 30 cases in 5 folds.
            #expect((5...7).contains(fold.val.count))
        }
        #expect(try Splits.balanced(ids.reversed(), seed: seed, groups: Dictionary(uniqueKeysWithValues: groups)) == splits)
    }

    @Test(arguments: [UInt32(0), 1, 12345])
    func classesAreBalanced(seed: UInt32) throws {
        // A rare class in 5 of 40 cases, 10 cases without objects, several objects of the common class elsewhere.
        let ids = (0..<40).map { "case_\($0)" }
        var objects: [String: [Int: Int]] = [:]
        for (index, id) in ids.enumerated() {
            objects[id] = index < 5 ? [1: 1, 0: 1] : index < 15 ? [:] : [0: 1 + index % 3]
        }
        let splits = try Splits.balanced(ids, seed: seed, objects: objects)
        let total = objects.values.reduce(0) { $0 + ($1[0] ?? 0) }
        for fold in splits.folds {
            #expect(fold.val.count == 8)
            #expect(fold.val.reduce(0) { $0 + (objects[$1]?[1] ?? 0) } == 1)
            #expect(fold.val.count { objects[$0]?.isEmpty == true } == 2)
            #expect(abs(fold.val.reduce(0) { $0 + (objects[$1]?[0] ?? 0) } - total / 5) <= 2)
        }
    }

    @Test func tooFewGroupsAreAnError() {
        #expect(throws: Problem.self) { try Splits.balanced(["a", "b", "c"], folds: 2, groups: ["a": "x", "b": "x", "c": "x"]) }
        #expect(throws: Problem.self) { try Splits.balanced(["a", "b", "c"], folds: 1) }
    }
}
