import Core
import Evaluation
import Foundation
import Inference
import Support

/// `nndet consolidate`: joins the folds of a model into one that predicts with all of them (spec 08).
public struct ConsolidateTask: Sendable {
    /// What is taken from the folds.
    public enum Mode: String, Sendable, CaseIterable {
        /// Their raw predictions, to be tuned together.
        case export
        /// Their finished validation predictions, with the parameters tuned on the first fold.
        case copy
    }

    public let task: TaskFolder
    public let model: ModelFolder
    public var mode = Mode.export
    public var folds = 5
    public var copiesModels = true
    public var sweepsBoxes = false
    /// Tunes the parameters of masks, on probabilities that the folds' sweeps kept.
    public var sweepsInstances = false
    public var checkpoint = Checkpoint.final
    /// What the scores of daily use are chosen for.
    public var criterion = OperatingPoint.Criterion.falsePositivesPerScan(1)
    /// The original's choice among equal scores, its restoration and order of detections.
    public var referenceBehaviour = false
    /// Settings on top of the stored configuration.
    public var overrides: [String] = []

    public init(task: TaskFolder, model: ModelFolder) {
        self.task = task
        self.model = model
    }

    /// - Throws: `Problem` naming the fold that is missing or not finished, or options that do not go together.
    public func run(_ context: CommandContext) throws {
        guard mode == .copy || sweepsBoxes else {
            throw Problem("--consolidate export", "needs parameters to be found", remedy: "add --sweep_boxes, or use --consolidate copy")
        }
        guard folds > 0 else { throw Problem("--num_folds", "is \(folds), it must be positive") }
        let runs = try (0..<folds).map { try model.existing(fold: $0) }
        // Whatever can be wrong is found before anything is written.
        if copiesModels { for run in runs { try FinishedFold.require(run, checkpoint) } }
        try FoldAgreement.check(runs)
        let target = model.consolidated
        let mark = try Activity.consolidating.begin(in: target.url)
        defer { withExtendedLifetime(mark) {} }
        let context = try context.logging(to: target.log("consolidate"))
        // Whatever 'nndet run' consolidated here is about to be replaced.
        FinishedStage.forget(in: target.sweep)
        if copiesModels {
            for (fold, run) in runs.enumerated() {
                try copy(run.weights(checkpoint), to: target.model(fold: fold))
            }
            try removeModels(besides: folds, in: target)
        }
        for file in [\RunFolder.plan, \.config, \.splits, \.meta] { try copy(runs[0][keyPath: file], to: target[keyPath: file]) }
        let plan = try Plan.read(from: target.plan)
        let configuration = try Configuration.read(target.config, overrides: overrides, environment: context.environment)
        let needsRaw = mode == .export || sweepsBoxes || sweepsInstances
        let cases = needsRaw ? try gatherPredictions(runs, to: target) : []
        if mode == .copy {
            for preprocessed in [false, true] {
                let sources = runs.map { $0.predictions(.val, preprocessed: preprocessed) }
                for (fold, source) in sources.enumerated() where !FileManager.default.fileExists(atPath: source.path) {
                    throw Problem(source, "fold \(fold) has no validation predictions", remedy: "run 'nndet sweep' for it first")
                }
                try fill(target.predictions(.val, preprocessed: preprocessed), from: sources)
            }
        }
        if sweepsBoxes {
            let sweep = BoxSweep(
                task: task, run: target, plan: plan, metric: configuration.trainerCfg.evalScoreKey, criterion: criterion,
                referenceBehaviour: referenceBehaviour)
            context.log.info("sweep over \(cases.count) validation cases of \(folds) folds")
            let parameters = try sweep.sweep(cases, context)
            if sweepsInstances { try sweepInstances(cases, target, context) }
            if mode == .export {
                try sweep.extract(cases, parameters, context)
                if ValidationMaps.areKept(cases, in: target) {
                    try ValidationMaps(
                        run: target, inference: JSONFile.read(from: target.planInference), referenceBehaviour: referenceBehaviour
                    ).write(cases, segmentations: true, instances: true, context)
                }
            }
        } else {
            guard FileManager.default.fileExists(atPath: runs[0].planInference.path) else {
                throw Problem(
                    runs[0].planInference, "fold 0 has no tuned parameters", remedy: "run 'nndet sweep' for it, or add --sweep_boxes")
            }
            try copy(runs[0].planInference, to: target.planInference)
            if sweepsInstances { try sweepInstances(cases, target, context) }
        }
        context.log.info("consolidated \(folds) fold\(folds == 1 ? "" : "s"): \(target.url.path)")
    }

    private func sweepInstances(_ cases: [String], _ target: RunFolder, _ context: CommandContext) throws {
        guard ValidationMaps.areKept(cases, in: target) else {
            throw Problem(
                target.sweepPredictions, "lacks the probabilities of voxels that masks are made of",
                remedy: "run 'nndet sweep' with --instances for every fold")
        }
        let inference: InferencePlan = try JSONFile.read(from: target.planInference)
        try InstanceSweep(
            task: task, run: target, plan: inference.plan, parameters: inference.parameters, referenceBehaviour: referenceBehaviour
        ).sweep(cases, context)
    }
}

extension ConsolidateTask {
    /// The command: finds task and model by name, then consolidates as `configure` says.
    public static func run(_ task: String, model: String, _ context: CommandContext, configure: (inout ConsolidateTask) -> Void) throws {
        let (folder, model) = try ModelSelection.model(task, model, context)
        var command = ConsolidateTask(task: folder, model: model)
        configure(&command)
        try command.run(context)
    }
}
