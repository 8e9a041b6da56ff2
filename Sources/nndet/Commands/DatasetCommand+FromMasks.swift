import ArgumentParser
import Foundation
import Pipeline

extension DatasetCommand {
    /// `nndet dataset from-masks`.
    struct FromMasks: ReadingCommand {
        static let configuration = CommandConfiguration(
            commandName: "from-masks",
            abstract: "Make a task of your own images and masks that give each voxel a class.",
            discussion: """
                Voxels of one class that touch become an object. Each mask is called like its case and lies on the grid of its image.

                  nndet dataset from-masks Task100_Lung --images scans --masks masks --modalities CT --classes nodule,mass
                  nndet dataset from-masks Task101_Liver --images scans --masks masks --modalities CT --classes 2=lesion --stuff 1=liver
                """)

        @OptionGroup var own: OwnDataArguments

        @Option(help: ArgumentHelp("Folder of the masks.", valueName: "folder"))
        var masks: String

        @Option(help: ArgumentHelp("Classes: <value>=<name>, or names alone for the values 1, 2, ….", valueName: "1=a,2=b,…"))
        var classes: NamedValues

        @Option(help: ArgumentHelp("Values that become no objects; kept for 'nndet nnunet export --stuff'.", valueName: "3=c,…"))
        var stuff: NamedValues?

        @Option(help: ArgumentHelp("What stands behind the case in the name of its mask: _mask for case_mask.nii.gz.", valueName: "text"))
        var maskSuffix = ""

        @Option(help: ArgumentHelp("Objects must be larger, along every axis but the one of the largest spacing.", valueName: "mm"))
        var minSize = 0.0

        @Option(help: ArgumentHelp("Objects must have more voxels.", valueName: "voxels"))
        var minVolume = 0.0

        @OptionGroup(title: "Reading images") var reading: ReadingOptions

        var usesFolders: Bool { own.data == nil }

        func validate() throws {
            if minSize < 0 || minVolume < 0 { throw ValidationError("--min-size and --min-volume must not be negative") }
            let shared = Set(classes.values.map(\.value)).intersection(stuff?.values.map(\.value) ?? [])
            if let value = shared.min() { throw ValidationError("the value \(value) is both in --classes and in --stuff") }
        }

        func run(_ context: CommandContext) throws {
            var task = TaskFromMasks(task: own.ownData, masks: URL(fileURLWithPath: masks, isDirectory: true), things: classes.values)
            task.stuff = stuff?.values ?? []
            task.suffix = maskSuffix
            task.minSize = minSize
            task.minVolume = minVolume
            try task.run(context)
        }
    }
}
