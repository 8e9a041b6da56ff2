import Core
import Foundation
import Inference
import Interop
import Support
import Torch

/// `nndet import-python`: makes a model, and data, of the Python original usable here (spec 06, 08).
public struct ImportPython: Sendable {
    /// Folder of a fold, or of consolidated folds, of the original.
    public let model: URL
    /// The folder of a task of the original, or its `preprocessed/`; nil: only the model is wanted.
    public var data: URL?
    /// Becomes the folder of the model.
    public let output: URL
    /// Replaces what another model has left in `output`.
    public var overwrites = false

    public init(model: URL, output: URL) {
        self.model = model
        self.output = output
    }

    /// Writes `config.yaml`, `plan.json`, `plan_inference.json`, `splits.json`, the weights and `meta.json`, and the data below `data/<task>/`.
    ///
    /// What was imported from the same files already is left as it is.
    /// - Throws: `Problem` naming the file that is missing or damaged, and what in it has no counterpart here.
    public func run(_ context: CommandContext) throws {
        let source = OriginalModel(model)
        let weights = try source.weights()
        let run = RunFolder(url: output)
        let key = try source.key(weights)
        let meta: [String: String] = (try? JSONFile.read(from: run.meta)) ?? [:]
        if meta["imported"] == key, weights.allSatisfy({ FileManager.default.fileExists(atPath: run.file($0.target).path) }) {
            context.log.info("\(output.path): imported already")
            return try importData(run, context)
        }
        // What was stopped half-way goes on.
        guard overwrites || meta["importing"] == key || meta["imported"] == key || !FileManager.default.fileExists(atPath: run.config.path)
        else { throw Problem(output, "holds another model", remedy: "choose another --output, or add --overwrite") }
        // Nothing is written before everything has been understood.
        let inference = try source.inferencePlan()
        let configuration = try configuration(source, context)
        let plan = try configuration.overwriting(inference.plan)
        let networks = try weights.map { (run.file($0.target), try tensors($0.file, plan, configuration)) }
        let splits = try source.splits.map(OriginalSplits.read)

        try JSONFile.write(["importing": key], to: run.meta)
        try removeFormer(run)
        try AtomicFile.write(Data(configuration.yaml().utf8), to: run.config)
        try AtomicFile.write(Data(configuration.resolvedYAML().utf8), to: run.resolvedConfig)
        try JSONFile.write(inference.plan, to: run.plan)
        if inference.isTuned {
            try JSONFile.write(InferencePlan(plan: inference.plan, parameters: inference.parameters), to: run.planInference)
        }
        if let splits { try JSONFile.write(splits, to: run.splits) }
        for (file, tensors) in networks { try WeightFile.write(tensors, to: file) }
        try JSONFile.write(["imported": key, "imported_on": Date().formatted(.iso8601), "source": "Python nnDetection"], to: run.meta)
        context.log.info(
            "imported \(weights.map(\.target).joined(separator: ", ")) of \(configuration.exp.id), "
                + "\(inference.isTuned ? "tuned" : "not tuned"): \(output.path)")
        try importData(run, context)
    }

    /// Removes what another model has left: its weights would predict together with the new ones.
    private func removeFormer(_ run: RunFolder) throws {
        let weights = try FolderContents.names(in: run.url).filter { $0.hasPrefix("model_") && $0.hasSuffix(".safetensors") }.map(run.file)
        for file in weights + [run.planInference, run.splits] where FileManager.default.fileExists(atPath: file.path) {
            guard unlink(file.path) == 0 else { throw Problem(file, doing: "replace", errno: errno) }
        }
    }

    /// The stored configuration, in our form, with every key checked.
    private func configuration(_ source: OriginalModel, _ context: CommandContext) throws -> Configuration {
        let document = try Configuration.original(Document.read(source.config), named: source.config.path)
        guard let data = document["data"] else {
            throw Problem(
                source.config, "does not say what the model was trained on: 'data' is missing", remedy: "add the content of dataset.json")
        }
        _ = try DatasetInfo(data, named: source.config.path)
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("config.yaml")
        try AtomicFile.write(Data(document.yaml().utf8), to: file)
        return try Configuration.read(file, environment: context.environment)
    }

    /// Weights that the network of `plan` takes, each one and no other.
    private func tensors(_ file: URL, _ plan: Plan, _ configuration: Configuration) throws -> [String: Tensor] {
        let tensors = try WeightFile.tensors(OriginalWeights.read(file), named: file.path).mapValues { try $0.to(.float32) }
        try NetworkBuilder.network(plan, configuration).load(tensors, from: file.path)
        return tensors
    }

    private func importData(_ run: RunFolder, _ context: CommandContext) throws {
        guard let data else { return }
        let inner = data.appendingPathComponent("preprocessed", isDirectory: true)
        let source = FileManager.default.fileExists(atPath: inner.path) ? inner : data
        guard try OriginalData(source: source).isPresent else {
            throw Problem(
                data, "holds no plans of the Python nnDetection (*.pkl)", remedy: "give its task folder, or the folder preprocessed in it")
        }
        let bundle = try ModelBundle.open(run.url, environment: context.environment)
        let task = TaskFolder(url: run.file("data").appendingPathComponent(bundle.info.task, isDirectory: true), info: bundle.info)
        try JSONFile.write(bundle.info.document, to: task.url.appendingPathComponent("dataset.json"))
        let summary = try OriginalData(source: source, target: task.preprocessed).convert()
        for problem in summary.unread { context.log.warning("left out: \(problem)") }
        context.log.info("data: \(summary.text): \(task.url.path)")
    }
}

extension OriginalData.Summary {
    /// For people.
    var text: String {
        "plans \(plans.joined(separator: ", ")), \(cases) case\(cases == 1 ? "" : "s"), \(made) file\(made == 1 ? "" : "s") made from pickles"
    }
}

extension OriginalData {
    /// Makes the pickles of a task usable where they lie, if it has any.
    static func adopt(_ task: TaskFolder, _ context: CommandContext) throws {
        let data = OriginalData(source: task.preprocessed)
        guard try data.isPresent else { return }
        let summary = try data.convert()
        for problem in summary.unread { context.log.warning("left out: \(problem)") }
        if summary.made > 0 { context.log.info("\(task.name): data of the Python nnDetection: \(summary.text)") }
    }
}
