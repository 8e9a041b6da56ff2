import ArgumentParser

/// `nndet dataset`.
struct DatasetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset",
        abstract: "Make tasks of public data sets, as their owners distribute them, and of your own images.",
        subcommands: [
            List.self,
            Prepare.self,
            FromMasks.self,
            FromBoxes.self,
            FromSlicer.self,
        ])
}
