import Foundation
import Imaging
import Preprocessing
import Support

/// `nndet dataset from-boxes`: a task of images and a table, or COCO's JSON, of boxes, which are painted into masks.
public struct TaskFromBoxes: Sendable {
    public var task: OwnDataTask
    /// A table (commas, semicolons or tabs), or COCO's JSON.
    public let boxes: URL
    public let coordinates: BoxCoordinates
    /// Names of the classes; nil: the categories of the JSON.
    public var classes: [String]?
    /// How the table calls its columns.
    public var columns: [String: String] = [:]

    public init(task: OwnDataTask, boxes: URL, coordinates: BoxCoordinates) {
        self.task = task
        self.boxes = boxes
        self.coordinates = coordinates
    }

    /// - Throws: `Problem` naming the option, column, line or entry.
    public func run(_ context: CommandContext) throws {
        let found: [(name: String, object: AnnotatedObject)]
        let names: [String]
        if boxes.pathExtension.lowercased() == "json" {
            guard columns.isEmpty else { throw Problem("--columns", "goes with tables, \(boxes.lastPathComponent) is JSON") }
            let file: BoxAnnotations = try JSONFile.read(from: boxes)
            names = classes ?? file.classNames
            found = try file.objects(boxes, coordinates, classes: classes.map(ClassNames.init))
        } else {
            guard let classes else {
                throw Problem("--classes", "a table does not name them all", remedy: "give their names: --classes nodule,mass")
            }
            for name in columns.keys.sorted() where !BoxTable.columns.contains(name) {
                throw Problem(
                    "--columns \(name)", "is no column that is looked for", remedy: "these are: \(BoxTable.columns.joined(separator: ", "))"
                )
            }
            names = classes
            found = try BoxTable.read(boxes, coordinates, classes: ClassNames(classes), renamed: columns)
        }
        let objects = Dictionary(grouping: found, by: \.name).mapValues { $0.map(\.object) }
        try task.run(BoxSource(classes: names, origin: boxes.path, objects: objects), context)
    }
}

private struct BoxSource: OwnDataTask.Source {
    let classes: [String]
    let stuff: [String] = []
    let origin: String
    let objects: [String: [AnnotatedObject]]
    // As a name, and as a path with an ending.
    let joinsNames = true

    var names: [String] { objects.keys.sorted() }

    func add(_ names: [String], to key: inout ContentKey) throws {
        for object in names.flatMap({ objects[$0] ?? [] }) { key.add("\(object.shape) \(object.label)") }
    }

    func annotation(_ names: [String], _ geometry: Geometry, _ reader: ImageReader) throws -> OwnDataTask.Annotation {
        var limit = CoverageLimit(geometry)
        let painted = try names.flatMap { objects[$0] ?? [] }.painted(in: geometry, &limit)
        return try OwnDataTask.Annotation(painted.map(\.object), cut: painted.count(where: \.isCut), geometry)
    }
}
