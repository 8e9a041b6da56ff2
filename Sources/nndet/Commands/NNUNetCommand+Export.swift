import ArgumentParser
import Interop
import Pipeline

extension NNUNetFormat: ExpressibleByArgument {}

extension NNUNetCommand {
    /// `nndet nnunet export`.
    struct Export: ReadingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy tasks into nnU-Net's raw data, objects as classes of voxels.",
            discussion: """
                Writes imagesTr, labelsTr, imagesTs and dataset.json to $nnUNet_raw/Dataset<number>_<name> (nnU-Net 2) or \
                $nnUNet_raw_data_base/nnUNet_raw_data/Task<number>_<name> (nnU-Net 1). Class i of the task is i + 1 there. Run again, only \
                what is missing or has changed is done. Let nnU-Net save its probabilities (--npz).

                  nndet nnunet export 100 101
                  nndet nnunet export 000D3 --new_tasks Dataset500_Example --format v2
                """)

        @Argument(help: ArgumentHelp("Tasks: numbers, names or full names.", valueName: "task"))
        var tasks: [String]

        @OptionGroup var options: OverwriteOptions

        @Option(
            name: [.customLong("new-tasks"), .customLong("nt", withSingleDash: true)], parsing: .upToNextOption,
            help: ArgumentHelp("Names in nnU-Net's folder, one for each task. (default: those of the tasks)", valueName: "name"))
        var newTasks: [String] = []

        @Flag(help: "Stuff (<case>_stuff.nii.gz) becomes further classes, behind those of the objects.")
        var stuff = false

        @Option(help: "v1 or v2: the version of nnU-Net. (default: that of the environment variable that is set)")
        var format: NNUNetFormat?

        @Option(
            name: [.customLong("num-processes"), .customLong("np", withSingleDash: true)],
            help: ArgumentHelp("Cases at a time.", valueName: "n"))
        var numProcesses = 6

        @OptionGroup(title: "Reading images") var reading: ReadingOptions

        func validate() throws { try requirePositive(numProcesses, "--num-processes") }

        func run(_ context: CommandContext) throws {
            var export = NNUNetExport()
            export.format = format
            export.newTasks = newTasks
            export.stuff = stuff
            export.threads = numProcesses
            try export.run(tasks, overrides: options.overwrites, context)
        }
    }
}
