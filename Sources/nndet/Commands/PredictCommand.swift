import ArgumentParser
import Core
import Foundation
import Pipeline

/// `nndet predict`.
struct PredictCommand: ReadingCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Find objects in new images, or in the test images of a task.",
        usage: """
            nndet predict --model <model> --input <image> … --output <folder> [options]
            nndet predict <task> <model name> [--fold -1] [options]
            """,
        discussion: """
            With --model: finds objects in images given by path. --input takes images, folders of images, a folder of DICOM slices, or a folder of \
            such folders; with several modalities, images named <case>_0000, <case>_0001, … or one --input for each. Per case the output folder gets \
            <case>_boxes.npz (for programs), .json and .csv (for people), and what is asked for beside them. Needs no task folder.

            With a task: preprocesses raw_splitted/imagesTs, predicts every image with all models of the folder, and writes \
            test_predictions/<case>_boxes.npz (for 'nndet eval') and .json in voxels of the original image.

            Images that were predicted by the same model with the same options are kept. A case that fails is told at the end; the others are done.
            """)

    @Argument(help: "Task: number, name or full name.")
    var task: String?

    @Argument(help: ArgumentHelp("Name of the model, e.g. RetinaUNetV001_D3V001_3d.", valueName: "model name"))
    var name: String?

    @Option(help: "Model that predicts: the folder of a fold, of consolidated folds, of both, or a packed file.")
    var model: String?

    @Option(name: [.short, .long], parsing: .upToNextOption, help: "Images, folders of images, or folders of DICOM slices.")
    var input: [String] = []

    @Option(help: "Folder for what is found.")
    var output: String?

    @Option(
        help:
            "Which detections are written: all, those from a score on (0.3), or those at the model's operating point (operating). (default: operating with --model, all with a task)"
    )
    var score: ScoreArgument?

    @Option(help: "Where the networks run: cpu, cuda, cuda:1. (default: a GPU where there is one)")
    var device: String?

    @Option(help: "Predict the i-th of n parts of the cases: 2/4.")
    var part: PartArgument?

    @Flag(help: "Also write where objects were seen: <case>_seg.npz, and with --model <case>_seg.nii.gz.")
    var seg = false

    @Flag(help: "Also write <case>_instances.nii.gz, the voxels of each detection, and .json.")
    var instances = false

    @Flag(help: "Also write <case>_boxes.nii.gz, the boxes as an image.")
    var boxImage = false

    @Flag(help: "Also write <case>_boxes.mrk.json, regions of interest for 3D Slicer.")
    var slicer = false

    @Flag(help: "Also write <case>_boxes.png, every detection in three planes.")
    var overview = false

    @Flag(help: "Leave out tiles that show nothing but air. Faster; an object in such a tile is not found.")
    var skipAir = false

    @Option(name: [.short, .long], help: "Fold that predicts; -1 or consolidated: all folds, as consolidated.")
    var fold = FoldSelection.consolidated

    @Option(
        name: [.customLong("num-models"), .customLong("nmodels", withSingleDash: true)],
        help: ArgumentHelp("Networks that predict, from the first fold on. (default: all)", valueName: "n"))
    var numModels: Int?

    @Option(
        name: [.customLong("num-tta"), .customLong("ntta", withSingleDash: true)],
        help: "Mirrored views of each tile: 8, 4 or 1; numbers between mean the next lower one.")
    var numTta = 8

    @OptionGroup var options: OverwriteOptions

    @Flag(help: "Take the test images as they were preprocessed before.")
    var noPreprocess = false

    @Flag(help: "Look at every test image first; stop where anything is wrong with one.")
    var check = false

    @Flag(help: "Predict the test cases that the split names, as preprocessed for training; needs --no_preprocess.")
    var testSplit = false

    @Flag(help: "Predict also where the model's configuration is of another task, model or fold.")
    var forceArgs = false

    @Option(
        name: [.customLong("num-processes-preprocessing"), .customLong("npp", withSingleDash: true)],
        help: "Images preprocessed at a time.")
    var numProcessesPreprocessing = 3

    @Option(help: "Which weights of a single fold predict: final (averaged), last or best.")
    var ckpt = Checkpoint.final

    @Flag(
        help: """
            Tiles, mirroring, restoration and order of detections as the original did them, in float32; images are not turned to one \
            orientation.
            """)
    var referenceBehaviour = false

    @OptionGroup(title: "Reading images") var reading: ReadingOptions

    var usesFolders: Bool { model == nil }

    func validate() throws {
        guard numTta > 0 else { throw ValidationError("--num_tta must be positive") }
        guard numProcessesPreprocessing > 0 else { throw ValidationError("-npp must be positive") }
        try requirePositive(numModels, "--num_models")
        guard model == nil else {
            guard task == nil else { throw ValidationError("give a task, or --model with --input and --output, not both") }
            guard !input.isEmpty, output != nil else { throw ValidationError("--model needs --input and --output") }
            for (isGiven, option) in [
                (noPreprocess, "--no_preprocess"), (check, "--check"), (testSplit, "--test_split"), (forceArgs, "--force_args"),
            ]
            where isGiven { throw ValidationError("\(option) goes with a task, not with --model") }
            return
        }
        guard task != nil, name != nil else {
            throw ValidationError("give a task and the name of a model, or --model with --input and --output")
        }
        guard input.isEmpty, output == nil, part == nil else { throw ValidationError("--input, --output and --part go with --model") }
    }

    private var files: PredictionFiles {
        var files: PredictionFiles = model == nil ? [] : [.table]
        if seg { files.formUnion(model == nil ? .segmentation : [.segmentation, .segmentationImage]) }
        for (isGiven, file) in [(instances, PredictionFiles.instances), (boxImage, .boxImage), (slicer, .markups), (overview, .overview)]
        where isGiven { files.formUnion(file) }
        return files
    }

    func run(_ context: CommandContext) throws {
        if let model, let output {
            var command = PredictImages(
                model: URL(fileURLWithPath: model), inputs: input.map { URL(fileURLWithPath: $0) }, output: URL(fileURLWithPath: output))
            command.models = numModels
            command.transforms = numTta
            command.overrides = options.overwrites
            command.checkpoint = ckpt
            command.device = device
            command.skipsAir = skipAir
            command.score = score?.filter ?? .operatingPoint
            command.files = files
            command.part = part.map { ($0.index, $0.count) } ?? (1, 1)
            command.referenceBehaviour = referenceBehaviour
            return try command.run(context)
        }
        try PredictTask.run(task ?? "", model: name ?? "", context) {
            $0.fold = fold.index
            $0.models = numModels
            $0.transforms = numTta
            $0.overrides = options.overwrites
            $0.preprocesses = !noPreprocess
            $0.usesTestSplit = testSplit
            $0.checks = check
            $0.forcesArguments = forceArgs
            $0.preprocessingThreads = numProcessesPreprocessing
            $0.checkpoint = ckpt
            $0.device = device
            $0.skipsAir = skipAir
            $0.score = score?.filter ?? .all
            $0.files = files
            $0.referenceBehaviour = referenceBehaviour
        }
    }
}

/// `all`, `operating`, or a score.
struct ScoreArgument: ExpressibleByArgument {
    let filter: ScoreFilter

    init?(argument: String) {
        switch argument {
        case "all": filter = .all
        case "operating": filter = .operatingPoint
        default:
            guard let score = Float(argument), (0...1).contains(score) else { return nil }
            filter = .atLeast(score)
        }
    }
}

/// `2/4`.
struct PartArgument: ExpressibleByArgument {
    let index: Int
    let count: Int

    init?(argument: String) {
        let parts = argument.split(separator: "/").compactMap { Int($0) }
        guard parts.count == 2, parts[1] >= 1, (1...parts[1]).contains(parts[0]) else { return nil }
        (index, count) = (parts[0], parts[1])
    }
}
