import ArgumentParser
import Pipeline
import Support

/// `nndet prep`.
struct PrepCommand: ReadingCommand {
    static let configuration = CommandConfiguration(
        commandName: "prep",
        abstract: "Check, crop, measure, plan and preprocess tasks.",
        discussion: """
            Looks at every case of all tasks first and tells what is wrong with the data. Then crops the images, measures the data set, plans target \
            spacing, patch size, network and anchors, and writes resampled, normalised arrays below preprocessed/<plan>. What is noticeable about the data stands in \
            preprocessed/analysis/quality.md. Needs no GPU.

            Run again, only what has changed since is done again. Single steps: -o prep=plan, or -o prep=nothing prep.crop=true.
            """)

    @Argument(help: ArgumentHelp("Tasks: numbers, names or full names.", valueName: "task"))
    var tasks: [String]

    @OptionGroup var options: OverwriteOptions

    @Flag(
        help: """
            Also read every image and label map, and list everything that is wrong with any of them in one table (and in full_check.json).
            """)
    var fullCheck = false

    @Flag(help: "Skip the check of the data.")
    var noCheck = false

    @Option(
        name: [.customLong("num-processes"), .customLong("np", withSingleDash: true)],
        help: ArgumentHelp("Cases cropped and measured at a time. (default: one per processor)", valueName: "n"))
    var numProcesses: Int?

    @Option(
        name: [.customLong("num-processes-preprocessing"), .customLong("npp", withSingleDash: true)],
        help: ArgumentHelp("Cases preprocessed at a time; fewer where memory is short. (default: one per processor)", valueName: "n"))
    var numProcessesPreprocessing: Int?

    @Flag(help: "Restore the original's result where it is mended here: no reorientation, its low-resolution rule.")
    var referenceBehaviour = false

    @OptionGroup(title: "Reading images") var reading: ReadingOptions

    func validate() throws {
        guard !(fullCheck && noCheck) else { throw ValidationError("--full-check and --no-check exclude each other") }
        try requirePositive(numProcesses, "--num-processes")
        try requirePositive(numProcessesPreprocessing, "--num-processes-preprocessing")
    }

    func run(_ context: CommandContext) throws {
        try Prep(
            check: noCheck ? .none : fullCheck ? .full : .basic, threads: numProcesses ?? processorCount,
            preprocessingThreads: numProcessesPreprocessing ?? processorCount, referenceBehaviour: referenceBehaviour
        ).run(tasks, overrides: options.overwrites, context)
    }
}
