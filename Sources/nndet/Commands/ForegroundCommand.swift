import ArgumentParser
import Pipeline

/// `nndet cls2fg`.
struct ForegroundCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "cls2fg",
        abstract: "Copy tasks with all classes as one.",
        discussion: """
            Makes Task<number>FG_<name> beside each task: the same images and label maps, every object with the one class fg. For training a \
            detector that finds objects and does not tell them apart.
            """)

    @Argument(help: ArgumentHelp("Tasks: numbers, names or full names.", valueName: "task"))
    var tasks: [String]

    @OptionGroup var options: OverwriteOptions

    @Flag(help: "Replace a copy that is there.")
    var overwrite = false

    func run(_ context: CommandContext) throws {
        try MergeClasses(overwrite: overwrite).run(tasks, overrides: options.overwrites, context)
    }
}
