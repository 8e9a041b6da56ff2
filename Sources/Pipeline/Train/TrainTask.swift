import Augmentation
import Boxes
import Core
import Detector
import Evaluation
import Foundation
import Support
import Torch
import Training

/// `nndet train`: trains one fold of a task, or goes on with it (spec 07).
public struct TrainTask: Sendable {
    public let task: TaskFolder
    public let configuration: Configuration
    /// Where to train: `cpu`, `cuda:<n>`; nil takes a GPU where there is one and `trainer_cfg.gpus` allows it.
    public var device: String?
    /// Whether steps show their progress, where the environment has it at all.
    public var showsProgress = true
    /// Asked during training whether to save the state and stop.
    public let shouldStop: @Sendable () -> Bool

    public init(task: TaskFolder, configuration: Configuration, shouldStop: @escaping @Sendable () -> Bool = { false }) {
        self.task = task
        self.configuration = configuration
        self.shouldStop = shouldStop
    }

    /// Trains and returns the folder of the run.
    ///
    /// - Parameters:
    ///   - context: environment and log; the lines of training go to the log of the run too.
    ///   - acceptsFinished: whether a run that is finished is none of the errors.
    /// - Throws: `TrainingInterrupted` after a stop; `Problem` naming what is missing, a run of another configuration in the same place, or a
    ///   finished one.
    @discardableResult
    public func run(_ context: CommandContext, acceptsFinished: Bool = false) throws -> RunFolder {
        try Self.checkTracking(context.environment.variables)
        let setup = try FoldSetup(task, configuration)
        for notice in try setup.splitNotices() { context.log.warning(notice) }
        let mark = try Activity.training.begin(in: setup.run.url)
        defer { withExtendedLifetime(mark) {} }
        switch try RunStart(setup) {
        case .finished(let state):
            // What a kill between the last checkpoint and its tables, or a server that was down, left undone.
            let configuration = try configuration.with(state.progress.fitted?.overrides ?? [], environment: context.environment)
            let trackers = try trackers(setup, configuration, context)
            for tracker in trackers {
                tracker.record(state.progress.history)
                tracker.finish(.finished)
            }
            guard acceptsFinished else {
                throw Problem(
                    setup.run.url, "this run is finished", remedy: "start anew with --overwrite, or choose another exp.tag or fold")
            }
            context.log.info("\(setup.title) is finished")
        case .goingOn(let state): try train(setup, from: state, context)
        case .anew: try train(setup, from: nil, context)
        }
        return setup.run
    }

    private func train(_ setup: FoldSetup, from state: TrainingState?, _ context: CommandContext) throws {
        let files = setup.files
        AtomicFile.removeLeftovers(in: files.folder)
        let context = try context.logging(to: setup.run.log("train"))
        let compute = try Compute(configuration.trainerCfg, device: device)
        try TorchLibrary.setThreadCount(processorCount)
        let batches = try setup.batches()
        let sources = BatchSources(batches)
        let trial = TrainingTrial(setup: setup, compute: compute, shouldStop: shouldStop)
        let size = try state == nil ? trial.sizeWithinBudget(sources, context) : state?.progress.fitted
        let configuration = try configuration.with(size?.overrides ?? [], environment: context.environment)

        let network = try network(setup)
        context.log.info(
            "training \(setup.title): \(setup.fold.train.count) training and \(setup.fold.val.count) validation cases, "
                + "patch \(setup.patchSize), batch \(setup.batchSize), \(network.parameterCount) parameters, \(compute.description)")
        if state == nil { try setup.initialWeights?.load(into: network, context.log) }

        var settings = TrainerSettings(configuration, compute, verbose: context.environment.verbose && showsProgress)
        settings.fitted = size
        let classes = task.info.labels.count
        var begin: Trainer.RunBeginning?
        if state == nil {
            // An old run is replaced by one that works.
            begin = { losses in
                try MonitorKey(configuration, classes: classes).check(losses: losses)
                for file in [files.checkpoint, files.best, files.last, files.final, files.serverJournal, files.storedRun] {
                    try? FileManager.default.removeItem(at: file)
                }
                try writeDescription(setup, configuration, network, compute)
                return try trackers(setup, configuration, context)
            }
        } else {
            try writeDescription(setup, configuration, network, compute)
        }
        var trainer = try Trainer(
            network, dimension: setup.plan.networkDim, settings: settings, files: files, key: setup.key,
            scoring: { FastScoring(classes: classes) }, trackers: begin == nil ? trackers(setup, configuration, context) : [],
            log: { context.log.info($0) })
        if let state {
            try trainer.restore(state, from: files.checkpoint.path)
            context.log.info("going on at iteration \(state.progress.iteration) of \(trainer.totalIterations)")
        }
        let progress = try compute.withinMemory { try trainer.run(sources, shouldStop: shouldStop, begin: begin) }
        if progress.bestScore == nil, trainer.hasValidation {
            context.log.warning(
                "\(configuration.trainerCfg.monitorKey) was undefined in every epoch: there is no model_best (a validation batch without objects has no "
                    + "such score)")
        }
        context.log.info("finished: \(files.final.path)")
    }

