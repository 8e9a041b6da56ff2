import Core
import Datasets
import Support
import Testing

@Suite struct DivisionTests {
    /// scikit-learn's `train_test_split(…, test_size=0.3, random_state=0)` of ten and of seven.
    @Test(arguments: [(10, [2, 8, 4]), (7, [6, 2, 1])])
    func theOriginalsTestSplit(count: Int, expected: [Int]) {
        let ids = (0..<count).map { "case_\($0)" }
        #expect(Division.heldOut.test(ids.shuffled()) == Set(expected.map { "case_\($0)" }))
        #expect(Division.standard.test(ids).isEmpty)
    }

    /// scikit-learn's `GroupKFold(5)` with the `argsort` of NumPy before 1.25, whose quicksort leaves equal sizes in an order of its own.
    @Test(arguments: [GroupCase.few, .ties, .many])
    func groupsAsScikitLearnFoldsThem(example: GroupCase) throws {
        let splits = try #require(try Division.groups(example.groups).splits(Array(example.groups.keys)))
        #expect(splits.folds.count == 5)
        for (index, fold) in splits.folds.enumerated() {
            #expect(Set(fold.val.compactMap { example.groups[$0] }) == Set(example.folds[index]), "fold \(index)")
            #expect(Set(fold.train).isDisjoint(with: fold.val) && fold.train.count + fold.val.count == example.groups.count)
            #expect(fold.val == fold.val.sorted() && fold.train == fold.train.sorted())
        }
    }

    @Test func tooFewGroups() {
        #expect(throws: Problem.self) { try Division.groups(["a": "1", "b": "1", "c": "2"]).splits(["a", "b", "c"]) }
    }

    @Test func subsetsBecomeFolds() throws {
        let splits = try #require(try Division.subsets(["a": "s1", "b": "s0", "c": "s1"]).splits(["a", "b", "c"]))
        #expect(splits.folds == [.init(train: ["a", "c"], val: ["b"]), .init(train: ["b"], val: ["a", "c"])])
    }

    /// The folds that the original ships for LIDC are those of its default over the 1035 scans of the processed form: the numbers of patients,
    /// a letter for each scan.
    @Test func theFoldsOfLIDC() throws {
        var ids = (1...1012).filter { $0 != 238 && $0 != 585 }.map { number in
            String(repeating: "0", count: 4 - String(number).count) + "\(number)a"
        }
        ids += ["0127", "0132", "0151", "0315", "0332", "0355", "0365", "0442", "0484"].map { "\($0)b" }
        for (patient, letters) in [("0777", "bcdef"), ("1009", "bc"), ("1010", "bc"), ("1011", "bcd"), ("1012", "bcde")] {
            ids += letters.map { "\(patient)\($0)" }
        }
        #expect(ids.count == 1035)
        let folds = try Splits.kFold(ids.shuffled()).folds
        #expect(folds.map(\.val.count) == [207, 207, 207, 207, 207] && folds[0].val.prefix(4) == ["0001a", "0004a", "0005a", "0011a"])
        // FNV-1a of the validation cases as shipped, folds by lines.
        let text = folds.map { $0.val.joined(separator: "|") }.joined(separator: "\n")
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        #expect(hash == 0x4BD8_F101_D061_59DA)
    }
}
