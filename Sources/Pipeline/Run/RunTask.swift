import Core
import Evaluation
import Foundation
import Inference
import Planning
import Support
import Torch
import Training

/// `nndet run`: everything from the raw images of a task to a report, by the stages of the single commands.
///
/// Run again, it goes on where it stopped: each stage does only what is missing.
public struct RunTask: Sendable {
    /// Settings on top of the configuration, `key=value`.
    public var overrides: [String] = []
    /// Folds that are trained, from 0 on; nil: all of the split.
    public var folds: Int?
    /// Where to train: `cpu`, `cuda:<n>`, or the number of a GPU; several train one fold each at a time.
    public var devices: [String] = []
    /// Seconds for everything; nil for the whole schedule.
    public var timeBudget: Double?
    /// Mirrorings of the test images: 8, 4 or 1.
    public var transforms = 8
    /// What the scores of daily use are chosen for.
    public var criterion = OperatingPointCriterion.falsePositivesPerScan(1)
    /// Says what it would take, and does nothing that takes long.
    public var isDryRun = false
    /// Asked between stages and training steps whether to save the state and stop.
    public var shouldStop: @Sendable () -> Bool = { false }

    public init() {}

    /// - Throws: `TrainingInterrupted` after a stop; `Problem` naming what is wrong with the data, the options or a stage.
    public func run(_ task: String, _ context: CommandContext) throws {
        let start = ContinuousClock.now
        try checkOverrides()
        let (folder, configuration) = try TaskSelection.task(task, overrides: overrides, context)
        try plan(folder, configuration, context)
        let work = try RunWork(self, folder, configuration, context)
        context.log.info("\n\(folder.name), \(configuration.exp.id): what it will take\n\(work.table)\n")
        if isDryRun { return }
        try stopWhereAsked()

        try prepare(folder, configuration, work.plan, context)
        try stopWhereAsked()
        let record = try work.record(spent: (ContinuousClock.now - start) / .seconds(1))
        try record.write(work.model)
        try train(folder, configuration, work, record, context)
        try stopWhereAsked()
        try consolidate(folder, work, context)
        try evaluate(folder, work.model, .val, context)
        try stopWhereAsked()
        try predict(folder, work.model, context)
        try context.log.info("\n\(TaskStatus(folder, environment: context.environment, model: work.model).text)")
    }

    /// Options of the configuration that this command decides itself.
    private func checkOverrides() throws {
        for override in overrides {
            let key = override.prefix { $0 != "=" }.drop { $0 == "+" }
            let remedy: String? =
                switch key {
                case "exp.fold": "use --folds; 'nndet train' trains a single fold"
                case "train.time_budget": "use --time-budget, which counts for all stages"
                case "train.mode": "choose another exp.tag, or delete the folder of the model"
                case "prep.overwrite", "prep.crop", "prep.analyze", "prep.plan", "prep.process", "prep": "use 'nndet prep' for single steps"
                default: nil
                }
            if let remedy { throw Problem("-o \(override)", "cannot be given to 'nndet run'", remedy: remedy) }
        }
    }

    /// How predictions come to image space, which all stages after the training depend on.
    private static let restoration = Restoration.contentKey(referenceBehaviour: false)

    private func stopWhereAsked() throws { if shouldStop() { throw TrainingInterrupted(iteration: nil, total: 0) } }

    /// Checks, crops, measures and plans: what the prediction of the rest needs.
    private func plan(_ task: TaskFolder, _ configuration: Configuration, _ context: CommandContext) throws {
        try Prep().run([task.name], overrides: overrides + ["prep.process=false"], context)
    }

    private func prepare(_ task: TaskFolder, _ configuration: Configuration, _ plan: Plan, _ context: CommandContext) throws {
        try Prep(check: .none).run([task.name], overrides: overrides + ["prep.crop=false", "prep.analyze=false"], context)
        try Unpack().run(task.preprocessedImages(plan.dataIdentifier, .train).path, context)
    }

