import ArgumentParser
import Core
import Foundation
import Pipeline

/// `nndet model`.
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Tell what a trained model is, or pack it into one file.",
        subcommands: [Info.self, Pack.self])

    struct Info: PipelineCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell what a model was trained on, how, and how well it did.",
            discussion: "Classes, modalities, plan, folds, validation scores, operating point, data, versions.")

        @Argument(help: "Folder of a model (fold<k>, consolidated, or the folder of these), or a packed model.")
        var model: String

        @Option(help: "Which weights of a single fold are meant: final (averaged), last or best.")
        var ckpt = Checkpoint.final

        var usesFolders: Bool { false }

        func run(_ context: CommandContext) throws {
            let rows = try ModelCommands.describe(URL(fileURLWithPath: model), checkpoint: ckpt, context)
            let width = rows.map(\.name.count).max() ?? 0
            for row in rows { print("\(row.name)\(String(repeating: " ", count: width + 2 - row.name.count))\(row.value)") }
        }
    }

    struct Pack: PipelineCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pack a model into one file with checksums, to be copied and given to 'nndet predict --model'.")

        @Argument(help: "Folder of a model: fold<k>, consolidated, or the folder of these.")
        var model: String

        @Option(name: [.short, .long], help: "The file. (default: <task>_<model>_<fold>.nndet beside the folder)")
        var output: String?

        @Option(help: "Which weights of a single fold are packed: final (averaged), last or best.")
        var ckpt = Checkpoint.final

        @Flag(help: "Replace the file where it is there already.")
        var overwrite = false

        var usesFolders: Bool { false }

        func run(_ context: CommandContext) throws {
            let file = try ModelCommands.pack(
                URL(fileURLWithPath: model), to: output.map { URL(fileURLWithPath: $0) }, checkpoint: ckpt, overwrite: overwrite, context)
            context.log.info("packed: \(file.path)")
        }
    }
}
