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
        let devices = options.devices.map { Int($0) == nil ? $0 : "cuda:\($0)" }
        if options.isDryRun {
            let compute = try Compute(configuration.trainerCfg, device: devices.first)
            return try DryRun(setup: FoldSetup(folder, configuration), compute: compute, shouldStop: shouldStop).run(context)
        }
        guard options.allFolds else {
            var training = TrainTask(task: folder, configuration: configuration, shouldStop: shouldStop)
            training.device = devices.first
            try training.runAndSweep(options.sweeps, context)
            return
        }
        let setup = try FoldSetup(folder, configuration.with(["exp.fold=0"], environment: context.environment))
        // What none of them can use is told once, before the first begins.
        for device in devices { _ = try Compute(configuration.trainerCfg, device: device) }
        let isShared = devices.count > 1
        let validation = CrossValidation(
            folds: Array(setup.splits.folds.indices), devices: devices.isEmpty ? [nil] : devices,
            train: { fold, device in
                let configuration = try configuration.with(["exp.fold=\(fold)"], environment: context.environment)
                var training = TrainTask(task: folder, configuration: configuration, shouldStop: shouldStop)
                training.device = device
                training.showsProgress = !isShared
                let log = isShared ? context.log.prefixed("fold \(fold): ") : context.log
                try training.runAndSweep(
                    options.sweeps, acceptsFinished: true, CommandContext(environment: context.environment, log: log))
            }, shouldStop: shouldStop)
        try validation.run { context.log.warning($0) }
    }

    private func runAndSweep(_ sweeps: Bool, acceptsFinished: Bool = false, _ context: CommandContext) throws {
        let run = try run(context, acceptsFinished: acceptsFinished)
        guard sweeps else { return }
        let model = ModelFolder(url: run.url.deletingLastPathComponent())
        var sweep = SweepTask(task: task, model: model, fold: configuration.exp.fold, caseLimit: configuration.debug.numCasesVal)
        sweep.device = device
        try sweep.run(context)
    }
}
