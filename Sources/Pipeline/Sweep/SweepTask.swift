import Core
import Evaluation
import Foundation
import Support

/// What the scores of daily use are chosen for.
public typealias OperatingPointCriterion = OperatingPoint.Criterion

/// `nndet sweep`: predicts the validation cases of a fold, finds the best inference parameters, applies them, and scores and
/// analyses the result (spec 02, 08).
public struct SweepTask: Sendable {
    public let task: TaskFolder
    public let model: ModelFolder
    public let fold: Int
    /// At most so many cases; nil takes all.
    public var caseLimit: Int?
    /// Key of the score that decides; nil takes mAP at IoU 0.1 to 0.5.
    public var metric: String?
    /// What the scores of daily use are chosen for.
    public var criterion = OperatingPointCriterion.falsePositivesPerScan(1)
    /// Whether segmentations, and masks of objects, are written beside the boxes.
    public var segmentations = false
    public var instances = false
    /// Whether the parameters of masks are tuned.
    public var sweepsInstances = false
    /// The original's tiles, mirroring, choice among equal scores, restoration and order.
    public var referenceBehaviour = false
    /// Where to predict: `cpu`, `cuda:<n>`; nil as the configuration says.
    public var device: String?

    public init(task: TaskFolder, model: ModelFolder, fold: Int, caseLimit: Int? = nil) {
        self.task = task
        self.model = model
        self.fold = fold
        self.caseLimit = caseLimit
    }

    /// - Throws: `Problem` when the fold is not trained, or a case or its predictions cannot be read.
    public func run(_ context: CommandContext) throws {
        let run = try model.existing(fold: fold)
        try FinishedFold.require(run, .final)
        let mark = try Activity.sweeping.begin(in: run.url)
        defer { withExtendedLifetime(mark) {} }
        let context = try context.logging(to: run.log("sweep"))
        // Whatever 'nndet run' found here is about to be replaced.
        FinishedStage.forget(in: run.sweep)
        let configuration = try Configuration.read(run.config, environment: context.environment)
        let plan = try Plan.read(from: run.plan)
        let splits: Splits = try JSONFile.read(from: run.splits)
        var cases = try splits.fold(fold).val
        if let caseLimit { cases = Array(cases.prefix(caseLimit)) }
        let checkpoints = configuration.trainerCfg.sweepCheckpoints
        // A training without any score has no best model.
        let weights = checkpoints.map(run.weights).filter {
            checkpoints.count == 1 || FileManager.default.fileExists(atPath: $0.path)
        }
        let segmentations = segmentations || configuration.inferenceKwargs.doSegmentation
        let instances = instances || sweepsInstances
        let names = weights.map(\.lastPathComponent).joined(separator: ", ")
        context.log.info("sweep of fold \(fold) over \(cases.count) validation cases, \(names)")
        try ValidationPredictions(
            task: task, run: run, configuration: configuration, plan: plan, device: device,
            keepsProbabilities: segmentations || instances, referenceBehaviour: referenceBehaviour
        ).make(cases, weights: weights, context)
        var sweep = BoxSweep(task: task, run: run, plan: plan, criterion: criterion, referenceBehaviour: referenceBehaviour)
        if let metric { sweep.metric = metric }
        let parameters = try sweep.sweep(cases, context)
        if sweepsInstances {
            try InstanceSweep(task: task, run: run, plan: plan, parameters: parameters, referenceBehaviour: referenceBehaviour).sweep(
                cases, context)
        }
        try sweep.extract(cases, parameters, context)
        if segmentations || instances {
            try ValidationMaps(run: run, inference: JSONFile.read(from: run.planInference), referenceBehaviour: referenceBehaviour)
                .write(cases, segmentations: segmentations, instances: instances, context)
        }
        context.log.info("inference parameters: \(run.planInference.path)")
        var evaluation = EvaluateTask(task: task, model: model)
        evaluation.fold = fold
        evaluation.choices.analysis = true
        evaluation.choices.segmentation = segmentations
        evaluation.choices.instances = instances
        evaluation.choices.referenceBehaviour = referenceBehaviour
        try evaluation.run(context)
    }
}

extension SweepTask {
    /// The command: finds task and model by name, then sweeps as `configure` says.
    public static func run(
        _ task: String, model: String, fold: Int, _ context: CommandContext, configure: (inout SweepTask) -> Void
    ) throws {
        let (folder, model) = try ModelSelection.model(task, model, context)
        var command = SweepTask(task: folder, model: model, fold: fold)
        configure(&command)
        try command.run(context)
    }
}
