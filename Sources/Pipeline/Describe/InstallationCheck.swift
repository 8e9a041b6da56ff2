import Core
import Foundation
import Imaging
import Support

/// `nndet env --check`: makes a toy task, prepares it, trains one step on it and predicts one image, in a folder that is removed again.
public struct InstallationCheck: Sendable {
    /// Where to compute: `cpu`, `cuda:<n>`; nil takes a GPU where there is one.
    public var device: String?

    public init(device: String? = nil) { self.device = device }

    /// - Parameter report: takes a line per step that worked.
    /// - Throws: what the step that does not work throws.
    public func run(report: (String) -> Void) throws {
        let folder = try TemporaryFolder()
        let environment = Environment(
            dataFolder: folder.url.appendingPathComponent("data"), modelsFolder: folder.url.appendingPathComponent("models"), numThreads: 1,
            verbose: false)
        let context = CommandContext(environment: environment, log: CommandLog(printing: false))
        func step(_ name: String, _ body: () throws -> Void) throws {
            let seconds = try ContinuousClock().measure(body) / .seconds(1)
            report("\(name): works (\(ProgressReporter.duration(seconds)))")
        }
        try step("images are written and read") { try ExampleTask(trainCases: 5, testCases: 1, imageSize: 36).run(context) }
        try step("planning and preprocessing") {
            try Prep().run([ExampleTask.name], context)
            try Unpack().run(ExampleTask.name, context)
        }
        var model = environment.modelsFolder
        try step("a training step") {
            let (task, configuration) = try TaskSelection.task(ExampleTask.name, overrides: Self.oneStep, context)
            var training = TrainTask(task: task, configuration: configuration)
            training.device = device
            model = try training.run(context).url
        }
        try step("a prediction") {
            var options = ObjectDetector.Options()
            options.mirrorings = 1
            options.score = .all
            options.device = device
            let task = try TaskFolder.resolve(ExampleTask.name, in: environment.dataFolder)
            let images = try task.imageFiles(of: "case_5", .test).map { try ImageReader().read($0) }
            _ = try ObjectDetector(modelAt: model, options: options).detect(in: images)
        }
    }

    private static let oneStep = [
        "train=toy", "trainer_cfg.max_num_epochs=1", "trainer_cfg.swa_epochs=0", "trainer_cfg.num_train_batches_per_epoch=1",
        "trainer_cfg.num_val_batches_per_epoch=1", "trainer_cfg.warm_iterations=1",
    ]
}
