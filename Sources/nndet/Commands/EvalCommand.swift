import ArgumentParser
import Foundation
import Pipeline
import Support

/// `nndet eval`.
struct EvalCommand: ReadingCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Score predictions against the annotated objects.",
        discussion: """
            Of a trained model, into <model>/fold<k>/val_results, val_results_preprocessed or test_results:

              nndet eval 100 RetinaUNetV001_D3V001_3d 0
              nndet eval 100 RetinaUNetV001_D3V001_3d -1 --test --boxes --analyze_boxes

            Of any predictions:

              nndet eval --predictions found --labels annotated [--classes nodule,cyst]
              nndet eval --predictions found.json --ground-truth annotated.json

            Average precision (COCO) and FROC at IoU 0.1 to 0.9, for all classes and each of them, with 95 % intervals by bootstrap over the \
            cases, by size of the objects, and as pictures in boxes/. Without --test, validation predictions are scored in the space of the \
            images and in that of the preprocessed arrays. 'nndet report' makes a page of it, 'nndet compare' compares two results.
            """)

    @OptionGroup var chosen: ModelArguments

    @Flag(help: "Score the predictions of the test images.")
    var test = false

    @Flag(help: "Score boxes; this is done where nothing else is asked for.")
    var boxes = false

    @Flag(
        help:
            "Score whole cases by their best detection (of the task's target_class, if it has one): AUC, AP, F1, precision, recall, accuracy."
    )
    var `case` = false

    @Flag(help: "Score segmentations (<case>_seg.npz): Dice per case and of all voxels.")
    var seg = false

    @Flag(help: "Score masks of objects (<case>_instances.nii.gz and .json): panoptic quality, Dice of matched objects.")
    var instances = false

    @Flag(
        help: "Look at single detections: hits, mistakes, missed objects, confusion of classes, sizes; into val_analysis or test_analysis.")
    var analyzeBoxes = false

    @OptionGroup var scoring: ScoringArguments

    @OptionGroup var files: FileArguments

    @Option(help: ArgumentHelp("Folder for the results of --predictions (default: <predictions>_results).", valueName: "folder"))
    var output: String?

    @OptionGroup(title: "Reading images") var reading: ReadingOptions

    var usesFolders: Bool { files.predictions == nil }

    func validate() throws {
        try files.validate(chosen)
        if files.predictions == nil, output != nil { throw ValidationError("--output goes with --predictions") }
        if files.predictions != nil, test { throw ValidationError("--test goes with a task and a model") }
    }

    func run(_ context: CommandContext) throws {
        var choices = scoring.choices
        choices.boxes = boxes || !(`case` || seg || instances || analyzeBoxes)
        choices.cases = `case`
        choices.segmentation = seg
        choices.instances = instances
        choices.analysis = analyzeBoxes
        if let source = files.source {
            try source.evaluate(choices, output: output.map { URL(fileURLWithPath: $0, isDirectory: true) }, context)
        } else if let task = chosen.task, let model = chosen.model {
            try EvaluateTask.run(task, model: model, context) {
                $0.fold = chosen.fold.index
                $0.subset = test ? .test : .val
                $0.choices = choices
            }
        }
    }
}
