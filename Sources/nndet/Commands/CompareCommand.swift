import ArgumentParser
import Foundation
import Pipeline
import Support

/// `nndet compare`.
struct CompareCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two results of 'nndet eval' on the same cases.",
        discussion: """
            Paired bootstrap: in every draw of cases both are scored on the same ones. Prints B − A of each score with its interval and a \
            two-sided p-value.

              nndet compare model_a/fold0/val_results model_b/fold0/val_results
            """)

    @Argument(help: "Folder of results A.")
    var a: String

    @Argument(help: "Folder of results B.")
    var b: String

    @Option(help: "Draws of the bootstrap over cases.")
    var bootstrap = 1000

    @Option(help: "Seed of the bootstrap.")
    var seed: UInt64 = 0

    @Flag(help: "List all scores, of every IoU and class.")
    var all = false

    @Option(help: ArgumentHelp("JSON file for all differences.", valueName: "file"))
    var output: String?

    var usesFolders: Bool { false }

    func validate() throws { try requirePositive(bootstrap, "--bootstrap") }

    func run(_ context: CommandContext) throws {
        func folder(_ path: String) -> URL { URL(fileURLWithPath: path, isDirectory: true) }
        var task = CompareTask(folder(a), folder(b))
        task.resamples = bootstrap
        task.seed = seed
        task.listsAll = all
        task.output = output.map { URL(fileURLWithPath: $0) }
        try task.run(context)
    }
}
