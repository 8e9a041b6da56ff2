import ArgumentParser
import Foundation
import Pipeline

extension SegmentMeaning: ExpressibleByArgument {}

extension DatasetCommand {
    /// `nndet dataset from-slicer`.
    struct FromSlicer: ReadingCommand {
        static let configuration = CommandConfiguration(
            commandName: "from-slicer",
            abstract: "Make a task of your own images and what was drawn on them in 3D Slicer.",
            discussion: """
                Reads segmentations (<case>.seg.nrrd) and markups (<case>.mrk.json: regions of interest, lists of points), or any number of them \
                in a folder named like the case. The name of a segment, or the label of a region or point, tells the class: 'nodule', \
                'nodule 2'. With one class names do not matter. Markups that 'nndet predict --slicer' has written and somebody has corrected \
                are read too.

                  nndet dataset from-slicer Task100_Lung --images scans --annotations drawn --modalities CT --classes nodule,mass --ignore lung
                """)

        @OptionGroup var own: OwnDataArguments

        @Option(help: ArgumentHelp("Folder of segmentations and markups.", valueName: "folder"))
        var annotations: String

        @Option(help: ArgumentHelp("Names of the classes by id.", valueName: "a,b,…"))
        var classes: String

        @Option(help: "What a segment is: classes (voxels that touch are one object) or objects (a segment is one object).")
        var segments = SegmentMeaning.classes

        @Option(help: ArgumentHelp("Segments that are no objects, by name.", valueName: "a,b,…"))
        var ignore: String?

        @Option(help: ArgumentHelp("Diameter of the balls that points become.", valueName: "mm"))
        var pointDiameter: Double?

        @Flag(help: "Leave out markups that are hidden in Slicer, as are predictions below the operating point.")
        var visibleOnly = false

        @OptionGroup(title: "Reading images") var reading: ReadingOptions

        var usesFolders: Bool { own.data == nil }

        func validate() throws {
            if own.names(classes).isEmpty { throw ValidationError("--classes needs at least one name") }
            if let pointDiameter, !(pointDiameter > 0) {
                throw ValidationError("--point-diameter must be positive and is \(pointDiameter)")
            }
        }

        func run(_ context: CommandContext) throws {
            var task = TaskFromSlicer(
                task: own.ownData, annotations: URL(fileURLWithPath: annotations, isDirectory: true), classes: own.names(classes))
            task.segments = segments
            task.ignored = own.names(ignore ?? "")
            task.pointDiameter = pointDiameter
            task.visibleOnly = visibleOnly
            try task.run(context)
        }
    }
}
