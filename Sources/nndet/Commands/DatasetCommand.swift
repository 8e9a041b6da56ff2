import ArgumentParser

/// `nndet dataset`.
struct DatasetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset",
        abstract: "Make tasks of public data sets, as their owners distribute them.",
        subcommands: [
            List.self,
            Prepare.self,
        ])
}
