import ArgumentParser
import Core
import Foundation
import Pipeline

/// `nndet train`.
struct TrainCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train the folds of a task.",
        discussion: """
            Trains the network of the plan on one fold (--fold 0 … 4, or -o exp.fold=…) or on all of them, with validation after every epoch. \
            Writes to <det_models>/<task>/<module>_<plan>/fold<k>: model_best (best validation score), model_last (end of the last epoch), \
            model_final (averaged weights, which sweep and predict use), training.png, metrics.csv and train.log.

            Ctrl-C saves the state; the same command goes on from there. A finished run is not trained again unless --overwrite is given.

            How long will it take?          nndet train 100 --dry-run
            A model by tomorrow morning:    nndet train 100 --time-budget 12h
            The whole cross-validation:     nndet train 100 --fold all --sweep --devices 0,1
            """)

    @Argument(help: "Task: number, name or full name.")
    var task: String

    @OptionGroup var options: OverwriteOptions

    @Option(help: "Fold to train, in place of exp.fold; 'all': every fold that is not finished yet, one after the other.")
    var fold: TrainedFolds?

    @Option(
        help: ArgumentHelp(
            "Where to train: numbers of GPUs, or cpu. With --fold all, one fold at a time on each of them.", valueName: "0,1,…"))
    var devices: DeviceList?

    @Flag(help: "Find the best inference parameters on the validation cases afterwards, and score them.")
    var sweep = false

    @Flag(help: "Print patch, batch, predicted memory, hours per fold and disk, and train one step; nothing is written.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Shorten the schedule to what this machine can do in this time; the same as -o train.time_budget=…", valueName: "2h"))
    var timeBudget: String?

    @Option(
        help: ArgumentHelp(
            "Begin with the weights of a trained model that fit by name and shape; the same as -o train.init_from=…", valueName: "model"),
        completion: .file())
    var initFrom: String?

    @Flag(help: "Start anew, whatever lies in the folder; the same as -o train.mode=overwrite.")
    var overwrite = false

    @Flag(help: "Insist that there is a run to go on with; the same as -o train.mode=resume.")
    var resume = false

    func validate() throws {
        guard !(overwrite && resume) else { throw ValidationError("--overwrite and --resume exclude each other") }
        guard !(dryRun && sweep) else { throw ValidationError("--dry-run and --sweep exclude each other") }
        if (devices?.names.count ?? 1) > 1, fold != .all || dryRun {
            throw ValidationError("several devices train several folds: give --fold all, or one device")
        }
        if resume, fold == .all {
            throw ValidationError("--resume is about one fold; --fold all goes on with every fold that was begun")
        }
    }

    var savesWhenStopped: Bool { true }

    func run(_ context: CommandContext) throws {
        var overrides = options.overwrites + (overwrite ? ["train.mode=overwrite"] : resume ? ["train.mode=resume"] : [])
        if case .one(let index) = fold { overrides.append("exp.fold=\(index)") }
        if let timeBudget { overrides.append("train.time_budget=\(timeBudget)") }
        if let initFrom { overrides.append("train.init_from=\(URL(fileURLWithPath: initFrom).path)") }
        var asked = TrainOptions()
        asked.allFolds = fold == .all
        asked.devices = devices?.names ?? []
        asked.sweeps = sweep
        asked.isDryRun = dryRun
        let interruption = Interruption()
        try TrainTask.run(task, overrides: overrides, options: asked, shouldStop: { interruption.isAsked }, context)
    }
}

/// One fold by number, or all of them.
enum TrainedFolds: ExpressibleByArgument, Equatable {
    case one(Int)
    case all

    init?(argument: String) {
        if argument == "all" {
            self = .all
        } else if let index = Int(argument), index >= 0 {
            self = .one(index)
        } else {
            return nil
        }
    }
}

/// Devices with commas between them.
struct DeviceList: ExpressibleByArgument {
    let names: [String]

    init?(argument: String) {
        names = argument.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        guard !names.isEmpty, names.allSatisfy({ $0 == "cpu" || $0.hasPrefix("cuda") || Int($0).map { $0 >= 0 } == true }) else {
            return nil
        }
    }
}
