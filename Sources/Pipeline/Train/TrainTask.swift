import Augmentation
import Core
import Detector
import Evaluation
import Foundation
import Preprocessing
import Support
import Torch
import Training

/// `nndet train`: trains one fold of a task, or goes on with it (spec 07).
public struct TrainTask {
    public let task: TaskFolder
    public let configuration: Configuration
    /// Asked during training whether to save the state and stop.
    public let shouldStop: () -> Bool

    public init(task: TaskFolder, configuration: Configuration, shouldStop: @escaping () -> Bool = { false }) {
        self.task = task
        self.configuration = configuration
        self.shouldStop = shouldStop
    }

    /// Trains and returns the folder of the run.
    ///
    /// - Throws: `TrainingInterrupted` after a stop; `Problem` naming what is missing, a run of another configuration in the same place, or a
    ///   finished one.
    @discardableResult
    public func run(_ context: CommandContext) throws -> RunFolder {
        let planFile = URL(fileURLWithPath: configuration.host.planPath)
        guard FileManager.default.fileExists(atPath: planFile.path) else {
            throw Problem(planFile, "no such plan", remedy: "run 'nndet prep' first, or choose another with -o plan=…")
        }
        let planned = try Plan.read(from: planFile)
        let plan = try configuration.planOverwrites.applied(to: planned)
        let images = task.preprocessedImages(plan.dataIdentifier, .train)
        let splits = try Splits.readOrMake(task.splitsFile(configuration.augmentCfg.splits), ids: PreprocessedCase.ids(in: images))
        let fold = try splits.fold(configuration.exp.fold)

        let run = ModelFolder(
            root: URL(fileURLWithPath: configuration.host.parentResults, isDirectory: true), task: task.name, model: configuration.exp.id
        ).fold(
            configuration.exp.fold)
        let key = try runKey(plan, fold)
        let files = TrainingFiles(folder: run.url)
        let checkpoint = try checkpoint(files, key: key, context)
        let context = try context.logging(to: run.log("train"))
        let compute = try Compute(configuration.trainerCfg)
        let batches = try FoldBatches(
            fold, in: images, plan: plan, options: configuration.augmentCfg, augmentation: configuration.augmentation,
            seed: configuration.seed)

        try TorchLibrary.setThreadCount(processorCount)
        try TorchLibrary.seed(configuration.seed)
        let network = try NetworkBuilder.network(plan, configuration)
        try writeDescription(run, planned, splits, network)
        context.log.info(
            "training fold \(configuration.exp.fold) of \(configuration.exp.id) for \(task.name): \(fold.train.count) training and \(fold.val.count) "
                + "validation cases, patch \(configuration.augmentCfg.patchSize ?? plan.patchSize), "
                + "batch \(configuration.augmentCfg.batchSize ?? plan.batchSize), \(network.parameterCount) parameters, \(compute.description)"
        )

        if checkpoint == nil { for file in [files.serverJournal, files.storedRun] { try? FileManager.default.removeItem(at: file) } }
        let classes = task.info.labels.count
        var trainer = try Trainer(
            network, dimension: plan.networkDim, settings: settings(compute, verbose: context.environment.verbose), files: files, key: key,
            scoring: { FastScoring(classes: classes) }, tracker: try tracker(files, context), log: { context.log.info($0) })
        if let checkpoint {
            try trainer.restore(checkpoint, from: files.checkpoint.path)
            context.log.info("going on at iteration \(checkpoint.progress.iteration) of \(trainer.totalIterations)")
        }
        let sources = BatchSources(
            training: { LoaderStream(batches.trainingLoader(from: $0, count: $1)) },
            validation: { LoaderStream(batches.validationLoader(epoch: $0, count: $1)) })
        _ = try trainer.run(sources, shouldStop: shouldStop)
        context.log.info("finished: \(files.final.path)")
        return run
    }

