import ArgumentParser
import Foundation
import Pipeline
import Support

/// `nndet status`.
struct StatusCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tell what of a task is done, running and missing.",
        discussion: """
            For the data and each model: cases prepared, folds with their epoch and best score, consolidation, test images predicted, scores, and \
            the time that the rest will take on one device. Reads only, and may be asked while other commands run.
            """)

    @Argument(help: "Task: number, name or full name.")
    var task: String

    @Argument(help: "Name of a model. (default: all of the task)")
    var model: String?

    @Flag(help: "As JSON, for programs.")
    var json = false

    func run(_ context: CommandContext) throws {
        let status = try TaskStatus(task, model: model, context)
        print(json ? String(decoding: try JSONFile.encode(status), as: UTF8.self) : status.text)
    }
}
