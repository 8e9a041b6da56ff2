import Core
import Evaluation
import Foundation
import Report
import Support

/// `nndet eval`: scores predictions of a trained model against the annotated objects (spec 09).
public struct EvaluateTask: Sendable {
    public let task: TaskFolder
    public let model: ModelFolder
    /// −1: the consolidated folds.
    public var fold = -1
    /// Validation predictions of the folds, or those of the test images.
    public var subset = RunFolder.Subset.val
    public var choices = EvaluationChoices()

    public init(task: TaskFolder, model: ModelFolder) {
        self.task = task
        self.model = model
    }

    /// Writes scores, intervals and pictures into `val_results`, `val_results_preprocessed` or `test_results`, the analysis into
    /// `val_analysis`, `val_analysis_preprocessed` or `test_analysis`, and prints the main scores.
    ///
    /// Validation predictions are scored in the space of the images and in that of the preprocessed arrays.
    /// - Throws: `Problem` naming the cases without prediction, or the file that cannot be read.
    public func run(_ context: CommandContext) throws {
        let run = try model.existing(fold: fold)
        // Predictions of other programs have no preprocessed space.
        let isImported =
            !FileManager.default.fileExists(atPath: run.plan.path)
            && !FileManager.default.fileExists(atPath: run.predictions(.val, preprocessed: true).path)
        for preprocessed in subset == .test || isImported ? [false] : [false, true] {
            let source = try CaseSource(task, run, fold: fold, subset, preprocessed: preprocessed, choices, context)
            let set = try source.boxes(context)
            let folder = run.results(subset, preprocessed: preprocessed)
            let writing = ResultWriting(
                choices: choices, classNames: task.info.labels, targetClass: task.info.targetClass, results: folder,
                analysis: run.analysis(subset, preprocessed: preprocessed),
                title: "\(subset == .test ? "test" : "validation"), \(preprocessed ? "preprocessed space" : "image space")")
            if choices.boxes {
                let scores = try writing.score(set, context)
                if !preprocessed { try drawExamples(set.cases, scores.result, folder, context) }
            }
            if choices.cases { try writing.scoreCases(set.cases, context) }
            try writing.scoreMaps(source, set.cases.map(\.id), context)
            if choices.analysis { try writing.analyze(set.cases, context) }
            context.log.info("written to \(folder.path)\n")
        }
    }

    private func drawExamples(_ cases: [EvaluationCase], _ result: EvaluationResult, _ folder: URL, _ context: CommandContext) throws {
        let withObjects = cases.filter { $0.truth.count > 0 }
        let chosen = (withObjects + cases.filter { $0.truth.count == 0 }).prefix(choices.picturedCases)
        guard !chosen.isEmpty else { return }
        let split: TaskFolder.Split = subset == .test ? .test : .train
        let pictures = try chosen.map { item in
            CasePicture(
                caseID: item.id, image: try CaseImage.read(item.id, split, in: task), truth: item.truth,
                detections: item.detections, classNames: task.info.labels)
        }
        let key = ScoreName.averagePrecision(iou: 0.1, maxDetections: choices.maxDetections)
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
