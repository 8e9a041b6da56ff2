import Foundation
import Support

/// The cross-validation of a task, `splits_final.json`: a list with the training and validation cases of each fold.
public struct Splits: Codable, Sendable, Equatable {
    public struct Fold: Codable, Sendable, Equatable {
        public var train: [String]
        public var val: [String]
        /// Held-out cases among the training data, in the first entry of some data sets' splits.
        public var test: [String]?

        public init(train: [String], val: [String], test: [String]? = nil) {
            self.train = train
            self.val = val
            self.test = test
        }

        /// - Throws: `Problem` where a case is listed twice: scores of cases that were trained on are too good.
        package func check(named name: String) throws {
            var roles: [String: String] = [:]
            for (role, ids) in [("train", train), ("val", val), ("test", test ?? [])] {
                for id in ids {
                    guard let other = roles.updateValue(role, forKey: id) else { continue }
                    throw Problem(
                        name,
                        other == role ? "lists the case \(id) twice in '\(role)'" : "lists the case \(id) in '\(other)' and in '\(role)'",
                        remedy: "list each case once")
                }
            }
        }
    }

    public var folds: [Fold]

    public init(folds: [Fold]) { self.folds = folds }

    public init(from decoder: any Decoder) throws { folds = try decoder.singleValueContainer().decode([Fold].self) }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(folds)
    }

    /// The folds of scikit-learn's `KFold(n_splits: folds, shuffle: true, random_state: seed)` over the sorted ids (spec 01).
    ///
    /// - Throws: `Problem` where there are fewer cases than folds.
    public static func kFold(_ ids: [String], folds: Int = 5, seed: UInt32 = 12345) throws -> Splits {
        try requireFolds(folds, of: ids.count, "training cases")
        let sorted = ids.sorted()
        var generator = MersenneTwister(seed: seed)
        let order = generator.permutation(sorted.count)
        var start = 0
        return Splits(
            folds: (0..<folds).map { fold in
                let size = sorted.count / folds + (fold < sorted.count % folds ? 1 : 0)
                let val = Set(order[start..<start + size])
                start += size
                return Fold(train: sorted.indices.filter { !val.contains($0) }.map { sorted[$0] }, val: val.sorted().map { sorted[$0] })
            })
    }

    /// Reads the file, or makes and writes it where it is missing.
    ///
    /// - Throws: `Problem` where it cannot be read or names a case that is not in `ids`.
    public static func readOrMake(_ url: URL, ids: [String]) throws -> Splits {
        guard FileManager.default.fileExists(atPath: url.path) else {
            let splits = try kFold(ids)
            try JSONFile.write(splits, to: url)
            return splits
        }
        let splits: Splits = try JSONFile.read(from: url)
        let known = Set(ids)
        for (index, fold) in splits.folds.enumerated() {
            if let stranger = (fold.train + fold.val + (fold.test ?? [])).first(where: { !known.contains($0) }) {
                throw Problem(
                    url, "fold \(index) names the case \(stranger), which is not among the preprocessed cases",
                    remedy: "run 'nndet prep' again, or delete the file to have it made anew")
            }
            try fold.check(named: "\(url.path): fold \(index)")
        }
        return splits
    }

    /// The cases of fold `index`.
    ///
    /// - Throws: `Problem` where there is no such fold.
    public func fold(_ index: Int) throws -> Fold {
        guard folds.indices.contains(index) else {
            throw Problem("fold \(index)", "does not exist", remedy: "the folds are 0 to \(folds.count - 1)")
        }
        return folds[index]
    }
}
