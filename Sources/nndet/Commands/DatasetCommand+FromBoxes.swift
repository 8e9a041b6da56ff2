import ArgumentParser
import Foundation
import Pipeline

extension BoxCoordinates: ExpressibleByArgument {}

extension DatasetCommand {
    /// `nndet dataset from-boxes`.
    struct FromBoxes: ReadingCommand {
        static let configuration = CommandConfiguration(
            commandName: "from-boxes",
            abstract: "Make a task of your own images and a table, or COCO's JSON, of boxes.",
            discussion: """
                A row for each object: case, class, and x_min, y_min, z_min, x_max, y_max, z_max; or center_x … size_z; or coordX, coordY, \
                coordZ, diameter_mm. In JSON bbox is x, y, z, width, height, depth. Boxes are painted into masks; of boxes that overlap the \
                smaller one keeps the voxels.

                  nndet dataset from-boxes Task100_Lung --images scans --boxes boxes.csv --coordinates voxel --modalities CT --classes nodule
                  nndet dataset from-boxes Task100_Lung --images scans --boxes boxes.json --coordinates lps --modalities CT
                """)

        @OptionGroup var own: OwnDataArguments

        @Option(help: ArgumentHelp("The table (commas, semicolons or tabs) or JSON.", valueName: "csv|json"))
        var boxes: String

        @Option(
            help:
                "voxel (first and last voxel, from 0; in JSON edges), lps (mm, x to the left: ITK, DICOM) or ras (mm, x to the right: NIfTI, Slicer's display)."
        )
        var coordinates: BoxCoordinates

        @Option(help: ArgumentHelp("Names of the classes by id. (default: the categories of the JSON)", valueName: "a,b,…"))
        var classes: String?

        @Option(help: ArgumentHelp("How the table calls its columns.", valueName: "case=patient,x_min=left,…"))
        var columns: String?

        @OptionGroup(title: "Reading images") var reading: ReadingOptions

        var usesFolders: Bool { own.data == nil }

        private var renamed: [String: String]? {
            var renamed: [String: String] = [:]
            for pair in own.names(columns ?? "") {
                let sides = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                guard sides.count == 2 else { return nil }
                renamed[sides[0]] = sides[1]
            }
            return renamed
        }

        func validate() throws {
            if renamed == nil { throw ValidationError("--columns must be pairs such as case=patient,x_min=left") }
            if let classes, own.names(classes).isEmpty { throw ValidationError("--classes needs at least one name") }
        }

        func run(_ context: CommandContext) throws {
            var task = TaskFromBoxes(task: own.ownData, boxes: URL(fileURLWithPath: boxes), coordinates: coordinates)
            task.classes = classes.map(own.names)
            task.columns = renamed ?? [:]
            try task.run(context)
        }
    }
}
