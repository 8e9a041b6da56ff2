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
        if let meta: [String: String] = try? JSONFile.read(from: run.meta), meta["imported"] == key,
            weights.allSatisfy({ FileManager.default.fileExists(atPath: run.file($0.target).path) })
        {
            context.log.info("\(output.path): imported already")
            return try importData(run, context)
        }
        guard overwrites || !FileManager.default.fileExists(atPath: run.config.path) else {
            throw Problem(output, "holds another model", remedy: "choose another --output, or add --overwrite")
        }
        let inference = try source.inferencePlan()
        let document = try Configuration.original(Document.read(source.config), named: source.config.path)
        let yaml = Data(document.yaml().utf8)
        try AtomicFile.write(yaml, to: run.config)
        let configuration = try Configuration.read(run.config, environment: context.environment)
        let plan = try configuration.planOverwrites.applied(to: inference.plan)
        for (file, name) in weights { try convert(file, to: run.file(name), plan, configuration) }
        try AtomicFile.write(Data(configuration.resolvedYAML().utf8), to: run.resolvedConfig)
        try JSONFile.write(inference.plan, to: run.plan)
        if inference.isTuned {
            try JSONFile.write(InferencePlan(plan: inference.plan, parameters: inference.parameters), to: run.planInference)
        }
        if let splits = source.splits { try JSONFile.write(OriginalSplits.read(splits), to: run.splits) }
        try JSONFile.write(["imported": key, "date": Date().formatted(.iso8601), "source": "Python nnDetection"], to: run.meta)
        context.log.info(
            "imported \(weights.map(\.target).joined(separator: ", ")) of \(configuration.exp.id), "
                + "\(inference.isTuned ? "tuned" : "not tuned: run 'nndet sweep' here, or in Python before"): \(output.path)")
        try importData(run, context)
    }

    /// Weights that the network of `plan` takes, each one and no other.
    private func convert(_ file: URL, to target: URL, _ plan: Plan, _ configuration: Configuration) throws {
        let tensors = try WeightFile.tensors(OriginalWeights.read(file), named: file.path).mapValues { try $0.to(.float32) }
        try NetworkBuilder.network(plan, configuration).load(tensors, from: file.path)
        try WeightFile.write(tensors, to: target)
    }

    private func importData(_ run: RunFolder, _ context: CommandContext) throws {
        guard let data else { return }
        let inner = data.appendingPathComponent("preprocessed", isDirectory: true)
        let source = FileManager.default.fileExists(atPath: inner.path) ? inner : data
        guard OriginalData(source: source).isPresent else {
            throw Problem(
                data, "holds no plans of the Python nnDetection (*.pkl)", remedy: "give its task folder, or the folder preprocessed in it")
        }
        let bundle = try ModelBundle.open(run.url, environment: context.environment)
        let task = TaskFolder(url: run.file("data").appendingPathComponent(bundle.info.task, isDirectory: true), info: bundle.info)
        try JSONFile.write(bundle.info.document, to: task.url.appendingPathComponent("dataset.json"))
        let summary = try OriginalData(source: source, target: task.preprocessed).convert()
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
    ///
    /// - Returns: names of the plans that were planned by the original.
    @discardableResult
    static func adopt(_ task: TaskFolder, _ context: CommandContext) throws -> [String] {
        let data = OriginalData(source: task.preprocessed)
        guard data.isPresent else { return [] }
        let summary = try data.convert()
        if summary.made > 0 { context.log.info("\(task.name): data of the Python nnDetection: \(summary.text)") }
        return summary.plans
    }
}
