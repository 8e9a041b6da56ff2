import Core
import Foundation
import Inference
import Support

/// What comes from the folds into the consolidated folder, and what was there before and belongs to other folds.
extension ConsolidateTask {
    /// Copies the raw predictions of every fold together; returns their cases.
    ///
    /// - Throws: `Problem` where a fold has none, or has some that were not made as this consolidation works, before anything is replaced.
    func gatherPredictions(_ runs: [RunFolder], to target: RunFolder) throws -> [String] {
        let suffix = "_raw.npz"
        var folds: [String: Int] = [:]
        for (fold, run) in runs.enumerated() {
            let source = run.sweepPredictions
            let found = try FolderContents.names(in: source).filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
            guard !found.isEmpty else {
                throw Problem(source, "fold \(fold) has no predictions of its validation cases", remedy: "run 'nndet sweep' for it first")
            }
            for id in found where try RawPredictions.referenceBehaviour(of: id, in: source) != referenceBehaviour {
                let (made, wanted) = referenceBehaviour ? ("without", "with") : ("with", "without")
                throw Problem(
                    source, "\(id) was predicted \(made) --reference-behaviour",
                    remedy: "run 'nndet sweep' for fold \(fold) \(wanted) it, or consolidate \(made) it")
            }
            for id in found {
                guard let other = folds.updateValue(fold, forKey: id) else { continue }
                throw Problem(
                    source, "\(id) is a validation case of fold \(other) too",
                    remedy: "train the folds of one split, in which each case is validated once")
            }
        }
        try? FileManager.default.removeItem(at: target.sweepPredictions)
        for run in runs { try copyFolder(run.sweepPredictions, to: target.sweepPredictions) }
        return folds.keys.sorted()
    }

    /// Makes `target` hold the files of `sources` and no others.
    func fill(_ target: URL, from sources: [URL]) throws {
        let names = Set(try sources.flatMap { try FolderContents.names(in: $0) })
        for stranger in try FolderContents.names(in: target) where !names.contains(stranger) {
            try FileManager.default.removeItem(at: target.appendingPathComponent(stranger))
        }
        for source in sources { try copyFolder(source, to: target) }
    }

    /// Removes the models of folds from `count` on, which an earlier consolidation of more folds left: every model of the folder predicts.
    func removeModels(besides count: Int, in target: RunFolder) throws {
        let models = Set((0..<count).map { target.model(fold: $0).lastPathComponent })
        for name in try FolderContents.names(in: target.url)
        where name.hasPrefix("model_fold") && name.hasSuffix(".safetensors") && !models.contains(name) {
            try FileManager.default.removeItem(at: target.file(name))
        }
    }

    /// Keys stay behind: they say what may be left as it is in the folder of the fold.
    private func copyFolder(_ source: URL, to target: URL) throws {
        for name in try FolderContents.names(in: source) where !ValidationPredictions.keyFiles.contains(name) {
            try copy(source.appendingPathComponent(name), to: target.appendingPathComponent(name))
        }
    }

    func copy(_ source: URL, to target: URL) throws {
        let data = try Data.file(source)
        try AtomicFile.write(data, to: target)
    }
}
