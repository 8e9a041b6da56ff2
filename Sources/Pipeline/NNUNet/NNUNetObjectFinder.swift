import Core
import Foundation
import Imaging
import Interop
import Support

/// Finds the objects of nnU-Net's cases, and keeps them in `objects/<case>.json` of the model's folder: the probabilities are read once, however
/// many settings are tried.
struct NNUNetObjectFinder: Sendable {
    let task: TaskFolder
    let split: TaskFolder.Split
    let predictions: NNUNetPredictions
    let folder: URL
    let threads: Int

    private struct File: Codable {
        var formatVersion = 1
        let key: String
        let found: [SoftmaxObjects]
        enum CodingKeys: String, CodingKey {
            case key, found
            case formatVersion = "format_version"
        }
    }

    /// The objects of all cases, at each of `thresholds`.
    ///
    /// - Throws: `Problem` naming the file that is missing, damaged or does not fit.
    func objects(_ thresholds: [Double?], _ context: CommandContext) throws -> [[SoftmaxObjects]] {
        let ids = predictions.ids
        let gate = MemoryGate()
        let progress = context.progress("objects", ids.count)
        return try parallelMap(ids.count, threads: threads) { index in
            let id = ids[index]
            defer { progress.advance(note: id) }
            let key = try key(id)
            let file = folder.appendingPathComponent("objects/\(split.rawValue)/\(id).json")
            let present: File? = try? JSONFile.read(from: file)
            var found = present?.key == key ? present?.found ?? [] : []
            let missing = thresholds.filter { threshold in !found.contains { $0.threshold == threshold } }
            if !missing.isEmpty {
                let geometry = try geometry(id)
                try gate.run(needing: bytes(geometry)) {
                    let probabilities = try probabilities(id, geometry)
                    found += missing.map { probabilities.objects(threshold: $0, things: task.info.labels.count).objects }
                }
                try JSONFile.write(File(key: key, found: found), to: file, pretty: false)
            }
            return thresholds.compactMap { threshold in found.first { $0.threshold == threshold } }
        }
    }

    /// The grid of the case's image.
    func geometry(_ id: String) throws -> Geometry { try task.reader.geometry(task.imageFiles(of: id, split)[0]) }

    func probabilities(_ id: String, _ geometry: Geometry) throws -> NNUNetProbabilities {
        let (things, stuff) = (task.info.labels.count, task.info.stuffLabels.count)
        return try NNUNetProbabilities.read(
            predictions.files[id] ?? [], classes: stuff > 0 ? [things, things + stuff] : [things], shape: geometry.size)
    }

    /// Memory that a case takes: its probabilities as they are read and as they are joined, labels, components.
    func bytes(_ geometry: Geometry) -> Int {
        let channels = task.info.labels.count + task.info.stuffLabels.count + 1
        return (8 * channels + 20) * geometry.size.x * geometry.size.y * geometry.size.z
    }

    private func key(_ id: String) throws -> String {
        var key = ContentKey()
        key.add("nnunet objects 1")
        key.add(task.info.labels.count)
        for file in predictions.files[id] ?? [] {
            try key.add(file: file)
            let properties = file.deletingPathExtension().appendingPathExtension("pkl")
            if FileManager.default.fileExists(atPath: properties.path) { try key.add(file: properties) }
        }
        return key.text
    }
}
