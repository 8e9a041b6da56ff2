import Core
import Foundation
import Pickle
import Support

/// The cross-validation of the Python original: `splits_final.pkl` or a fold's `splits.pkl` (spec 01).
public enum OriginalSplits {
    /// - Throws: `Problem` naming the file where it holds no list of folds.
    public static func read(_ url: URL) throws -> Splits {
        guard let folds = try Pickle.read(url).elements() else { throw Problem(url, "holds no list of folds") }
        func ids(_ value: PickledValue?) throws -> [String]? {
            try value?.elements()?.map { value in
                guard case .text(let id) = try value.content() else { throw Problem(url, "has \(value.kind) for the id of a case") }
                return id
            }
        }
        return Splits(
            folds: try folds.enumerated().map { index, fold in
                guard let train = try ids(fold["train"]), let val = try ids(fold["val"]) else {
                    throw Problem(url, "its fold \(index) has no 'train' and 'val'")
                }
                return Splits.Fold(train: train, val: val, test: try ids(fold["test"]))
            })
    }
}

/// The fingerprint of the Python original: `dataset_properties.pkl` (spec 03).
enum OriginalFingerprint {
    static func read(_ url: URL) throws -> Fingerprint {
        let document = try Document(Pickle.read(url), named: url.path)
        return try JSONFile.decode(from: JSONFile.encode(document), named: url.path)
    }
}