    private func network(_ setup: FoldSetup) throws -> any DetectionNetwork {
        try TorchLibrary.withSeed(configuration.seed) { try NetworkBuilder.network(setup.plan, configuration) }
    }

    /// Table and plot beside the fold, and MLflow.
    private func trackers(_ setup: FoldSetup, _ configuration: Configuration, _ context: CommandContext) throws -> [any RunTracker] {
        let log = context.log
        return [
            MetricsTable(setup.files.metrics, report: { log.warning($0) }),
            TrainingPlots(setup.files.plot, title: setup.title, epochs: configuration.trainerCfg.maxNumEpochs, report: { log.warning($0) }),
            try tracker(setup.files, configuration, context),
        ]
    }

    /// Everything that later commands and people need to know of the run.
    private func writeDescription(
        _ setup: FoldSetup, _ configuration: Configuration, _ network: any DetectionNetwork, _ compute: Compute
    ) throws {
        let run = setup.run
        try AtomicFile.write(Data(configuration.yaml().utf8), to: run.config)
        try AtomicFile.write(Data(configuration.resolvedYAML().utf8), to: run.resolvedConfig)
        try JSONFile.write(setup.planned, to: run.plan)
        try JSONFile.write(setup.splits, to: run.splits)
        try JSONFile.write(setup.plan, to: run.planDebug)
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let cases = try setup.dataKeys()
        let meta = RunMeta(
            date: Date().formatted(.iso8601), torchVersion: try TorchLibrary.open(), device: compute.description,
            trainingData: FoldSetup.dataKey(cases), trainingCases: cases, git: GitState(around: program))
        try JSONFile.write(meta, to: run.meta)
        let rows = network.parameters.map { "\($0.name)  \($0.tensor.shape)" }
        try AtomicFile.write(Data((rows + ["\(network.parameterCount) parameters", ""]).joined(separator: "\n").utf8), to: run.network)
    }
}

/// Scores of validation patches with the quick evaluator.
struct FastScoring: DetectionScoring {
    private var evaluator: DetectionEvaluator

    init(classes: Int) { evaluator = DetectionEvaluator(classes: classes, mode: .fast) }

    mutating func add(_ detections: Detections, _ truth: GroundTruth) { evaluator.add(detections, truth) }
    func scores() -> [String: Double] { evaluator.result().scores }

    /// The names of all scores that there may be.
    static func keys(classes: Int) -> [String] {
        var scoring = FastScoring(classes: classes)
        // A found object of every class: each score is defined.
        let boxes = (0..<classes).map { Box(lower: SIMD3(repeating: 8 * Float($0)), upper: SIMD3(repeating: 8 * Float($0) + 4)) }
        let labels = Array(0..<classes)
        scoring.add(
            Detections(boxes: boxes, scores: boxes.map { _ in 1 }, labels: labels), GroundTruth(boxes: boxes, labels: labels))
        return scoring.scores().keys.sorted()
    }
}
