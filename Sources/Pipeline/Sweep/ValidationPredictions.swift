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

    /// Predicts `cases` with all networks in `weights` together and 8 mirrorings; cases that are there, made of the same weights, are kept.
    func make(_ cases: [String], weights: [URL], _ context: CommandContext) throws {
        let key = try key(weights)
        let folder = run.sweepPredictions
        let keyFile = folder.appendingPathComponent("key.json")
        if let old: String = try? JSONFile.read(from: keyFile), old == key {
        } else {
            try? FileManager.default.removeItem(at: folder)
            try JSONFile.write(key, to: keyFile)
        }
        let missing = cases.filter { !isThere($0) }
        guard !missing.isEmpty else { return }
        let model = try LoadedModel(plan: plan, configuration: configuration, weights: weights, device: device)
        let images = task.preprocessedImages(plan.dataIdentifier, .train)
        let progress = context.progress("validation cases", missing.count)
        for id in missing {
            let prepared = try PreparedCase.read(id, in: images)
            var (raw, probabilities) = try model.predict(
                prepared.channels, channels: prepared.channelCount, shape: prepared.shape, PredictionSettings(segments: keepsProbabilities))
            try probabilities?.save(id, in: folder)
            raw.properties = prepared.properties
            try raw.save(id, in: folder)
            progress.advance(note: id)
        }
    }

    private func isThere(_ id: String) -> Bool {
        let files = RawPredictions.files(of: id, in: run.sweepPredictions)
        let probabilities = keepsProbabilities ? [ClassProbabilities.file(of: id, in: run.sweepPredictions)] : []
        return ([files.arrays, files.description] + probabilities).allSatisfy { FileManager.default.fileExists(atPath: $0.path) }
    }

    private func key(_ weights: [URL]) throws -> String {
        var key = ContentKey()
        for file in weights { try Data.file(file).withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in key.add(bytes) } }
        for part in configuration.determining { key.add(part) }
        return key.text
    }
}
