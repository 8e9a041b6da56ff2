import Core
import Detector
import Foundation
import Preprocessing
import Support
import TestSupport
import Torch

/// Folds as a finished training leaves them, with `FixedWeights` and without any training.
enum TrainedTask {
    /// Writes what later commands read of a fold of a prepared task: configuration, plan, splits, meta and the weights. `TrainCommandTests` compares
    /// it with a real training.
    @discardableResult
    static func install(
        in task: TinyTask, fold: Int = 0, seed: UInt64 = 0, options: [String] = ChainTests.short, overrides: [String] = []
    ) throws -> RunFolder {
        let environment = Environment(
            dataFolder: task.root.appendingPathComponent("data"), modelsFolder: task.root.appendingPathComponent("models"), numThreads: 2,
            verbose: false)
        let folder = try TaskFolder(task.folder)
        let configuration = try Configuration.compose(
            options.filter { $0 != "-o" } + ["exp.fold=\(fold)"] + overrides, environment: environment, task: folder)
        let planned = try Plan.read(from: URL(fileURLWithPath: configuration.host.planPath))
        var plan = try configuration.overwriting(planned)
        if let patch = configuration.augmentCfg.patchSize { plan = try plan.with(patchSize: patch, named: "patch_size") }
        if let batch = configuration.augmentCfg.batchSize { plan.batchSize = batch }
        let splits = try Splits.readOrMake(
            folder.splitsFile(configuration.augmentCfg.splits),
            ids: PreprocessedCase.ids(in: folder.preprocessedImages(plan.dataIdentifier, .train)))
        let run = ModelFolder(root: environment.modelsFolder, task: folder.name, model: configuration.exp.id).fold(fold)
        try FileManager.default.createDirectory(at: run.url, withIntermediateDirectories: true)
        try Data(configuration.yaml().utf8).write(to: run.config)
        try JSONFile.write(planned, to: run.plan)
        try JSONFile.write(plan, to: run.planDebug)
        try JSONFile.write(splits, to: run.splits)
        try JSONFile.write(
            ["date": "2026-01-01T00:00:00Z", "torch_version": try TorchLibrary.open(), "device": "none", "training_data": "fixed"],
            to: run.meta)
        let network = try DetectorModule.all.named(configuration.module, key: "module").network(plan, configuration.modelCfg)
        try FixedWeights.write(network.parameters.map { ($0.name, $0.tensor.shape) }, to: run, seed: seed)
        return run
    }
}
