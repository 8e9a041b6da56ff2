import ArgumentParser
import Datasets
import Pipeline

extension DatasetCommand {
    /// `nndet dataset list`.
    struct List: PipelineCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the data sets that can be prepared, and where to get them.",
            discussion: "Each has a guide, docs/datasets/<name>.md: licence, folders, commands, published scores.")

        var usesFolders: Bool { false }

        func run(_ context: CommandContext) throws {
            let cards = DatasetCatalogue.all.map(\.card)
            let rows = cards.map { [$0.name, $0.task, $0.title, $0.home] }
            let widths = (0..<3).map { column in rows.map(\.[column].count).max() ?? 0 }
            for row in rows {
                print(
                    zip(row, widths + [0]).map { $0.padding(toLength: max($1, $0.count), withPad: " ", startingAt: 0) }.joined(
                        separator: "  "))
            }
        }
    }
}
