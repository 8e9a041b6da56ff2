import Core
import Foundation
import Imaging
import Preprocessing
import Support

/// `nndet dataset from-slicer`: a task of images, and segmentations and markups that were made in 3D Slicer.
public struct TaskFromSlicer: Sendable {
    public var task: OwnDataTask
    /// Folder of `<case>.seg.nrrd`, `<case>.mrk.json`, `<case>_boxes.mrk.json`, or of folders `<case>` with any number of such files.
    public let annotations: URL
    public let classes: [String]
    public var segments = SlicerSegmentation.Meaning.classes
    /// Segments that are no objects.
    public var ignored: [String] = []
    /// mm of the balls that points become.
    public var pointDiameter: Double?
    /// Leaves out markups that are hidden.
    public var visibleOnly = false

    public init(task: OwnDataTask, annotations: URL, classes: [String]) {
        self.task = task
        self.annotations = annotations
        self.classes = classes
    }

    fileprivate static let endings = ["_boxes.mrk.json", ".mrk.json", ".seg.nrrd"]

    /// - Throws: `Problem` naming the option, file, segment or markup.
    public func run(_ context: CommandContext) throws {
        guard FileManager.default.fileExists(atPath: annotations.path) else {
            throw Problem(annotations, "no such folder", remedy: "check --annotations")
        }
        var files: [String: [URL]] = [:]
        for name in try FolderContents.names(in: annotations) {
            let file = annotations.appendingPathComponent(name)
            if let ending = Self.endings.first(where: { name.lowercased().hasSuffix($0) }) {
                files[String(name.dropLast(ending.count)), default: []].append(file)
            } else {
                let own = try FolderContents.names(in: file).filter { inner in Self.endings.contains { inner.lowercased().hasSuffix($0) } }
                if !own.isEmpty { files[name, default: []] += own.map(file.appendingPathComponent) }
            }
        }
        guard !files.isEmpty else {
            throw Problem(annotations, "holds no segmentations (.seg.nrrd) or markups (.mrk.json)", remedy: "check --annotations")
        }
        let source = DrawingSource(
            classes: classes, origin: annotations.path, files: files, segments: segments, ignored: Set(ignored.map { $0.lowercased() }),
            pointDiameter: pointDiameter, visibleOnly: visibleOnly)
        try task.run(source, context)
    }
}

private struct DrawingSource: OwnDataTask.Source {
    let classes: [String]
    let stuff: [String] = []
    let origin: String
    let files: [String: [URL]]
    let segments: SlicerSegmentation.Meaning
    let ignored: Set<String>
    let pointDiameter: Double?
    let visibleOnly: Bool
    let joinsNames = true

    var names: [String] { files.keys.sorted() }

    func add(_ names: [String], to key: inout ContentKey) throws {
        key.add("\(segments) \(ignored.sorted()) \(pointDiameter ?? 0) \(visibleOnly)")
        for file in names.flatMap({ files[$0] ?? [] }) {
            key.add(file.lastPathComponent)
            try key.add(file: file)
        }
    }

    func annotation(_ names: [String], _ geometry: Geometry, _ reader: ImageReader) throws -> OwnDataTask.Annotation {
        var objects: [InstancePainting.Object] = []
        var cut = 0
        var limit = CoverageLimit(geometry)
        let classes = ClassNames(classes)
        for file in names.flatMap({ files[$0] ?? [] }) {
            if file.path.lowercased().hasSuffix(".seg.nrrd") {
                let drawn = try reader.readSegmentation(file).objects(
                    in: geometry, as: segments, classes: classes, ignored: ignored, named: file.path)
                for object in drawn { try limit.add(object) }
                objects += drawn
            } else {
                let markups = try SlicerMarkups.read(file, classes: classes, pointDiameter: pointDiameter, visibleOnly: visibleOnly)
                let painted = try markups.painted(in: geometry, &limit)
                objects += painted.map(\.object)
                cut += painted.count(where: \.isCut)
            }
        }
        return try OwnDataTask.Annotation(objects, cut: cut, geometry)
    }
}
