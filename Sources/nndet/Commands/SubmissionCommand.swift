import ArgumentParser
import Core
import Foundation
import Pipeline

/// `nndet submission`.
struct SubmissionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submission",
        abstract: "Write predictions in the form that a challenge takes.",
        subcommands: [Luna.self, Adam.self])

    /// Which predictions are meant.
    struct Source: ParsableArguments {
        @OptionGroup var chosen: ModelArguments

        @Flag(help: "Take the predictions of the test images.")
        var test = false

        @Option(help: ArgumentHelp("Folder of <case>_boxes.npz, in place of a task and model.", valueName: "folder"))
        var predictions: String?

        func validate() throws {
            if predictions != nil {
                if chosen.task != nil || test { throw ValidationError("give either a task and a model, or --predictions") }
            } else if chosen.task == nil || chosen.model == nil {
                throw ValidationError("give a task and a model, or --predictions")
            }
        }

        var source: SubmissionSource {
            guard let task = chosen.task, let model = chosen.model else {
                return .folder(URL(fileURLWithPath: predictions ?? "", isDirectory: true))
            }
            return .model(task: task, model: model, fold: chosen.fold.index, subset: test ? .test : .val)
        }
    }

    struct Luna: PipelineCommand {
        static let configuration = CommandConfiguration(
            abstract: "The submission to LUNA16, which 'nndet eval-luna' scores.",
            discussion: """
                A CSV of seriesuid, coordX, coordY, coordZ (mm) and probability: the middle of every box. Ids of digits and '_' get their dots \
                back.

                  nndet submission luna 16 RetinaUNetV001_D3V001_3d
                  nndet submission luna --predictions found --output mine.csv
                """)

        @OptionGroup var source: Source

        @Option(help: "Smallest score of a detection that is handed in.")
        var score: Float = 0

        @Option(help: ArgumentHelp("(default: <model>.csv in the model's folder, or <predictions>_submission.csv)", valueName: "csv"))
        var output: String?

        var usesFolders: Bool { source.predictions == nil }

        func run(_ context: CommandContext) throws {
            var submission = LunaSubmission(source: source.source)
            submission.score = score
            submission.output = output.map { URL(fileURLWithPath: $0) }
            try submission.run(context)
        }
    }

    struct Adam: PipelineCommand {
        static let configuration = CommandConfiguration(
            abstract: "The files that the ADAM challenge takes.",
            discussion: """
                For each case result.txt with a line "x, y, z" for every aneurysm: the voxel in the middle of its box.

                  nndet submission adam 19FG RetinaUNetV001_D3V001_3d --test --output submission
                  nndet submission adam --predictions found --output result.txt
                """)

        @OptionGroup var source: Source

        @Option(help: "Detections must score more than this.")
        var score: Float = 0.5

        @Option(
            help: ArgumentHelp(
                "Folder for <case>/result.txt; with one case also the file itself (.txt). (default: <model> in the model's folder, or <predictions>_submission)",
                valueName: "folder|txt"))
        var output: String?

        var usesFolders: Bool { source.predictions == nil }

        func run(_ context: CommandContext) throws {
            var submission = AdamSubmission(source: source.source)
            submission.score = score
            submission.output = output.map { URL(fileURLWithPath: $0) }
            try submission.run(context)
        }
    }
}
