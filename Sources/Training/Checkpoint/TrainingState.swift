import Foundation
import Support
import Torch

/// Everything that a run needs to go on as if it had not stopped: one safetensors file, written atomically.
public struct TrainingState {
    public var weights: [String: Tensor]
    public var optimiser: [String: Tensor]
    public var average: WeightAverage
    public var progress: TrainingProgress
    /// Identifies the resolved configuration and plan of the run.
    public var key: String

    public init(weights: [String: Tensor], optimiser: [String: Tensor], average: WeightAverage, progress: TrainingProgress, key: String) {
        self.weights = weights
        self.optimiser = optimiser
        self.average = average
        self.progress = progress
        self.key = key
    }

    private static let version = "1"

    public func write(to url: URL) throws {
        var tensors: [String: Tensor] = [:]
        for (name, tensor) in weights { tensors["weights/\(name)"] = tensor }
        for (name, tensor) in optimiser { tensors["optimiser/\(name)"] = tensor }
        for (name, tensor) in average.weights { tensors["average/\(name)"] = tensor }
        let metadata = [
            "format_version": Self.version, "key": key, "average_count": String(average.count),
            "progress": String(decoding: try JSONFile.encode(progress, pretty: false), as: UTF8.self),
        ]
        try WeightFile.write(tensors, metadata: metadata, to: url)
    }

    /// How far the run of a checkpoint is; needs no libtorch.
    ///
    /// - Throws: as `read`.
    public static func progress(_ url: URL) throws -> TrainingProgress { try progress(of: Safetensors.read(url), url) }

    private static func progress(of file: Safetensors, _ url: URL) throws -> TrainingProgress {
        guard file.metadata["format_version"] == version, let progress = file.metadata["progress"] else {
            throw Problem(url, "is no checkpoint of this version", remedy: "start anew with --overwrite")
        }
        return try JSONFile.decode(from: Data(progress.utf8), named: url.path)
    }

    /// - Throws: `Problem` when the file is damaged or of another format version.
    public static func read(_ url: URL) throws -> TrainingState {
        let file = try Safetensors.read(url)
        let progress = try progress(of: file, url)
        let tensors = try WeightFile.tensors(file, named: url.path)
        func part(_ prefix: String) -> [String: Tensor] {
            var part: [String: Tensor] = [:]
            for (name, tensor) in tensors where name.hasPrefix(prefix + "/") { part[String(name.dropFirst(prefix.count + 1))] = tensor }
            return part
        }
        return TrainingState(
            weights: part("weights"), optimiser: part("optimiser"),
            average: WeightAverage(count: Int(file.metadata["average_count"] ?? "") ?? 0, weights: part("average")),
            progress: progress, key: file.metadata["key"] ?? "")
    }
}
