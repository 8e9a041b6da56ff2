import Core
import Foundation
import Inference
import Preprocessing
import Support
import Torch

/// Raw predictions of the validation cases of one fold: what the sweep and the consolidation tune on.
struct ValidationPredictions {
    let task: TaskFolder
    let run: RunFolder
    let configuration: Configuration
    let plan: Plan
    /// Where to predict; nil as the configuration says.
    var device: String?
    /// Whether the probabilities of voxels are kept too, which segmentations and masks are made of.
    var keepsProbabilities = false
    /// The original's tiles and mirroring.
    var referenceBehaviour = false

    /// Names of the files that say what each prediction of a fold was made of.
    static let keyFiles = KeyJournal.fileNames("keys")

    /// What each prediction of a fold was made of; the file of an earlier version where it alone exists.
    static func keys(of run: RunFolder) -> URL {
        let files = keyFiles.map { run.sweepPredictions.appendingPathComponent($0) }
        return files.first { FileManager.default.fileExists(atPath: $0.path) } ?? files[0]
    }

    private var images: URL { task.preprocessedImages(plan.dataIdentifier, .train) }

    /// Predicts `cases` with the networks in `weights` together and 8 mirrorings. Cases that are there, made of the same arrays by the same model in the
    /// same way, are kept; whatever else lies in the folder is removed, for consolidation takes all of it.
    func make(_ cases: [String], weights: [URL], _ context: CommandContext) throws {
        let keys = try keys(cases, weights)
        let made = KeyJournal("keys", in: run.sweepPredictions)
        let missing = cases.filter { !made.holds($0, keys[$0] ?? "", files: files($0)) }
        try keep(Set(cases).subtracting(missing), made)
        guard !missing.isEmpty else { return }
        let model = try LoadedModel(
            plan: plan, configuration: configuration, weights: weights, device: device, referenceBehaviour: referenceBehaviour)
        let settings = PredictionSettings(segments: keepsProbabilities, referenceBehaviour: referenceBehaviour)
        let folder = run.sweepPredictions
        let progress = context.progress("validation cases", missing.count)
        for id in missing {
            let prepared = try PreparedCase.read(id, in: images)
            var (raw, probabilities) = try model.predict(
                prepared.channels, channels: prepared.channelCount, shape: prepared.shape, settings)
            try probabilities?.save(id, in: folder)
            raw.properties = prepared.properties
            try raw.save(id, in: folder)
            try made.note(id, keys[id])
            progress.advance(note: id)
        }
    }

    private func files(_ id: String) -> [URL] {
        let files = RawPredictions.files(of: id, in: run.sweepPredictions)
        let probabilities = keepsProbabilities ? [ClassProbabilities.file(of: id, in: run.sweepPredictions)] : []
        return [files.arrays, files.description] + probabilities
    }

    /// Leaves nothing in the folder but the predictions of `cases`.
    private func keep(_ cases: Set<String>, _ made: KeyJournal) throws {
        for id in made.ids where !cases.contains(id) { try made.note(id, nil) }
        let folder = run.sweepPredictions
        let names = cases.flatMap { id in
            let files = RawPredictions.files(of: id, in: folder)
            return [files.arrays, files.description, ClassProbabilities.file(of: id, in: folder)].map(\.lastPathComponent)
        }
        let kept = Set(names + Self.keyFiles)
        for name in try FolderContents.names(in: folder) where !kept.contains(name) {
            try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
        }
    }

    /// For each case the key of everything that its predictions are made of.
    private func keys(_ cases: [String], _ weights: [URL]) throws -> [String: String] {
        var common = ContentKey()
        for file in weights { try common.add(file: file) }
        common.add(String(decoding: try JSONFile.encode(plan), as: UTF8.self))
        for part in configuration.determining + ["\(configuration.inferenceKwargs)", "reference_behaviour=\(referenceBehaviour)"] {
            common.add(part)
        }
        return try cases.reduce(into: [:]) { keys, id in
            var key = common
            try PreparedCase.addContent(of: id, in: images, to: &key)
            keys[id] = key.text
        }
    }
}
