import ArgumentParser
import Core
import Foundation
import Pipeline

/// `nndet import-python`.
struct ImportPythonCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-python",
        abstract: "Make a model of the Python nnDetection usable here.",
        discussion: """
            Reads a fold or consolidated folder of the original (model_last.ckpt or model_fold<k>.ckpt, plan.pkl, plan_inference.pkl, config.yaml, \
            splits.pkl) and writes a folder that needs nothing else:

              nndet import-python --model old/Task100_Lung/RetinaUNetV001_D3V001_3d/consolidated --output lung
              nndet predict --model lung --input scan.nii.gz --output found

            Pickles are read as plain data by an interpreter that runs nothing; what has no counterpart here is an error that names it. Python and \
            the original are not needed. With --reference-behaviour, predict gives the original's boxes and scores.

            Preprocessed data of the original needs no import to be trained on, nor do its predictions to be evaluated: 'nndet unpack', 'train' and \
            'eval' read them where they lie.
            """)

    @Option(help: ArgumentHelp("Folder of a fold, or of consolidated folds, of the original.", valueName: "folder"))
    var model: String

    @Option(
        help: ArgumentHelp(
            "Task folder of the original, or its preprocessed: becomes <output>/data/<task>, a task to train on; arrays are linked.",
            valueName: "folder"))
    var data: String?

    @Option(name: [.short, .long], help: ArgumentHelp("Folder of the model to be written.", valueName: "folder"))
    var output: String

    @Flag(help: "Replace another model in that folder.")
    var overwrite = false

    var usesFolders: Bool { false }

    func run(_ context: CommandContext) throws {
        var command = ImportPython(
            model: URL(fileURLWithPath: model, isDirectory: true), output: URL(fileURLWithPath: output, isDirectory: true))
        command.data = data.map { URL(fileURLWithPath: $0, isDirectory: true) }
        command.overwrites = overwrite
        try command.run(context)
    }
}

/// `nndet export-python`.
struct ExportPythonCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "export-python",
        abstract: "Write a model's weights for PyTorch.",
        discussion: """
            Writes one .safetensors file per network, with the names that load_state_dict of the Python nnDetection takes, the plan as JSON, and \
            nndet_files.py, which reads these files and predictions (<case>_boxes.npz):

              nndet export-python --model lung.nndet --output for_python
            """)

    @Option(help: ArgumentHelp("Folder of a model (fold<k>, consolidated, or the folder of these), or a packed model.", valueName: "model"))
    var model: String

    @Option(name: [.short, .long], help: ArgumentHelp("Folder to be written.", valueName: "folder"))
    var output: String

    @Option(help: "Which weights of a single fold are meant: final (averaged), last or best.")
    var ckpt = Checkpoint.final

    var usesFolders: Bool { false }

    func run(_ context: CommandContext) throws {
        var command = ExportPython(model: URL(fileURLWithPath: model), output: URL(fileURLWithPath: output, isDirectory: true))
        command.checkpoint = ckpt
        try command.run(context)
    }
}
