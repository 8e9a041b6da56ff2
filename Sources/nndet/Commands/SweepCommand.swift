import ArgumentParser
import Pipeline

/// `nndet sweep`.
struct SweepCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Find the best inference parameters of a trained fold.",
        discussion: """
            Predicts the validation cases of the fold, tries the inference parameters one after another on these predictions, keeps the best \
            (plan_inference.json; sweep/sweep.csv and sweep.png show what was tried), and writes the tuned predictions to val_predictions. \
            Then chooses the score per class from which on detections count in daily use. Predictions of the same cases by the same model are kept.
            """)

    @Argument(help: "Task: number, name or full name.")
    var task: String

    @Argument(help: "Name of the model, e.g. RetinaUNetV001_D3V001_3d.")
    var model: String

    @Argument(help: "Fold.")
    var fold: Int

    @Option(help: "Score that decides, a key of results_boxes.json. (default: mAP_IoU_0.10_0.50_0.05_MaxDet_100)")
    var metric: String?

    @OptionGroup var point: OperatingPointOption

    @Flag(help: "Also write where objects were seen (<case>_seg.npz), and score it.")
    var seg = false

    @Flag(help: "Also write the voxels of each detection (<case>_instances.nii.gz), and score them.")
    var instances = false

    @Flag(
        help: """
            Find the best parameters for the voxels of detections (panoptic quality; sweep/sweep_instances.csv), and write and score them.
            """)
    var sweepInstances = false

    @Flag(help: "The original's tiles, mirroring, choice among equal scores (the first), restoration and order of detections.")
    var referenceBehaviour = false

    func run(_ context: CommandContext) throws {
        try SweepTask.run(task, model: model, fold: fold, context) {
            $0.metric = metric
            $0.criterion = point.operatingPoint
            $0.segmentations = seg
            $0.instances = instances
            $0.sweepsInstances = sweepInstances
            $0.referenceBehaviour = referenceBehaviour
        }
    }
}
