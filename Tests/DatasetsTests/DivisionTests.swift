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
}
