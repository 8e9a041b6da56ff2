import ArgumentParser
import Core
import Pipeline

/// `-o key=value …` where the original takes it and nothing is configured.
struct IdleOverwriteOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("overwrites")], parsing: .upToNextOption,
        help: ArgumentHelp("Accepted as by the original; no setting changes these images.", valueName: "key=value"))
    var overwrites: [String] = []
}

/// `nndet boxes2nii`.
struct BoxImagesCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "boxes2nii",
        abstract: "Write predicted boxes as images.",
        discussion: """
            Paints the boxes of val_predictions (or, with --test, test_predictions) into instance maps on the grid of each image: \
            <fold>/val_predictions_nii/<case>_boxes.nii.gz, with <case>_boxes.json telling score, class and box of each number. Where boxes overlap, \
            the higher score wins. For looking only: evaluation reads the predictions themselves.
            """)

    @Argument(help: "Task: number, name or full name.")
    var task: String

    @Argument(help: "Name of the model, e.g. RetinaUNetV001_D3V001_3d.")
    var model: String

    @Option(name: [.short, .long], help: "Fold; -1 or consolidated: the consolidated folds.")
    var fold = FoldSelection(index: 0)

    @OptionGroup var options: IdleOverwriteOptions

    @Option(help: "Smallest score of a box that is painted.")
    var threshold: Float = 0.5

    @Flag(help: "Take the predictions of the test images.")
    var test = false

    @Flag(help: "Paint as the original does: per axis from the integer part of the lower coordinate + 1 to that of the upper − 1.")
    var referenceBehaviour = false

    func run(_ context: CommandContext) throws {
        try NIfTIExport.run(task, model: model, .boxes, context) {
            $0.fold = fold.index
            $0.threshold = threshold
            $0.referenceBehaviour = referenceBehaviour
            $0.subset = test ? .test : .val
        }
    }
}

/// `nndet seg2nii`.
struct SegmentationImagesCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "seg2nii",
        abstract: "Write predicted segmentations as images.",
        discussion: """
            Writes the segmentations of val_predictions (or, with --test, test_predictions, where 'nndet predict --seg' puts them) as \
            <fold>/val_predictions_nii/<case>_seg.nii.gz on the grid of each image.
            """)

    @Argument(help: "Task: number, name or full name.")
    var task: String

    @Argument(help: "Name of the model, e.g. RetinaUNetV001_D3V001_3d.")
    var model: String

    @Option(name: [.short, .long], help: "Fold; -1 or consolidated: the consolidated folds.")
    var fold = FoldSelection(index: 0)

    @OptionGroup var options: IdleOverwriteOptions

    @Flag(help: "Take the predictions of the test images.")
    var test = false

    func run(_ context: CommandContext) throws {
        try NIfTIExport.run(task, model: model, .segmentation, context) {
            $0.fold = fold.index
            $0.subset = test ? .test : .val
        }
    }
}
