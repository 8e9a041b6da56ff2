import ArgumentParser
import Core
import Foundation
import Pipeline

/// `nndet run`.
struct RunCommand: ReadingCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Do everything for a task: prepare, train, join, predict, score, report.",
        discussion: """
            Checks and plans first, and tells what the rest will take: memory, hours, schedule. Then preprocesses, trains the folds and tunes \
            their inference, consolidates them, scores the validation cases, predicts raw_splitted/imagesTs, scores these where there are labels, \
            and makes a report of each.

            Stopped at any moment (Ctrl-C saves the state of a training), the same command goes on. 'nndet status' tells how far it is.

              nndet run 100 --dry-run            what will it take?
              nndet run 100 --time-budget 8h     a model by tomorrow morning
              nndet run 100 --devices 0,1        a fold at a time on each of two GPUs
            """)

    @Argument(help: "Task: number, name or full name.")
    var task: String

    @OptionGroup var options: OverwriteOptions

    @Option(help: ArgumentHelp("Folds to train and join, from 0 on. (default: all of the split, 5)", valueName: "n"))
    var folds: Int?

    @Option(
        help: ArgumentHelp(
            "Time for everything: the schedule of the folds is shortened to what this machine can do in it.", valueName: "8h"))
    var timeBudget: String?

    @Option(
        help: ArgumentHelp(
            "Where to train: numbers of GPUs, or cpu; one fold at a time on each of them. (default: a GPU where there is one)",
            valueName: "0,1,…"))
    var devices: DeviceList?

    @Option(help: "Mirrored views of each tile of the test images: 8, 4 or 1.")
    var numTta = 8

    @OptionGroup var point: OperatingPointOption

    @Flag(help: "Check, measure and plan, tell what the rest will take, and stop there.")
    var dryRun = false

    @OptionGroup(title: "Reading images") var reading: ReadingOptions

    func validate() throws {
        try requirePositive(folds, "--folds")
        try requirePositive(numTta, "--num-tta")
    }

    var savesWhenStopped: Bool { true }

    func run(_ context: CommandContext) throws {
        var command = RunTask()
        command.overrides = options.overwrites
        command.folds = folds
        command.devices = devices?.names ?? []
        command.timeBudget = try timeBudget.map { try TimeSpan.seconds($0, named: "--time-budget") }
        command.transforms = numTta
        command.criterion = point.operatingPoint
        command.isDryRun = dryRun
        let interruption = Interruption()
        command.shouldStop = { interruption.isAsked }
        try command.run(task, context)
    }
}
