import Core
import Foundation
import Inference
import Support

/// A trained model that needs nothing else to predict: plan, parameters, configuration, classes and weights of one folder or packed file.
public struct ModelBundle: Sendable {
    /// Where it was opened: a run folder, a model's folder, or a packed file.
    public let url: URL
    /// Plan, parameters and operating point.
    public let inference: InferencePlan
    /// Whether a sweep has found the parameters.
    public let isTuned: Bool
    public let configuration: Configuration
    /// Classes and modalities of the data that it was trained on.
    public let info: DatasetInfo
    /// The weights that predict together, one file per fold.
    public private(set) var weights: [URL]
    /// The folder with the files, unpacked where they were packed.
    let run: RunFolder
    private let unpacked: TemporaryFolder?

    /// Opens a run folder (`fold0`, `consolidated`), the folder of a model (its consolidated folds, or its only fold) or a packed file.
    ///
    /// - Parameters:
    ///   - url: the folder or the file.
    ///   - checkpoint: which weights of a single fold are meant.
    ///   - overrides: `key=value` on top of the stored configuration.
    ///   - environment: gives the values of `${env:…}` in the configuration.
    /// - Throws: `Problem` naming what is missing, damaged or ambiguous.
    public static func open(
        _ url: URL, checkpoint: Checkpoint = .final, overrides: [String] = [], environment: Environment
    ) throws -> ModelBundle {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw Problem(url, "no such model", remedy: "give the folder of a model, or a packed one")
        }
        guard isFolder.boolValue else {
            let folder = try TemporaryFolder()
            try PackedModel.unpack(url, to: folder.url)
            return try ModelBundle(url, run: RunFolder(url: folder.url), folder, checkpoint, overrides, environment)
        }
        return try ModelBundle(url, run: runFolder(url), nil, checkpoint, overrides, environment)
    }

    /// The bundle of a run folder that is known.
    init(
        _ url: URL, run: RunFolder, _ unpacked: TemporaryFolder? = nil, _ checkpoint: Checkpoint, _ overrides: [String],
        _ environment: Environment
    ) throws {
        self.url = url
        self.run = run
        self.unpacked = unpacked
        if try JSONFile.readIfPresent(Document.self, from: run.meta)?["importing"] != nil {
            throw Problem(run.url, "was not imported to its end", remedy: "run 'nndet import-python' again")
        }
        configuration = try Configuration.read(run.config, overrides: overrides, environment: environment)
        isTuned = FileManager.default.fileExists(atPath: run.planInference.path)
        inference = isTuned ? try JSONFile.read(from: run.planInference) : InferencePlan(plan: try Plan.read(from: run.plan))
        try inference.plan.check(named: (isTuned ? run.planInference : run.plan).path)
        guard let data = configuration.document["data"] else {
            throw Problem(run.config, "does not say what the model was trained on: 'data' is missing")
        }
        info = try DatasetInfo(data, named: run.config.path)
        weights = try Self.weights(run, checkpoint)
    }

    private static func runFolder(_ url: URL) throws -> RunFolder {
        let here = RunFolder(url: url)
        if FileManager.default.fileExists(atPath: here.config.path) { return here }
        let consolidated = ModelFolder(url: url).consolidated
        if FileManager.default.fileExists(atPath: consolidated.config.path) { return consolidated }
        let folds = try FolderContents.names(in: url).filter { $0.hasPrefix("fold") }
            .map { RunFolder(url: url.appendingPathComponent($0, isDirectory: true)) }
            .filter { FileManager.default.fileExists(atPath: $0.config.path) }
        guard folds.count <= 1 else {
            throw Problem(
                url, "holds \(folds.count) folds that are not consolidated",
                remedy: "run 'nndet consolidate', or name one, such as \(folds[0].url.path)")
        }
        guard let fold = folds.first else {
            throw Problem(url, "is not the folder of a model: config.yaml is missing", remedy: "name fold<k> or consolidated of a model")
        }
        return fold
    }

    private static func weights(_ run: RunFolder, _ checkpoint: Checkpoint) throws -> [URL] {
        let names = try FileManager.default.contentsOfDirectory(atPath: run.url.path)
        func number(_ name: String) -> Int { Int(name.filter(\.isNumber)) ?? 0 }
        let folds = names.filter { $0.hasPrefix("model_fold") && $0.hasSuffix(".safetensors") }.sorted { number($0) < number($1) }
        guard folds.isEmpty else { return folds.map(run.file) }
        let single = run.weights(checkpoint)
        guard FileManager.default.fileExists(atPath: single.path) else {
            throw Problem(
                single, "no such model",
                remedy: run.url.lastPathComponent == "consolidated"
                    ? "run 'nndet consolidate' without --no_model" : "finish the training first, or choose --ckpt")
        }
        return [single]
    }

    /// Leaves only the first `count` of the weights; nil leaves all.
    mutating func keepWeights(_ count: Int?) {
        if let count { weights = Array(weights.prefix(max(1, count))) }
    }

    /// Key of everything that determines what the model finds.
    func contentKey() throws -> ContentKey {
        var key = ContentKey()
        for url in weights { try key.add(file: url) }
        key.add(String(decoding: try JSONFile.encode(inference), as: UTF8.self))
        for part in configuration.determining + ["\(configuration.inferenceKwargs)"] { key.add(part) }
        return key
    }

    /// Names and thresholds of the classes for files that people read.
    var legend: ClassLegend { ClassLegend(names: info.labels, operatingScores: inference.operatingPoint?.scores ?? [:]) }
}
