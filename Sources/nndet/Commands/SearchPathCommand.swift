import ArgumentParser
import Core
import Pipeline

/// `nndet searchpath`.
struct SearchPathCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "searchpath",
        abstract: "Print where configuration files are looked for, in order.",
        discussion: """
            train=NAME takes train/NAME.yaml of the first place that has one, prep=NAME prep/NAME.yaml, augmentation=NAME \
            train/augmentation/NAME.yaml. Folders of your own are named in the variable det_conf, parted by colons.
            """)

    var usesFolders: Bool { false }

    func run(_ context: CommandContext) throws {
        for place in ConfigurationPlaces(context.environment).rows { print(place) }
    }
}