    /// The state to go on from, nil to start anew; judges what lies in the folder (design: going on).
    private func checkpoint(_ files: TrainingFiles, key: String, _ context: CommandContext) throws -> TrainingState? {
        let mode = configuration.train.mode
        guard FileManager.default.fileExists(atPath: files.checkpoint.path) else {
            if mode == .resume { throw Problem(files.folder, "there is no run to resume", remedy: "leave out train.mode=resume") }
            return nil
        }
        if mode == .overwrite {
            for file in [files.checkpoint, files.best, files.last, files.final] { try? FileManager.default.removeItem(at: file) }
            return nil
        }
        let checkpoint = try TrainingState.read(files.checkpoint)
        guard checkpoint.key == key else {
            throw Problem(
                files.folder, "holds a run of another configuration, plan or split",
                remedy: "use the same options, choose another exp.tag, or start anew with --overwrite")
        }
        guard !checkpoint.progress.finished else {
            // What a tracking server has not got yet.
            let tracker = try tracker(files, context)
            tracker.record(checkpoint.progress.history)
            tracker.finish(.finished)
            throw Problem(files.folder, "this run is finished", remedy: "start anew with --overwrite, or choose another exp.tag or fold")
        }
        return checkpoint
    }

    /// Identifies what determines the weights of a run.
    private func runKey(_ plan: Plan, _ fold: Splits.Fold) throws -> String {
        var key = ContentKey()
        for part in configuration.determining { key.add(part) }
        // What the plan expected of the machine does not change the weights.
        var plan = plan
        plan.expectation = nil
        key.add(String(decoding: try JSONFile.encode(plan), as: UTF8.self))
        key.add(String(decoding: try JSONFile.encode(fold), as: UTF8.self))
        return key.text
    }

    private func settings(_ compute: Compute, verbose: Bool) -> TrainerSettings {
        let options = configuration.trainerCfg
        var settings = TrainerSettings(
            schedule: LearningRateSchedule(
                initial: options.initialLR, warmUpRate: options.warmLR, warmUpIterations: options.warmIterations, gamma: options.polyGamma,
                iterationsPerEpoch: configuration.augmentCfg.numTrainBatchesPerEpoch, epochs: options.maxNumEpochs,
                averagingEpochs: options.swaEpochs))
        settings.optimiser = options.optimizer == .sgd ? .sgd : .adamw
        settings.momentum = options.sgdMomentum
        settings.nesterov = options.sgdNesterov
        settings.weightDecay = options.weightDecay
        settings.betas = (options.adamwBetas[0], options.adamwBetas[1])
        settings.epsilon = options.adamwEps
        settings.clipNorm = options.gradientClipVal
        settings.lossScaler = compute.autocast == .float16 ? LossScaler() : nil
        settings.validationBatches = configuration.augmentCfg.numValBatchesPerEpoch
        settings.monitorKey = options.monitorKey
        settings.monitorsMaximum = options.monitorMode == .max
        settings.autocast = compute.autocast
        settings.device = compute.device
        settings.seed = configuration.seed
        settings.verbose = verbose
        return settings
    }

    /// Everything that later commands and people need to know of the run.
    private func writeDescription(_ run: RunFolder, _ plan: Plan, _ splits: Splits, _ network: any DetectionNetwork) throws {
        try AtomicFile.write(Data(configuration.yaml().utf8), to: run.config)
        try AtomicFile.write(Data(configuration.resolvedYAML().utf8), to: run.resolvedConfig)
        try JSONFile.write(plan, to: run.plan)
        try JSONFile.write(splits, to: run.splits)
        try JSONFile.write(["date": Date().formatted(.iso8601), "libtorch": try TorchLibrary.open()], to: run.meta)
        let rows = network.parameters.map { "\($0.name)  \($0.tensor.shape)" }
        try AtomicFile.write(Data((rows + ["\(network.parameterCount) parameters", ""]).joined(separator: "\n").utf8), to: run.network)
    }
}

/// Batches of a loader's threads.
private struct LoaderStream: BatchStream {
    let loader: BatchLoader
    init(_ loader: BatchLoader) { self.loader = loader }
    func next() throws -> Batch { try loader.next() }
}

/// Scores of validation patches with the quick evaluator.
private struct FastScoring: DetectionScoring {
    private var evaluator: DetectionEvaluator

    init(classes: Int) { evaluator = DetectionEvaluator(classes: classes, mode: .fast) }

    mutating func add(_ detections: Detections, _ truth: GroundTruth) { evaluator.add(detections, truth) }
    func scores() -> [String: Double] { evaluator.result().scores }
}
