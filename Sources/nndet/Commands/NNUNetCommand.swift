import ArgumentParser

/// `nndet nnunet`.
struct NNUNetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nnunet",
        abstract: "Train nnU-Net on a task, and take what it finds as detections.",
        subcommands: [Export.self, Import.self])
}
