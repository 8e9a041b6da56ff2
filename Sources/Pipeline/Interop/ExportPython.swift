import Core
import Foundation
import Support
import Torch

/// `nndet export-python`: a model's weights for PyTorch, with the original's names (spec 06).
public struct ExportPython: Sendable {
    /// Folder of a model, or a packed one.
    public let model: URL
    public let output: URL
    /// Which weights of a single fold are meant.
    public var checkpoint = Checkpoint.final

    public init(model: URL, output: URL) {
        self.model = model
        self.output = output
    }

    /// Writes one `.safetensors` (float32) per network, `plan_inference.json` (or `plan.json`), `config.yaml` and `nndet_files.py`, which reads
    /// them and our predictions.
    ///
    /// - Throws: `Problem` naming what is missing or damaged, or a file that cannot be written.
    public func run(_ context: CommandContext) throws {
        let bundle = try ModelBundle.open(model, checkpoint: checkpoint, environment: context.environment)
        let plan = try bundle.configuration.overwriting(bundle.inference.plan)
        let network = try NetworkBuilder.network(plan, bundle.configuration)
        let shapes = Dictionary(uniqueKeysWithValues: network.parameters.map { ($0.name, $0.tensor.shape) })
        for file in bundle.weights {
            let tensors = try WeightFile.read(file)
            // Names and shapes are the network's, which are the original's.
            try network.load(tensors, from: file.path)
            let exported = try tensors.reduce(into: [String: Tensor]()) { exported, entry in
                exported[entry.key] = try entry.value.to(.float32).reshaped(shapes[entry.key] ?? entry.value.shape)
            }
            try WeightFile.write(exported, metadata: ["format": "pt"], to: output.appendingPathComponent(file.lastPathComponent))
        }
        try JSONFile.write(bundle.inference.plan, to: output.appendingPathComponent("plan.json"))
        if bundle.isTuned { try JSONFile.write(bundle.inference, to: output.appendingPathComponent("plan_inference.json")) }
        try AtomicFile.write(Data(bundle.configuration.forOriginal.yaml().utf8), to: output.appendingPathComponent("config.yaml"))
        try AtomicFile.write(Data(PythonSnippet.text.utf8), to: output.appendingPathComponent(PythonSnippet.fileName))
        context.log.info("exported \(bundle.weights.map(\.lastPathComponent).joined(separator: ", ")): \(output.path)")
    }
}
