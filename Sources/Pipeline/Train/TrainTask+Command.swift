import Core
import Foundation
import Interop
import Planning
import Support
import Training

/// Training stopped because the user asked for it; its state is saved.
public typealias Interrupted = TrainingInterrupted

/// What `nndet train` is asked for besides the configuration.
public struct TrainOptions: Sendable {
    /// Every fold that is not finished, instead of the one of `exp.fold`.
    public var allFolds = false
    /// Where to train: `cpu`, `cuda:<n>`, or the number of a GPU. Several train one fold each at a time.
    public var devices: [String] = []
    /// Finds the inference parameters afterwards, and scores the validation cases.
    public var sweeps = false
    /// Only says what it would take.
    public var isDryRun = false

    public init() {}
}

extension TrainTask {
    /// The command: finds the task and does what `options` ask for.
    public static func run(
        _ task: String, overrides: [String], options: TrainOptions, shouldStop: @escaping @Sendable () -> Bool, _ context: CommandContext
    ) throws {
        let (folder, configuration) = try TaskSelection.task(task, overrides: overrides, context)
        try OriginalData.adopt(folder, context)
        let device = options.devices.first.map(deviceName)
        if options.isDryRun {
            let compute = try Compute(configuration.trainerCfg, device: device)
            return try DryRun(setup: FoldSetup(folder, configuration), compute: compute, shouldStop: shouldStop).run(context)
        }
        guard options.allFolds else {
            var training = TrainTask(task: folder, configuration: configuration, shouldStop: shouldStop)
            training.device = device
            let run = try training.run(context)
            guard options.sweeps else { return }
            try SweepTask(folder, run, fold: configuration.exp.fold, configuration, device: training.device).run(context)
            return
        }
        let setup = try FoldSetup(folder, configuration.with(["exp.fold=0"], environment: context.environment))
        try trainFolds(
            Array(setup.splits.folds.indices), of: folder, configuration, devices: options.devices, shouldStop: shouldStop, context
        ) { fold, run, device, context in
            if options.sweeps { try SweepTask(folder, run, fold: fold, configuration, device: device).run(context) }
        }
    }

    /// Trains those of `folds` that are not finished, one per device at a time. One that fails does not stop the others.
    ///
    /// - Parameters:
    ///   - devices: `cpu`, `cuda:<n>`, or the number of a GPU; none takes what a single training takes.
    ///   - after: called with every fold that is trained, also with those that were before, on the thread that trains.
    /// - Throws: the first failure, after all folds; `TrainingInterrupted` after a stop.
    static func trainFolds(
        _ folds: [Int], of task: TaskFolder, _ configuration: Configuration, devices: [String],
        shouldStop: @escaping @Sendable () -> Bool, _ context: CommandContext,
        after: @escaping @Sendable (_ fold: Int, _ run: RunFolder, _ device: String?, _ context: CommandContext) throws -> Void
    ) throws {
        let devices = devices.map(deviceName)
        // What none of them can use is told once, before the first begins.
        for device in devices { _ = try Compute(configuration.trainerCfg, device: device) }
        let isShared = devices.count > 1
        let validation = CrossValidation(
            folds: folds, devices: devices.isEmpty ? [nil] : devices,
            train: { fold, device in
                let configuration = try configuration.with(["exp.fold=\(fold)"], environment: context.environment)
                var training = TrainTask(task: task, configuration: configuration, shouldStop: shouldStop)
                training.device = device
                training.showsProgress = !isShared
                let log = isShared ? context.log.prefixed("fold \(fold): ") : context.log
                let context = context.logging(to: log)
                try after(fold, training.run(context, acceptsFinished: true), device, context)
            }, shouldStop: shouldStop)
        try validation.run { context.log.warning($0) }
    }

    /// `cuda:1` for `1`; other names as they are.
    static func deviceName(_ name: String) -> String { Int(name) == nil ? name : "cuda:\(name)" }
}

extension SweepTask {
    /// The sweep that follows the training of `run`.
    init(_ task: TaskFolder, _ run: RunFolder, fold: Int, _ configuration: Configuration, device: String?) {
        self.init(
            task: task, model: ModelFolder(url: run.url.deletingLastPathComponent()), fold: fold, caseLimit: configuration.debug.numCasesVal
        )
        self.device = device
    }
}
