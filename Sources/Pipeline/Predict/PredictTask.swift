import Core
import Foundation
import Inference
import Preprocessing
import Support

/// `nndet predict`: finds objects in the test images of a task, with one fold or the consolidated folds (spec 08).
public struct PredictTask: Sendable {
    public let task: TaskFolder
    public let model: ModelFolder
    /// −1: the consolidated folds.
    public var fold = -1
    /// At most so many of the consolidated folds predict; nil takes all.
    public var models: Int?
    /// Mirrorings, 8, 4 or 1.
    public var transforms = 8
    /// Settings on top of the stored configuration.
    public var overrides: [String] = []
    /// Whether the test images are preprocessed first.
    public var preprocesses = true
    /// Predicts the held-out cases that the split names, as they were preprocessed for training, in place of the test images.
    public var usesTestSplit = false
    /// Looks at every test image first, and stops where anything is wrong with one.
    public var checks = false
    /// Predicts also where the stored configuration is of another task, model or fold.
    public var forcesArguments = false
    /// Images preprocessed at a time.
    public var preprocessingThreads = 3
    /// Which weights of a single fold predict.
    public var checkpoint = Checkpoint.final
    public var device: String?
    /// Leaves out tiles without body.
    public var skipsAir = false
    public var score = ScoreFilter.all
    public var files: PredictionFiles = .boxes
    /// The original's tiles, mirroring, restoration and order; images are left in the orientation that they are stored in.
    public var referenceBehaviour = false

    public init(task: TaskFolder, model: ModelFolder) {
        self.task = task
        self.model = model
    }

    /// Writes `test_predictions/<case>_boxes.npz` and `.json`, and what `files` says beside them; cases that were predicted by the same model
    /// with the same options are kept.
    ///
    /// - Throws: `Problem` naming what is missing or cannot be read. A case that fails does not keep others from being predicted.
    public func run(_ context: CommandContext) throws {
        let run = try model.existing(fold: fold)
        let mark = try Activity.predicting.begin(in: run.url)
        defer { withExtendedLifetime(mark) {} }
        let context = try context.logging(to: run.log("inference"))
        var bundle = try ModelBundle(run.url, run: run, nil, checkpoint, overrides, context.environment)
        bundle.keepWeights(models)
        if !forcesArguments { try checkArguments(bundle.configuration, run) }
        if !bundle.isTuned {
            context.log.warning("\(run.planInference.path) is missing: predicting with untuned parameters (run 'nndet sweep' first)")
        }
        let cases = try cases(bundle)
        if checks { try check(context) }
        let images = task.preprocessedImages(bundle.inference.plan.dataIdentifier, usesTestSplit ? .train : .test)
        var failures: [CaseFailure] = []
        if preprocesses {
            let progress = context.progress("preprocess", cases.count)
            let (summary, failed) = try Preprocessor(plan: bundle.inference.plan, referenceBehaviour: referenceBehaviour)
                .runTest(task, threads: preprocessingThreads, progress: progress)
            context.log.info(
                "test images: \(summary.done) preprocessed, \(summary.unchanged) unchanged, \(preprocessingThreads) at a time")
            failures = failed
        }
        let target = run.predictions(.test)
        let failed = Set(failures.map(\.id))
        let items = try items(cases.filter { !failed.contains($0) }, images, bundle)
        let made = KeyJournal(PredictionQueue.keysName, in: target)
        let files = files(bundle)
        let missing = items.filter { !made.holds($0.id, $0.key, files: files.urls($0.id, in: target)) }
        if missing.count < items.count { context.log.info("\(items.count - missing.count) of \(cases.count) cases are predicted already") }
        if !missing.isEmpty {
            let loaded = try LoadedModel(
                plan: bundle.inference.plan, configuration: bundle.configuration, weights: bundle.weights, device: device,
                referenceBehaviour: referenceBehaviour)
            context.log.info(
                "predicting \(missing.count) cases with \(loaded.count) model\(loaded.count == 1 ? "" : "s") × \(transforms) mirrorings, "
                    + loaded.compute.description)
            let predictor = CasePredictor(bundle: bundle, model: loaded, settings: settings(files))
            failures += PredictionQueue(predictor: predictor, files: files, score: score).run(missing, to: target, context)
        }
        try FailedCases.report(failures, of: missing.count + failed.count, in: target, context.log)
        context.log.info("predictions: \(target.path)")
    }

