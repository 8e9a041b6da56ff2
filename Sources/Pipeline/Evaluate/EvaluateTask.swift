import Core
import Evaluation
import Foundation
import Report
import Support

/// `nndet eval`: scores predictions against the annotated objects (spec 09).
public struct EvaluateTask: Sendable {
    public let task: TaskFolder
    public let model: ModelFolder
    /// −1: the consolidated folds.
    public var fold = -1
    /// Validation predictions of the folds, or those of the test images.
    public var subset = RunFolder.Subset.val
    /// Boxes: average precision and FROC.
    public var boxes = true
    /// Whole cases by their best detection.
    public var cases = false
    /// The original's numbers where ours are mended (classes without objects, FROC without hits).
    public var referenceBehaviour = false
    /// Cases on the page of pictures.
    public var picturedCases = 2

    public init(task: TaskFolder, model: ModelFolder) {
        self.task = task
        self.model = model
    }

    /// Writes `results_boxes.json`, `curves_boxes.json`, `boxes/examples.png`, `results_case.json` and prints the main scores.
    ///
    /// Validation predictions are scored in the space of the images and in that of the preprocessed arrays.
    /// - Throws: `Problem` naming the cases without prediction, or the file that cannot be read.
    public func run(_ context: CommandContext) throws {
        let run = try model.existing(fold: fold)
        let spaces = subset == .test ? [false] : [false, true]
        for preprocessed in spaces {
            let scoring = PredictionScoring(task: task, run: run, subset: subset, preprocessed: preprocessed)
            let scored = try scoring.read(expected: expectedCases(run, context), context)
            let folder = run.results(subset, preprocessed: preprocessed)
            let space = preprocessed ? "preprocessed space" : "image space"
            if boxes {
                let result = try scoreBoxes(scored, folder)
                context.log.info("\(subset == .test ? "test" : "validation"), \(space): \(result.table(labels: task.info.labels))")
                if !preprocessed { try drawExamples(scored, result, folder, context) }
                context.log.info("written to \(folder.path)\n")
            }
            if cases, !preprocessed { try scoreCases(scored, folder, context) }
        }
    }

    /// The cases that must have predictions: those that the run had to predict; nil where the folder alone tells.
    private func expectedCases(_ run: RunFolder, _ context: CommandContext) throws -> [String]? {
        if subset == .test { return try task.caseIDs(.test) }
        guard fold >= 0, FileManager.default.fileExists(atPath: run.splits.path) else { return nil }
        let splits: Splits = try JSONFile.read(from: run.splits)
        let configuration = try Configuration.read(run.config, environment: context.environment)
        // A limit for trying things out leaves cases without prediction.
        return configuration.debug.numCasesVal == nil ? try splits.fold(fold).val : nil
    }

    private func scoreBoxes(_ cases: [ScoredCase], _ folder: URL) throws -> EvaluationResult {
        var evaluator = DetectionEvaluator(classes: task.info.labels.count, mode: .full, referenceBehaviour: referenceBehaviour)
        for item in cases { evaluator.add(item.prediction.detections, item.truth) }
        let result = evaluator.result()
        try result.write(in: folder)
        return result
    }

    private func scoreCases(_ cases: [ScoredCase], _ folder: URL, _ context: CommandContext) throws {
        var evaluator = CaseEvaluator(targetClass: task.info.targetClass)
        for item in cases { evaluator.add(item.prediction.detections, item.truth) }
        let (scores, confusion) = evaluator.result()
        var result = EvaluationResult(scores: scores)
        result.cases = cases.count
        result.curves = ["cfm_case": confusion.flatMap { $0.map(Double.init) }]
        try result.write(in: folder, name: "case")
        for key in scores.keys.sorted() { context.log.info("\(key)  \(String(format: "%.4f", scores[key] ?? .nan))") }
    }

    private func drawExamples(_ cases: [ScoredCase], _ result: EvaluationResult, _ folder: URL, _ context: CommandContext) throws {
        let withObjects = cases.filter { $0.truth.count > 0 }
        let chosen = (withObjects + cases.filter { $0.truth.count == 0 }).prefix(picturedCases)
        guard !chosen.isEmpty else { return }
        let split: TaskFolder.Split = subset == .test ? .test : .train
        let pictures = try chosen.map { item in
            CasePicture(
                caseID: item.id, image: try CaseImage.read(item.id, split, in: task), truth: item.truth,
                detections: item.prediction.detections, classNames: task.info.labels)
        }
        let key = ScoreName.averagePrecision(iou: 0.1)
        let score = result.scores[key].map { String(format: ", AP at IoU 0.1: %.3f", $0) } ?? ""
        let title = "\(task.name)  ·  \(model.url.lastPathComponent)\(score)"
        let file = folder.appendingPathComponent("boxes/examples.png")
        try ExampleSheet(title: title, cases: pictures).write(to: file)
        context.log.info("picture: \(file.path)")
    }
}

extension EvaluateTask {
    /// The command: finds task and model by name, then evaluates as `configure` says.
    public static func run(_ task: String, model: String, _ context: CommandContext, configure: (inout EvaluateTask) -> Void) throws {
        let (folder, model) = try ModelSelection.model(task, model, context)
        var command = EvaluateTask(task: folder, model: model)
        configure(&command)
        try command.run(context)
    }
}
