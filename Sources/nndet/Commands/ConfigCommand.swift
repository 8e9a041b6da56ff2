import ArgumentParser
import Core
import Foundation
import Pipeline

/// `-o key=value …`, common to many commands.
struct OverwriteOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("overwrites")], parsing: .upToNextOption,
        help: ArgumentHelp(
            """
            Settings that replace the configured ones, e.g. -o exp.fold=1 trainer_cfg.initial_lr=0.02; train=, augmentation= and prep= \
            choose a configuration by name. 'nndet config' prints all keys.
            """, valueName: "key=value"))
    var overwrites: [String] = []
}

/// `nndet config`.
struct ConfigCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Print the composed configuration.",
        discussion: """
            Shows every key with its value, as YAML, after -o has been applied; a comment behind each value says which file it comes from, or -o, \
            and the reference that it follows. Choices: train=v001|smoke|toy, \
            augmentation=base_more|base_more_sol|base_more_sou|base_mp|default|more|insane|mirror_only|noaug, prep=process|plan|nothing.
            """)

    @Argument(help: "Task that the configuration is for: number, name or full name.")
    var task: String?

    @OptionGroup var options: OverwriteOptions

    @Flag(help: "Print references such as ${exp.id} as they are, as config.yaml keeps them.")
    var unresolved = false

    @Flag(help: "Print all keys with their defaults and meanings, as Markdown.")
    var reference = false

    var usesFolders: Bool { task != nil }

    func validate() throws {
        guard !reference || (task == nil && options.overwrites.isEmpty && !unresolved) else {
            throw ValidationError("--reference goes with nothing else")
        }
    }

    func run(_ context: CommandContext) throws {
        if reference { return print(try ConfigurationReference().markdown, terminator: "") }
        let folder = try task.map { try TaskFolder.resolve($0, in: context.environment.dataFolder) }
        let configuration = try Configuration.compose(options.overwrites, environment: context.environment, task: folder)
        let origins = try ConfigurationOrigins(options.overwrites, environment: context.environment, task: folder)
        print(configuration.yaml(resolved: !unresolved, origins: origins), terminator: "")
    }
}
