import ArgumentParser
import Core
import Pipeline

/// `nndet train`.
struct TrainCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train one fold of a task.",
        discussion: """
            Trains the network of the plan on the fold that exp.fold says (-o exp.fold=0 … 4), with validation after every epoch. Writes to \
            <det_models>/<task>/<module>_<plan>/fold<k>: model_best (best validation score), model_last (end of the last epoch), model_final \
            (averaged weights, which sweep and predict use), metrics.csv and train.log.

            Ctrl-C saves the state; the same command goes on from there. A finished run is not trained again unless --overwrite is given.
            """)

    @Argument(help: "Task: number, name or full name.")
    var task: String

    @OptionGroup var options: OverwriteOptions

    @Flag(help: "Find the best inference parameters on the validation cases afterwards.")
    var sweep = false

    @Flag(help: "Start anew, whatever lies in the folder; the same as -o train.mode=overwrite.")
    var overwrite = false

    @Flag(help: "Insist that there is a run to go on with; the same as -o train.mode=resume.")
    var resume = false

    func validate() throws {
        guard !(overwrite && resume) else { throw ValidationError("--overwrite and --resume exclude each other") }
    }

    func run(_ context: CommandContext) throws {
        let mode = overwrite ? ["train.mode=overwrite"] : resume ? ["train.mode=resume"] : []
        let interruption = Interruption()
        try TrainTask.run(
            task, overrides: options.overwrites + mode, sweeps: sweep, shouldStop: { interruption.isAsked }, context)
    }
}
