import Core
import Evaluation
import Foundation
import Imaging
import Interop
import Support

/// `nndet nnunet import`: objects of the probabilities that nnU-Net has predicted, as the predictions of a model (spec 11).
public struct NNUNetImport: Sendable {
    public enum Mode: String, Sendable, CaseIterable { case val, test }

    /// Folders of trainers (`val`) or of predictions (`test`); the mean of several counts.
    public let sources: [URL]
    public let mode: Mode
    /// nil: as the folders of the first source are called.
    public var task: String?
    /// Stands before `_predictions`; nil: the mode.
    public var prefix: String?
    /// Fixed settings in place of a search.
    public var simple = false
    /// Also writes `<case>_seg.npz`.
    public var segmentation = false
    /// Also writes `<case>_instances.nii.gz` and `.json`.
    public var instances = false
    /// Cases at a time.
    public var threads = 6

    public init(sources: [URL], mode: Mode) {
        self.sources = sources
        self.mode = mode
    }

    /// Writes `<models>/<task>/nnUNet/consolidated` (`nnUNet_Simple` without search): the settings (`postprocessing.json`), what was tried
    /// (`summary.json`), and `val_predictions` or `test_predictions`.
    ///
    /// Settings are found on validation cases, scored against the annotated objects; test cases take them from there.
    /// - Throws: `Problem` naming what is missing, damaged or does not fit the task.
    public func run(_ context: CommandContext) throws {
        let task = try resolvedTask(context)
        let model = ModelFolder(root: context.environment.modelsFolder, task: task.name, model: simple ? "nnUNet_Simple" : "nnUNet")
        let context = try context.logging(to: model.url.appendingPathComponent("import.log"))
        let predictions = try mode == .val ? NNUNetPredictions.validation(sources) : .test(sources)
        try checkCases(predictions.ids, task, context)
        let finder = NNUNetObjectFinder(
            task: task, split: mode == .val ? .train : .test, predictions: predictions, folder: model.consolidated.url, threads: threads)
        let settings = try settings(finder, model.consolidated, context)
        let target = model.consolidated.url.appendingPathComponent("\(prefix ?? mode.rawValue)_predictions", isDirectory: true)
        try write(finder, settings, to: target, context)
        context.log.info(
            "\(predictions.ids.count) cases, \(sources.count) model\(sources.count == 1 ? "" : "s"), \(Self.text(settings)): \(target.path)"
        )
    }

    private func resolvedTask(_ context: CommandContext) throws -> TaskFolder {
        let root = context.environment.dataFolder
        if let task { return try TaskFolder.resolve(task, in: root).reading(context) }
        let parts = sources[0].standardizedFileURL.pathComponents
        if let name = parts.last(where: { $0.contains("Task") }) { return try TaskFolder.resolve(name, in: root).reading(context) }
        guard let name = parts.last(where: { $0.hasPrefix("Dataset") }) else {
            throw Problem(sources[0], "no part of the path names a task", remedy: "name it with --task")
        }
        do { return try TaskFolder.resolve("Task\(name.dropFirst("Dataset".count))", in: root).reading(context) } catch let problem
            as Problem
        {
            throw Problem(problem.subject, problem.problem, remedy: "name the task of \(name) with --task")
        }
    }

    private func checkCases(_ ids: [String], _ task: TaskFolder, _ context: CommandContext) throws {
        let own = try task.caseIDs(mode == .val ? .train : .test)
        let strangers = Set(ids).subtracting(own).sorted()
        guard strangers.isEmpty else {
            throw Problem(
                sources[0],
                "\(strangers.count) of \(ids.count) cases are no \(mode == .val ? "training" : "test") cases of \(task.name): "
                    + CaseSource.list(strangers), remedy: "check the task (--task) and the mode")
        }
        let missing = Set(own).subtracting(ids).sorted()
        if !missing.isEmpty { context.log.warning("not predicted by nnU-Net: \(CaseSource.list(missing))") }
    }

    // MARK: Settings

