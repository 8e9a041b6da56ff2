import Core
import Support

/// How a data set is divided: which cases are held out for the test, and which form the folds.
public enum Division: Sendable, Equatable {
    /// Nothing is held out; the folds are those that training makes where there are none.
    case standard
    /// 30 % of the cases are held out, as the original draws them.
    case heldOut
    /// Folds of which no two share a group (a patient); group of each case.
    case groups([String: String])
    /// Every subset is the validation of one fold; subset of each case.
    case subsets([String: String])

    /// Which of `ids` are held out.
    public func test(_ ids: [String]) -> Set<String> { self == .heldOut ? HeldOut.test(ids) : [] }

    /// The folds over `ids` that are written; nil where training makes them.
    ///
    /// - Throws: `Problem` where there are too few cases or groups.
    public func splits(_ ids: [String]) throws -> Splits? {
        switch self {
        case .standard, .heldOut: nil
        case .groups(let groups): try GroupFolds.splits(ids, groups: groups)
        case .subsets(let subsets):
            Splits(
                folds: Set(ids.compactMap { subsets[$0] }).sorted().map { subset in
                    Splits.Fold(
                        train: ids.sorted().filter { subsets[$0] != subset }, val: ids.sorted().filter { subsets[$0] == subset })
                })
        }
    }
}

/// The original's test split: scikit-learn's `train_test_split(test_size: 0.3, random_state: 0)` over the sorted ids (spec 10).
enum HeldOut {
    static func test(_ ids: [String]) -> Set<String> {
        let sorted = ids.sorted()
        var generator = MersenneTwister(seed: 0)
        let count = Int((0.3 * Double(sorted.count)).rounded(.up))
        return Set(generator.permutation(sorted.count).prefix(count).map { sorted[$0] })
    }
}
