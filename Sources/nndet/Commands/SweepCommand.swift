import ArgumentParser
import Pipeline

/// `nndet sweep`.
struct SweepCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Find the best inference parameters of a trained fold.",
        discussion: """
            Predicts the validation cases of the fold, tries the inference parameters one after another on these predictions, keeps the best \
            (plan_inference.json, sweep/), and writes the tuned predictions to val_predictions. Predictions of the same model are kept.
            """)

    @Argument(help: "Task: number, name or full name.")
    var task: String

    @Argument(help: "Name of the model, e.g. RetinaUNetV001_D3V001_3d.")
    var model: String

    @Argument(help: "Fold.")
    var fold: Int

    func run(_ context: CommandContext) throws { try SweepTask.run(task, model: model, fold: fold, context) }
}
