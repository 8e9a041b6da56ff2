import ArgumentParser
import Pipeline
import Support

/// `nndet eval`.
struct EvalCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Score predictions against the annotated objects.",
        discussion: """
            Average precision (COCO) and FROC at IoU 0.1 to 0.9, for all classes and each of them, printed as a table and written to \
            <model>/fold<k>/val_results or test_results: results_boxes.json (scores), curves_boxes.json (curves, histograms) and \
            boxes/examples.png (slices of two cases with annotated and predicted boxes).

            Without --test, the validation predictions of a sweep or of consolidated folds are scored, in the space of the images and in that \
            of the preprocessed arrays.
            """)

    @Argument(help: "Task: number, name or full name.")
    var task: String

    @Argument(help: "Name of the model, e.g. RetinaUNetV001_D3V001_3d.")
    var model: String

    @Argument(help: "Fold; -1 or consolidated: the consolidated folds.")
    var fold = FoldSelection.consolidated

    @Flag(help: "Score the predictions of the test images.")
    var test = false

    @Flag(help: "Score boxes; this is done where neither --boxes nor --case is given.")
    var boxes = false

    @Flag(help: "Score whole cases by their best detection: AUC, AP, F1, precision, recall, accuracy. For data sets with target_class.")
    var `case` = false

    @Flag(help: "The original's numbers where they are mended here: classes without objects, FROC without a hit.")
    var referenceBehaviour = false

    @Flag(help: .hidden) var seg = false
    @Flag(help: .hidden) var instances = false
    @Flag(help: .hidden) var analyzeBoxes = false

    func run(_ context: CommandContext) throws {
        for (option, isGiven) in [("--seg", seg), ("--instances", instances), ("--analyze-boxes", analyzeBoxes)] where isGiven {
            throw Problem("nndet eval \(option)", "is not yet supported")
        }
        try EvaluateTask.run(task, model: model, context) {
            $0.fold = fold.index
            $0.subset = test ? .test : .val
            $0.boxes = boxes || !`case`
            $0.cases = `case`
            $0.referenceBehaviour = referenceBehaviour
        }
    }
}