    private func settings(_ finder: NNUNetObjectFinder, _ run: RunFolder, _ context: CommandContext) throws -> NNUNetSettings {
        let file = run.file("postprocessing.json")
        if mode == .test {
            guard FileManager.default.fileExists(atPath: file.path) else {
                throw Problem(file, "no such file: the settings are found on validation cases", remedy: "run with --mode val first")
            }
            return try JSONFile.read(from: file)
        }
        if simple {
            try JSONFile.write(NNUNetSettings.simple, to: file)
            return .simple
        }
        let labels = finder.task.evaluationLabels(.train)
        let ids = finder.predictions.ids
        let truths = try ids.map { id in
            guard FileManager.default.fileExists(atPath: GroundTruth.file(of: id, in: labels).path) else {
                throw Problem(
                    GroundTruth.file(of: id, in: labels), "no such file: the search needs the annotated objects",
                    remedy: "run 'nndet prep' first, or add --simple")
            }
            return try GroundTruth.read(id, in: labels)
        }
        let objects = try finder.objects(NNUNetSettings.thresholdChoices, context)
        let metric = ScoreName.meanAveragePrecision()
        let search = try NNUNetSearch { settings in
            var evaluator = DetectionEvaluator(classes: finder.task.info.labels.count, mode: .fast)
            for (found, truth) in zip(objects, truths) {
                evaluator.add(found.first { $0.threshold == settings.minThreshold }?.detections(settings) ?? Detections(), truth)
            }
            return evaluator.result().scores[metric] ?? 0
        }
        for trial in search.trials { context.log.info("  \(trial.label)   \(metric) \(String(format: "%.4f", trial.score))") }
        try JSONFile.write(search.trials.map { [$0.label: $0.score] }, to: run.file("summary.json"))
        try JSONFile.write(search.best, to: file)
        return search.best
    }

    private static func text(_ settings: NNUNetSettings) -> String {
        "\(settings.minVoxels) voxels and more, threshold \(settings.minThreshold.map { "\($0)" } ?? "none"), \(settings.aggregation.rawValue)"
    }

    // MARK: Predictions

    private func write(_ finder: NNUNetObjectFinder, _ settings: NNUNetSettings, to target: URL, _ context: CommandContext) throws {
        let ids = finder.predictions.ids
        let objects = try finder.objects([settings.minThreshold], context)
        AtomicFile.removeLeftovers(in: target)
        for stranger in CasePrediction.caseIDs(in: target) where finder.predictions.files[stranger] == nil {
            for ending in ["_boxes.npz", "_boxes.json", "_seg.npz", "_instances.nii.gz", "_instances.json"] {
                unlink(target.appendingPathComponent(stranger + ending).path)
            }
        }
        let (segmentation, instances) = (segmentation, instances)
        let gate = MemoryGate()
        let progress = context.progress("predictions", ids.count)
        try parallelFor(ids.count, threads: threads) { index in
            defer { progress.advance(note: ids[index]) }
            let (id, found) = (ids[index], objects[index][0])
            let geometry = try finder.geometry(id)
            if segmentation || instances {
                try gate.run(needing: finder.bytes(geometry)) {
                    let probabilities = try finder.probabilities(id, geometry)
                    let things = finder.task.info.labels.count
                    if segmentation {
                        let labels = probabilities.labels(threshold: settings.minThreshold, things: things)
                        try SegmentationPrediction(caseID: id, labels: labels, classes: things, geometry: geometry).write(in: target)
                    }
                    if instances {
                        let (objects, components) = probabilities.objects(threshold: settings.minThreshold, things: things)
                        try InstanceListing.write(
                            objects.instances(components, settings), geometry, dimension: 3,
                            to: target.appendingPathComponent("\(id)_instances"))
                    }
                }
            }
            // Last: where they are, everything is.
            let detections = found.detections(settings).sortedByScore()
            try CasePrediction(caseID: id, detections: detections, geometry: geometry, isRestored: true).write(
                in: target, legend: ClassLegend(names: finder.task.info.labels))
        }
    }
}
