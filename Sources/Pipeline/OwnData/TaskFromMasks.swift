import Core
import Foundation
import Imaging
import Preprocessing
import Support

/// `nndet dataset from-masks`: a task of images and masks that give each voxel a class.
public struct TaskFromMasks: Sendable {
    public var task: OwnDataTask
    /// Folder of the masks.
    public let masks: URL
    /// What stands behind the name of a case in that of its mask.
    public var suffix = ""
    /// Values of the classes, and their names.
    public let things: [(value: Int, name: String)]
    /// Values that become no objects, and their names.
    public var stuff: [(value: Int, name: String)] = []
    /// Smallest extent (mm) and volume (voxels) that an object must exceed, as `InstanceSeparation` measures them.
    public var minSize = 0.0
    public var minVolume = 0.0

    public init(task: OwnDataTask, masks: URL, things: [(value: Int, name: String)]) {
        self.task = task
        self.masks = masks
        self.things = things
    }

    /// - Throws: `Problem` naming the option, or the mask that is missing, of another size, or holds a value that is no class.
    public func run(_ context: CommandContext) throws {
        guard FileManager.default.fileExists(atPath: masks.path) else { throw Problem(masks, "no such folder", remedy: "check --masks") }
        var files: [String: URL] = [:]
        for name in try FolderContents.names(in: masks) {
            guard let ending = ImageFormat.extensions.first(where: { name.lowercased().hasSuffix($0) }) else { continue }
            let stem = name.dropLast(ending.count)
            guard stem.hasSuffix(suffix), stem.count > suffix.count else { continue }
            let file = masks.appendingPathComponent(name)
            if let other = files.updateValue(file, forKey: String(stem.dropLast(suffix.count))) {
                throw Problem(file, "is of the same case as \(other.lastPathComponent)", remedy: "remove one of them")
            }
        }
        guard !files.isEmpty else {
            throw Problem(masks, "holds no masks (<case>\(suffix).nii.gz, …)", remedy: "check --masks and --mask-suffix")
        }
        let separation = InstanceSeparation(
            things: things.map(\.value), stuff: stuff.map(\.value), minSize: minSize, minVolume: minVolume)
        try task.run(
            MaskSource(
                classes: things.map(\.name), stuff: stuff.map(\.name), origin: masks.path, files: files, separation: separation), context)
    }
}

private struct MaskSource: OwnDataTask.Source {
    let classes: [String]
    let stuff: [String]
    let origin: String
    let files: [String: URL]
    let separation: InstanceSeparation
    let joinsNames = false

    var names: [String] { files.keys.sorted() }

    private func file(_ names: [String]) throws -> URL {
        guard let file = names.first.flatMap({ files[$0] }) else { throw Problem(origin, "holds no mask of \(names.first ?? "")") }
        return file
    }

    func add(_ names: [String], to key: inout ContentKey) throws {
        key.add("\(separation)")
        try key.add(file: file(names))
    }

    func annotation(_ names: [String], _ geometry: Geometry, _ reader: ImageReader) throws -> OwnDataTask.Annotation {
        let file = try file(names)
        // Told by the header: a mask of another size need not be read.
        if let difference = try reader.geometry(file).difference(from: geometry) {
            throw Problem(
                file, "does not lie on the grid of its image: \(difference)", remedy: "resample it to the image, or check the names")
        }
        let labels = try reader.readLabels(file).volume
        let known = Set([0] + separation.things + separation.stuff)
        if let value = labels.distinctValues().first(where: { !known.contains($0) }) {
            throw Problem(
                file, "holds the value \(value), which is neither a class nor stuff",
                remedy: "name it: --classes \(value)=<name>, or --stuff \(value)=<name>")
        }
        let result = try separation.separate(labels, spacing: geometry.spacing)
        return OwnDataTask.Annotation(
            map: result.instances, classes: result.classes, stuff: result.stuff,
            notes: ["objects were too small and left out (--min-size, --min-volume)": result.dropped])
    }
}
