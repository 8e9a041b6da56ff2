import ArgumentParser
import Foundation
import Pipeline

extension DatasetCommand {
    /// `nndet dataset prepare`.
    struct Prepare: ReadingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the task of a data set from the files that its owner distributes.",
            discussion: """
                Converts images and labels, writes dataset.json and the data set's own split, and tells what was found, what was left out and why \
                (also in prepare.json). Run again, only what is missing or has changed is done. A case that cannot be converted does not keep the \
                others from it; the exit code is then 1.

                The guide of each data set, docs/datasets/<name>.md, says where to get it and how its folders lie.

                  nndet dataset prepare luna16 --raw ~/luna16 --check
                  nndet dataset prepare luna16 --raw ~/luna16
                """)

        @Argument(help: "The data set: a name of 'nndet dataset list', its task or the number of that.")
        var name: String

        @Option(help: ArgumentHelp("The data set as it was downloaded and unpacked.", valueName: "folder"))
        var raw: String

        @Option(help: ArgumentHelp("Where the task folder is made. (default: det_data)", valueName: "folder"))
        var data: String?

        @Option(
            help: ArgumentHelp(
                "Corrected labels that the authors of nnDetection offer for some data sets: <case>.nii.gz and <case>.json, in any subfolder.",
                valueName: "folder"))
        var labels: String?

        @Flag(help: "Only look whether the raw folder is complete: files, tables, headers of all images. Writes nothing.")
        var check = false

        @Option(
            name: [.customLong("num-processes"), .customLong("np", withSingleDash: true)],
            help: ArgumentHelp("Cases converted at a time. (default: one per processor)", valueName: "n"))
        var numProcesses: Int?

        @OptionGroup(title: "Reading images") var reading: ReadingOptions

        var usesFolders: Bool { data == nil && !check }

        func validate() throws { try requirePositive(numProcesses, "--num-processes") }

        func run(_ context: CommandContext) throws {
            func folder(_ path: String) -> URL { URL(fileURLWithPath: path, isDirectory: true) }
            var preparation = PrepareDataset(name: name, raw: folder(raw))
            preparation.data = data.map(folder)
            preparation.labels = labels.map(folder)
            if let numProcesses { preparation.threads = numProcesses }
            try check ? preparation.check(context) : preparation.run(context)
        }
    }
}
