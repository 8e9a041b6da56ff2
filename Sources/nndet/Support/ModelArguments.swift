import ArgumentParser

/// A model of a task and one of its folds, where files may be given in their place.
struct ModelArguments: ParsableArguments {
    @Argument(help: "Task: number, name or full name.")
    var task: String?

    @Argument(help: "Name of the model, e.g. RetinaUNetV001_D3V001_3d.")
    var model: String?

    @Argument(help: "Fold; -1 or consolidated: the consolidated folds.")
    var fold = FoldSelection.consolidated
}
