import ArgumentParser
import Core
import Pipeline

/// `nndet predict`.
struct PredictCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Find objects in the test images of a task.",
        discussion: """
            Preprocesses raw_splitted/imagesTs, predicts every image tile by tile and mirrored with all models of the folder, joins what they \
            found, and writes test_predictions/<case>_boxes.npz (for eval) and .json (for people) in voxels of the original image. Images that \
            were predicted by the same model with the same options are kept.
            """)

    @Argument(help: "Task: number, name or full name.")
    var task: String

    @Argument(help: "Name of the model, e.g. RetinaUNetV001_D3V001_3d.")
    var model: String

    @Option(name: [.short, .long], help: "Fold that predicts; -1 or consolidated: all folds, as consolidated.")
    var fold = FoldSelection.consolidated

    @Option(
        name: [.customLong("num-tta"), .customLong("ntta", withSingleDash: true)],
        help: "Mirrored views of each tile: 8, 4 or 1; numbers between mean the next lower one.")
    var numTta = 8

    @OptionGroup var options: OverwriteOptions

    @Flag(help: "Take the test images as they were preprocessed before.")
    var noPreprocess = false

    @Option(
        name: [.customLong("num-processes-preprocessing"), .customLong("npp", withSingleDash: true)],
        help: "Images preprocessed at a time.")
    var numProcessesPreprocessing = 3

    @Option(help: "Which weights of a single fold predict: final (averaged), last or best.")
    var ckpt = Checkpoint.final

    @Flag(help: "Tiles, mirroring and restoration as the original did them.")
    var referenceBehaviour = false

    func validate() throws {
        guard numTta > 0 else { throw ValidationError("--num_tta must be positive") }
        guard numProcessesPreprocessing > 0 else { throw ValidationError("-npp must be positive") }
    }

    func run(_ context: CommandContext) throws {
        try PredictTask.run(task, model: model, context) {
            $0.fold = fold.index
            $0.transforms = numTta
            $0.overrides = options.overwrites
            $0.preprocesses = !noPreprocess
            $0.preprocessingThreads = numProcessesPreprocessing
            $0.checkpoint = ckpt
            $0.referenceBehaviour = referenceBehaviour
        }
    }
}
