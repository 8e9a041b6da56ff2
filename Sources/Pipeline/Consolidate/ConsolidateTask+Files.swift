import Core
import Foundation
import Support

/// What comes from the folds into the consolidated folder, and what was there before and belongs to other folds.
extension ConsolidateTask {
    /// Copies the raw predictions of every fold together; returns their cases.
    func gather(_ runs: [RunFolder], _ folder: KeyPath<RunFolder, URL>, to target: URL, suffix: String) throws -> [String] {
        try? FileManager.default.removeItem(at: target)
        var cases: [String] = []
        for (fold, run) in runs.enumerated() {
            let source = run[keyPath: folder]
            let found = TaskFolder.names(in: source).filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
            guard !found.isEmpty else {
                throw Problem(source, "fold \(fold) has no predictions of its validation cases", remedy: "run 'nndet sweep' for it first")
            }
            cases += found
            try copyFolder(source, to: target)
        }
        return cases.sorted()
    }

    /// Makes `target` hold the files of `sources` and no others.
    func fill(_ target: URL, from sources: [URL]) throws {
        let names = Set(sources.flatMap { TaskFolder.names(in: $0) })
        for stranger in TaskFolder.names(in: target) where !names.contains(stranger) {
            try FileManager.default.removeItem(at: target.appendingPathComponent(stranger))
        }
        for source in sources { try copyFolder(source, to: target) }
    }

    /// Removes the models of folds from `count` on, which an earlier consolidation of more folds left: every model of the folder predicts.
    func removeModels(besides count: Int, in target: RunFolder) throws {
        let models = Set((0..<count).map { target.model(fold: $0).lastPathComponent })
        for name in TaskFolder.names(in: target.url)
        where name.hasPrefix("model_fold") && name.hasSuffix(".safetensors") && !models.contains(name) {
            try FileManager.default.removeItem(at: target.file(name))
        }
    }

    /// Keys stay behind: they say what may be left as it is in the folder of the fold.
    private func copyFolder(_ source: URL, to target: URL) throws {
        for name in TaskFolder.names(in: source) where name != ValidationPredictions.keysName {
            try copy(source.appendingPathComponent(name), to: target.appendingPathComponent(name))
        }
    }

    func copy(_ source: URL, to target: URL) throws {
        let data = try Data.file(source)
        try AtomicFile.write(data, to: target)
    }
}
