import Core
import Foundation
import Support

/// What folds must have in common to be one model, checked before anything is written.
enum FoldAgreement {
    /// - Throws: `Problem` where a case is in the validation set of two folds, or a fold has another network or data than the first.
    static func check(_ runs: [RunFolder]) throws {
        var owners: [String: Int] = [:]
        for (fold, run) in runs.enumerated() where FileManager.default.fileExists(atPath: run.splits.path) {
            let splits: Splits = try JSONFile.read(from: run.splits)
            for id in try splits.fold(fold).val {
                if let owner = owners[id] {
                    throw Problem(
                        run.splits, "the case \(id) is a validation case of folds \(owner) and \(fold): it would count twice",
                        remedy: "make a split whose validation sets share no case, and train these folds with it")
                }
                owners[id] = fold
            }
        }
        let first = try plan(runs[0])
        for run in runs.dropFirst() {
            let other = try plan(run)
            let parts: [(String, Bool)] = [
                ("architecture", other.architecture == first.architecture), ("anchors", other.anchors == first.anchors),
                ("patch_size", other.patchSize == first.patchSize), ("data_identifier", other.dataIdentifier == first.dataIdentifier),
                ("target_spacing", other.targetSpacing == first.targetSpacing),
                ("normalization_schemes", other.normalizationSchemes == first.normalizationSchemes),
            ]
            let differing = parts.filter { !$0.1 }.map(\.0)
            guard differing.isEmpty else {
                throw Problem(
                    run.url, "is of another network or plan than \(runs[0].url.lastPathComponent): \(differing.joined(separator: ", "))",
                    remedy: "train all folds with the same options")
            }
        }
    }

    /// As the network was built.
    private static func plan(_ run: RunFolder) throws -> Plan {
        try Plan.read(from: FileManager.default.fileExists(atPath: run.planDebug.path) ? run.planDebug : run.plan)
    }
}
