import ArgumentParser
import Foundation
import Pipeline
import Support

/// `nndet eval-luna`.
struct LunaCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval-luna",
        abstract: "Score a submission to LUNA16 by the challenge's rules.",
        discussion: """
            FROC, its seven sensitivities with bootstrap intervals, and their mean (CPM). Files may be parted by commas or tabs: \
            seriesuid, coordX, coordY, coordZ, diameter_mm, or probability in the submission; the list of scans has one id a line.

              nndet eval-luna --annotations annotations.csv --excluded annotations_excluded.csv --series seriesuids.csv --predictions mine.csv
            """)

    @Option(help: ArgumentHelp("Nodules.", valueName: "csv"))
    var annotations: String

    @Option(help: ArgumentHelp("Findings that count neither way.", valueName: "csv"))
    var excluded: String

    @Option(help: ArgumentHelp("All scans, one id a line.", valueName: "csv"))
    var series: String

    @Option(help: ArgumentHelp("The submission.", valueName: "csv"))
    var predictions: String

    @Option(help: ArgumentHelp("Fill up ids of digits alone with zeros to N digits, in all files.", valueName: "N"))
    var padIds: Int?

    @Option(help: "Draws of the bootstrap over scans.")
    var bootstrap = 1000

    @Option(help: "Seed of the bootstrap.")
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("Folder for the results (default: <submission>_results).", valueName: "folder"))
    var output: String?

    var usesFolders: Bool { false }

    func validate() throws {
        try requirePositive(padIds, "--pad-ids")
        try requirePositive(bootstrap, "--bootstrap")
    }

    func run(_ context: CommandContext) throws {
        func file(_ path: String) -> URL { URL(fileURLWithPath: path) }
        var task = LunaTask(
            annotations: file(annotations), excluded: file(excluded), series: file(series), predictions: file(predictions))
        task.padding = padIds
        task.resamples = bootstrap
        task.seed = seed
        task.output = output.map { URL(fileURLWithPath: $0, isDirectory: true) }
        try task.run(context)
    }
}
