import Core
import Foundation
import Support

/// `nndet sweep`: predicts the validation cases of a fold, finds the best inference parameters and applies them (spec 08).
public struct SweepTask: Sendable {
    public let task: TaskFolder
    public let model: ModelFolder
    public let fold: Int
    /// At most so many cases; nil takes all.
    public var caseLimit: Int?

    public init(task: TaskFolder, model: ModelFolder, fold: Int, caseLimit: Int? = nil) {
        self.task = task
        self.model = model
        self.fold = fold
        self.caseLimit = caseLimit
    }

    /// - Throws: `Problem` when the fold is not trained, or a case or its predictions cannot be read.
    public func run(_ context: CommandContext) throws {
        let run = try model.existing(fold: fold)
        let context = try context.logging(to: run.log("sweep"))
        let configuration = try Configuration.read(run.config, environment: context.environment)
        let plan = try Plan.read(from: run.plan)
        let splits: Splits = try JSONFile.read(from: run.splits)
        var cases = try splits.fold(fold).val
        if let caseLimit { cases = Array(cases.prefix(caseLimit)) }
        let weights = run.weights(configuration.trainerCfg.sweepCheckpoint)
        context.log.info("sweep of fold \(fold) over \(cases.count) validation cases, \(weights.lastPathComponent)")
        try ValidationPredictions(task: task, run: run, configuration: configuration, plan: plan).make(cases, weights: weights, context)
        let sweep = BoxSweep(task: task, run: run, plan: plan)
        let parameters = try sweep.sweep(cases, context)
        try sweep.extract(cases, parameters, context)
        context.log.info("inference parameters: \(run.planInference.path)")
    }
}

extension SweepTask {
    /// The command: finds task and model by name, then sweeps.
    public static func run(_ task: String, model: String, fold: Int, _ context: CommandContext) throws {
        let (folder, model) = try ModelSelection.model(task, model, context)
        try SweepTask(task: folder, model: model, fold: fold).run(context)
    }
}
