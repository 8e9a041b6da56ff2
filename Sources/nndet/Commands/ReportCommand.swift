import ArgumentParser
import Foundation
import Pipeline
import Support

/// `nndet report`.
struct ReportCommand: ReadingCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make a page of HTML of an evaluation.",
        discussion: """
            One file that needs no network: scores with intervals, FROC and precision-recall curves, histograms with the operating point, \
            sensitivity by size, confusion of classes, calibration, a table of the cases, and a gallery of the best hits, the worst false \
            positives and the missed objects with their slices. The curves also stand beside it as PNG and SVG.

              nndet report 100 RetinaUNetV001_D3V001_3d 0
              nndet report 100 RetinaUNetV001_D3V001_3d -1 --test --output report.html
              nndet report --predictions found --labels annotated --images images --classes nodule,cyst
            """)

    @OptionGroup var chosen: ModelArguments

    @Flag(help: "Of the predictions of the test images.")
    var test = false

    @OptionGroup var scoring: ScoringArguments

    @OptionGroup var files: FileArguments

    @Option(help: ArgumentHelp("Folder of the images <case>_0000.nii.gz for the gallery, with --predictions.", valueName: "folder"))
    var images: String?

    @Option(help: "Findings of each kind in the gallery.")
    var gallery = 6

    @Option(help: ArgumentHelp("Where the page goes (default: report.html among the results).", valueName: "file"))
    var output: String?

    @OptionGroup(title: "Reading images") var reading: ReadingOptions

    var usesFolders: Bool { files.predictions == nil }

    func validate() throws {
        try files.validate(chosen)
        try requirePositive(gallery, "--gallery")
        if files.labels == nil, images != nil { throw ValidationError("--images goes with --predictions and --labels") }
        if files.predictions != nil, test { throw ValidationError("--test goes with a task and a model") }
    }

    func run(_ context: CommandContext) throws {
        var report = ReportTask()
        report.choices = scoring.choices
        report.galleryCount = gallery
        report.output = output.map { URL(fileURLWithPath: $0) }
        if let source = files.source(images: images.map { URL(fileURLWithPath: $0, isDirectory: true) }) {
            try report.run(source, context)
        } else if let task = chosen.task, let model = chosen.model {
            try report.run(task, model: model, fold: chosen.fold.index, subset: test ? .test : .val, context)
        }
    }
}
