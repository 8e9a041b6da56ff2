import Core
import Evaluation
import Foundation
import Imaging
import Report
import Support

/// `nndet report`: an evaluation as one page of HTML.
public struct ReportTask: Sendable {
    public var choices = EvaluationChoices()
    /// Findings of each kind in the gallery.
    public var galleryCount = 6
    /// Where the page goes; nil: `report.html` among the results.
    public var output: URL?

    public init() {}

    /// The page of a trained model's predictions in image space.
    ///
    /// - Throws: `Problem` naming what is missing or cannot be read.
    public func run(
        _ task: String, model: String, fold: Int, subset: RunFolder.Subset, _ context: CommandContext
    ) throws {
        let (task, model) = try ModelSelection.model(task, model, context)
        try run(task, model, fold: fold, subset: subset, context)
    }

    /// The page of the predictions of a model that is found already.
    func run(_ task: TaskFolder, _ model: ModelFolder, fold: Int, subset: RunFolder.Subset, _ context: CommandContext) throws {
        let run = try model.existing(fold: fold)
        let set = try CaseSource(task, run, fold: fold, subset, preprocessed: false, choices, context).boxes(context)
        let split: TaskFolder.Split = subset == .test ? .test : .train
        let part = subset == .test ? "test images" : "validation images"
        try write(
            set, classNames: task.info.labels, title: "\(task.name): detection report",
            subtitle: "\(model.url.lastPathComponent) · \(fold < 0 ? "consolidated folds" : "fold \(fold)") · \(part)",
            to: output ?? run.results(subset).appendingPathComponent("report.html"), context
        ) { try CaseImage.read($0, split, in: task) }
    }

    /// The page of predictions that lie anywhere.
    ///
    /// - Throws: `Problem` naming what is missing or cannot be read.
    public func run(_ files: EvaluationFiles, _ context: CommandContext) throws {
        let (set, classNames, _) = try files.read(choices, context)
        let index = FolderIndex()
        try write(
            set, classNames: classNames, title: "Detection report", subtitle: files.title,
            to: output ?? files.defaultOutput.appendingPathComponent("report.html"), context
        ) { try files.image($0, index, context.reader()) }
    }

    private func write(
        _ set: CaseSet, classNames: [String], title: String, subtitle: String, to url: URL, _ context: CommandContext,
        image: (String) throws -> Image<Float>?
    ) throws {
        guard url.pathExtension.lowercased() == "html" else {
            throw Problem("--output \(url.path)", "a report is a file that ends in .html")
        }
        var scores = try DetectionScores(set.cases, choices.scoring(classNames))
        scores.result.missingPredictions = set.missing
        let counts = "\(set.cases.count) \(set.cases.count == 1 ? "case" : "cases"), \(scores.result.objectsPerClass.reduce(0, +)) objects"
        var page = EvaluationPage(title: title, subtitle: "\(subtitle) · \(counts)", scores: scores, cases: set.cases)
        page.galleryCount = galleryCount
        let progress = context.progress("gallery", 3 * galleryCount)
        try page.write(to: url, image: { try image(set.cases[$0].id) }, progress: { progress.advance() })
        context.log.info("report: \(url.path)")
    }
}
