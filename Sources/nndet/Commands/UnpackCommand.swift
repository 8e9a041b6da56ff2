import ArgumentParser
import Pipeline
import Support

/// `nndet unpack`.
struct UnpackCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpack",
        abstract: "Unpack preprocessed arrays for training.",
        discussion: """
            Training reads patches from plain arrays (<case>.npy) instead of compressed archives. Give a task, whose plans are all unpacked, \
            or a folder preprocessed/<plan>/imagesTr. Cases that are unpacked already are left alone.
            """)

    @Argument(help: ArgumentHelp("A task, or a folder with <case>.npz.", valueName: "task-or-folder"))
    var path: String

    @Argument(help: ArgumentHelp("Cases at a time. (default: one per processor)", valueName: "num-processes"))
    var numProcesses: Int?

    func validate() throws { try requirePositive(numProcesses, "num-processes") }

    func run(_ context: CommandContext) throws {
        try Unpack(threads: numProcesses ?? processorCount).run(path, context)
    }
}
