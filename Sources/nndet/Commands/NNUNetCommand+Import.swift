import ArgumentParser
import Foundation
import Pipeline

extension NNUNetImport.Mode: ExpressibleByArgument {}

extension NNUNetCommand {
    /// `nndet nnunet import`.
    struct Import: ReadingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Turn nnU-Net's probabilities into detections.",
            discussion: """
                Connected voxels of any class become an object; its class is that of most of its voxels, its score comes from that class's \
                probabilities. The smallest object, a threshold and how the score is made are searched for on the validation cases \
                (nnU-Net Plus), or fixed (--simple: 5 voxels, none, the largest probability). Files of nnU-Net 1 and 2 are read; several \
                folders are joined by their mean.

                  nndet nnunet import -m val -d …/3d_fullres/Task100_Lung/nnUNetTrainerV2__nnUNetPlansv2.1
                  nndet nnunet import -m test -d predictions_fullres predictions_lowres -t 100
                  nndet eval 100 nnUNet -1 --boxes [--test]

                Predictions go to <det_models>/<task>/nnUNet/consolidated, or nnUNet_Simple.
                """)

        @Option(
            name: [.customShort("d"), .long], parsing: .upToNextOption,
            help: ArgumentHelp(
                "val: folders of trainers (with fold_0, …); test: folders of predictions.", valueName: "folder"))
        var nnunet: [String]

        @Option(name: [.customShort("m"), .long], help: "val: validation cases of the folds; test: test cases.")
        var mode: NNUNetImport.Mode

        @Option(
            name: [.customShort("t"), .long], help: "Task: number, name or full name. (default: as the first folder's path names it)")
        var task: String?

        @Option(
            name: [.customLong("prefix"), .customLong("pf", withSingleDash: true)],
            help: "What the folder of predictions is called before _predictions. (default: the mode)")
        var prefix: String?

        @Option(name: [.long, .customLong("num-processes")], help: ArgumentHelp("Cases at a time.", valueName: "n"))
        var numWorkers = 6

        @Flag(help: "Fixed settings in place of the search.")
        var simple = false

        @Flag(help: "Also write <case>_seg.npz, which 'nndet eval --seg' scores.")
        var saveSeg = false

        @Flag(help: "Also write <case>_instances.nii.gz and .json, which 'nndet eval --instances' scores.")
        var saveIseg = false

        @OptionGroup(title: "Reading images") var reading: ReadingOptions

        func validate() throws {
            try requirePositive(numWorkers, "--num-workers")
            if nnunet.isEmpty { throw ValidationError("--nnunet needs at least one folder") }
            if let prefix, prefix.isEmpty || prefix.contains("/") { throw ValidationError("--prefix must be a name without '/'") }
        }

        func run(_ context: CommandContext) throws {
            var command = NNUNetImport(sources: nnunet.map { URL(fileURLWithPath: $0, isDirectory: true) }, mode: mode)
            command.task = task
            command.prefix = prefix
            command.simple = simple
            command.segmentation = saveSeg
            command.instances = saveIseg
            command.threads = numWorkers
            try command.run(context)
        }
    }
}