    private func train(
        _ task: TaskFolder, _ configuration: Configuration, _ work: RunWork, _ record: RunRecord, _ context: CommandContext
    ) throws {
        let budget = record.foldBudget.map { ["train.time_budget=\(Int($0))s"] } ?? []
        let configuration = try configuration.with(["exp.fold=0"] + budget, environment: context.environment)
        let criterion = criterion
        try TrainTask.trainFolds(
            Array(0..<work.folds), of: task, configuration, devices: devices, shouldStop: shouldStop, context
        ) { fold, run, device, context in
            let labels = task.preprocessedLabels(work.plan.dataIdentifier)
            let splits: Splits = try JSONFile.read(from: run.splits)
            let stage = try FinishedStage(
                "sweep of fold \(fold)", file: FinishedStage.file(in: run.sweep),
                inputs: configuration.trainerCfg.sweepCheckpoints.map(run.weights)
                    + splits.fold(fold).val.map { labels.appendingPathComponent("\($0)_gt.json") },
                options: "\(criterion) \(Self.restoration)",
                results: [run.planInference, run.results(.val).appendingPathComponent("results_boxes.json")])
            try stage.run(context) {
                var sweep = SweepTask(task, run, fold: fold, configuration, device: device)
                sweep.criterion = criterion
                try sweep.run(context)
            }
        }
    }

    private func consolidate(_ task: TaskFolder, _ work: RunWork, _ context: CommandContext) throws {
        let target = work.model.consolidated
        let runs = (0..<work.folds).map(work.model.fold)
        let stage = try FinishedStage(
            "consolidation", file: FinishedStage.file(in: target.sweep),
            inputs: runs.flatMap { [$0.weights(.final), $0.planInference, ValidationPredictions.keys(of: $0)] },
            options: "\(work.folds) \(criterion) \(Self.restoration)", results: [target.planInference] + (0..<work.folds).map(target.model))
        try stage.run(context) {
            var command = ConsolidateTask(task: task, model: work.model)
            command.folds = work.folds
            command.sweepsBoxes = true
            command.criterion = criterion
            try command.run(context)
        }
    }

    private func predict(_ task: TaskFolder, _ model: ModelFolder, _ context: CommandContext) throws {
        guard !task.imageListing(.test).ids.isEmpty else {
            return context.log.info("no test images in \(task.images(.test).path)")
        }
        var command = PredictTask(task: task, model: model)
        command.transforms = transforms
        command.device = devices.first.map(TrainTask.deviceName)
        command.preprocessingThreads = processorCount
        try command.run(context)
        try stopWhereAsked()
        if task.info.testLabels { try evaluate(task, model, .test, context) }
    }

    /// Scores and report of the joined folds.
    private func evaluate(_ task: TaskFolder, _ model: ModelFolder, _ subset: RunFolder.Subset, _ context: CommandContext) throws {
        let run = model.consolidated
        let results = run.results(subset)
        let predictions = run.predictions(subset)
        let labels = task.evaluationLabels(subset == .test ? .test : .train)
        let names = try CasePrediction.listed(in: predictions)
        let stage = try FinishedStage(
            "evaluation of \(subset == .test ? "the test images" : "the validation cases")",
            file: FinishedStage.file(in: results),
            inputs: names.flatMap { [CasePrediction.file(of: $0, in: predictions), labels.appendingPathComponent("\($0)_gt.json")] },
            options: Self.restoration,
            results: [results.appendingPathComponent("results_boxes.json"), results.appendingPathComponent("report.html")])
        try stage.run(context) {
            var evaluation = EvaluateTask(task: task, model: model)
            evaluation.subset = subset
            evaluation.choices.analysis = true
            try evaluation.run(context)
            try ReportTask().run(task, model, fold: -1, subset: subset, context)
        }
    }
}