    private func files(_ bundle: ModelBundle) -> PredictionFiles {
        bundle.configuration.inferenceKwargs.doSegmentation ? files.union(.segmentation) : files
    }

    private func settings(_ files: PredictionFiles) -> PredictionSettings {
        PredictionSettings(
            transforms: transforms, segments: files.needsSegmentation, skipsAir: skipsAir, referenceBehaviour: referenceBehaviour)
    }

    /// What the stored configuration says of itself must be what was asked for (spec 02).
    private func checkArguments(_ configuration: Configuration, _ run: RunFolder) throws {
        let remedy = "check the arguments, or add --force_args"
        if let stored = configuration.task, stored != task.name {
            throw Problem(run.config, "is of task \(stored), not of \(task.name)", remedy: remedy)
        }
        guard configuration.exp.id == model.url.lastPathComponent else {
            throw Problem(run.config, "is of model \(configuration.exp.id), not of \(model.url.lastPathComponent)", remedy: remedy)
        }
        guard fold < 0 || configuration.exp.fold == fold else {
            throw Problem(run.config, "is of fold \(configuration.exp.fold), not of \(fold)", remedy: remedy)
        }
    }

    private func cases(_ bundle: ModelBundle) throws -> [String] {
        guard usesTestSplit else {
            let cases = try task.caseIDs(.test)
            guard !cases.isEmpty else {
                throw Problem(task.images(.test), "there are no test images", remedy: "put them there, named like the training images")
            }
            return cases
        }
        guard !preprocesses else {
            throw Problem("--test_split", "needs --no_preprocess", remedy: "add it: these cases are prepared already")
        }
        guard !checks else { throw Problem("--test_split", "goes with cases that are prepared already, --check with raw ones") }
        let splits: Splits = try JSONFile.read(from: bundle.run.splits)
        guard let test = splits.folds.first?.test, !test.isEmpty else {
            throw Problem(bundle.run.splits, "its first fold names no test cases", remedy: "leave out --test_split")
        }
        return test.sorted()
    }

    private func check(_ context: CommandContext) throws {
        let progress = context.progress("check imagesTs", task.imageListing(.test).ids.count)
        let findings = DataCheck(task: task, depth: .full, threads: preprocessingThreads).findings(.test, labels: false, progress: progress)
        if findings.count > 1 { context.log.info("\n\(FindingTable(findings, of: task).text)\n") }
        try DataCheck.throwFirst(of: findings.map(\.problem))
    }

    private func items(_ cases: [String], _ images: URL, _ bundle: ModelBundle) throws -> [PredictionQueue.Item] {
        var common = try bundle.contentKey()
        for part in ["\(settings(files(bundle)))", "\(score)", Restoration.contentKey(referenceBehaviour: referenceBehaviour)] {
            common.add(part)
        }
        let (task, split) = (task, usesTestSplit ? TaskFolder.Split.train : .test)
        return try cases.map { id in
            var key = common
            try PreparedCase.addContent(of: id, in: images, to: &key)
            return PredictionQueue.Item(
                id: id, key: key.text, prepare: { try PreparedCase.read(id, in: images) },
                image: { try CaseImage.read(id, split, in: task) })
        }
    }
}

extension PredictTask {
    /// The command: finds task and model by name, then predicts as `configure` says.
    public static func run(_ task: String, model: String, _ context: CommandContext, configure: (inout PredictTask) -> Void) throws {
        let (folder, model) = try ModelSelection.model(task, model, context)
        var command = PredictTask(task: folder, model: model)
        configure(&command)
        try command.run(context)
    }
}
