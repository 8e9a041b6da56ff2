import ArgumentParser
import Core
import Pipeline

extension ConsolidateTask.Mode: ExpressibleByArgument {}
extension Checkpoint: ExpressibleByArgument {}

/// `nndet consolidate`.
struct ConsolidateCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "consolidate",
        abstract: "Join the folds of a model into one.",
        discussion: """
            Copies the models of all folds to consolidated/, and tunes the inference parameters on the validation predictions of all of them \
            (--sweep_boxes). 'nndet predict' then predicts with all folds together. Run 'nndet sweep' for every fold before.
            """)

    @Argument(help: "Task: number, name or full name.")
    var task: String

    @Argument(help: "Name of the model, e.g. RetinaUNetV001_D3V001_3d.")
    var model: String

    @OptionGroup var options: OverwriteOptions

    @Option(
        name: [.customShort("c"), .customLong("consolidate")],
        help: "export: gather raw predictions to tune on; copy: gather finished predictions, parameters of fold 0.")
    var consolidate = ConsolidateTask.Mode.export

    @Option(help: "Folds to join: 0 to this less one.")
    var numFolds = 5

    @Flag(help: "Do not copy the models.")
    var noModel = false

    @Flag(help: "Find the best inference parameters for boxes over all folds.")
    var sweepBoxes = false

    @Flag(help: "Find the best parameters for the voxels of detections over all folds, which were swept with --instances.")
    var sweepInstances = false

    @OptionGroup var point: OperatingPointOption

    @Flag(
        help: """
            The original's choice among equal scores (the first), restoration and order of detections; for folds that were swept with it.
            """)
    var referenceBehaviour = false

    @Option(help: "Which weights of each fold are taken: final (averaged), last or best.")
    var ckpt = Checkpoint.final

    func run(_ context: CommandContext) throws {
        try ConsolidateTask.run(task, model: model, context) {
            $0.mode = consolidate
            $0.folds = numFolds
            $0.copiesModels = !noModel
            $0.sweepsBoxes = sweepBoxes
            $0.sweepsInstances = sweepInstances
            $0.checkpoint = ckpt
            $0.criterion = point.operatingPoint
            $0.referenceBehaviour = referenceBehaviour
            $0.overrides = options.overwrites
        }
    }
}
