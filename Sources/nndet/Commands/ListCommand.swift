import ArgumentParser
import Pipeline

/// `nndet list`.
struct ListCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Print the names that can be chosen.",
        discussion: """
            modules: detectors (key module); planners (key planner); augmentations: sets of random changes (key augmentation.transforms; \
            augmentation=… chooses one with its strengths); loaders: where patches lie (key augment_cfg.dataloader).
            """)

    @Argument(help: "modules, planners, augmentations or loaders.")
    var kind: Choices

    var usesFolders: Bool { false }

    func run(_ context: CommandContext) throws {
        let width = kind.entries.map(\.name.count).max() ?? 0
        for entry in kind.entries {
            print(entry.name + String(repeating: " ", count: width - entry.name.count + 2) + entry.summary)
        }
    }
}

extension Choices: ExpressibleByArgument {}
