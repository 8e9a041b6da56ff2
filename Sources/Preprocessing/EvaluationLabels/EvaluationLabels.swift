import Boxes
import Core
import Foundation
import Imaging
import Support

/// The objects of a case as evaluation reads them: `<case>_boxes_gt.npz`, `_instances_gt.npz`, `_seg_gt.npz` (spec 02).
public struct EvaluationLabels: Sendable {
    /// Instance ids, 0 elsewhere.
    public let segmentation: Volume<Int32>
    /// Instance id → class id.
    public let classes: [Int: Int]

    /// - Parameters:
    ///   - segmentation: instance ids; negative values count as background.
    ///   - classes: instance id → class id; an object that is missing here is left out of `truth`.
    public init(segmentation: Volume<Int32>, classes: [Int: Int]) {
        var segmentation = segmentation
        segmentation.voxels.withUnsafeMutableBufferPointer { labels in
            for i in 0..<labels.count where labels[i] < 0 { labels[i] = 0 }
        }
        self.segmentation = segmentation
        self.classes = classes
    }

    /// Boxes by the box rule and classes, ascending instance id.
    public var truth: GroundTruth {
        let objects = segmentation.instanceBoxes().compactMap { object in classes[object.id].map { (object.box, $0) } }
        return GroundTruth(boxes: objects.map(\.0), labels: objects.map(\.1))
    }

    private static let suffixes = ["_boxes_gt.npz", "_instances_gt.npz", "_seg_gt.npz"]

    /// What `<case>_gt.json` holds.
    private struct Mark: Codable {
        var formatVersion = 1
        var contentKey: String
        var files: [String: FileSeal]
        enum CodingKeys: String, CodingKey {
            case files
            case formatVersion = "format_version"
            case contentKey = "content_key"
        }
    }

    /// The three archives of a case.
    static func files(_ id: String, in folder: URL) -> [URL] { suffixes.map { folder.appendingPathComponent(id + $0) } }

    private static func markFile(_ id: String, in folder: URL) -> URL { folder.appendingPathComponent("\(id)_gt.json") }

    /// Writes the three archives and then `<case>_gt.json`, which says what they were made from.
    ///
    /// `_instances_gt.npz` holds `instances` [1, …] and `mapping` [N, 2] (instance, class); `_seg_gt.npz` holds `seg` [1, …], class + 1.
    ///
    /// - Throws: `Problem` naming an object whose id or class is none, or where a file cannot be written.
    func write(_ id: String, in folder: URL, key: String) throws {
        let numbers = 0..<Int(Int32.max)
        if let object = classes.first(where: { !numbers.contains($0.key) || !numbers.contains($0.value) }) {
            throw Problem(
                "case \(id)", "object \(object.key) has the class \(object.value); objects are numbered from 1, classes from 0",
                remedy: "correct the json of its labels")
        }
        let mark = Self.markFile(id, in: folder)
        try DerivedFile.invalidate(mark)
        let shape = [1, segmentation.shape.x, segmentation.shape.y, segmentation.shape.z]
        let ids = classes.keys.sorted()
        let mapping = ids.flatMap { [Int64($0), Int64(classes[$0] ?? 0)] }
        try NPZ.write(
            ["instances": NPYArray(segmentation.voxels, shape: shape), "mapping": NPYArray(mapping, shape: [ids.count, 2])],
            to: folder.appendingPathComponent("\(id)_instances_gt.npz"))
        try NPZ.write(["seg": NPYArray(semantic(), shape: shape)], to: folder.appendingPathComponent("\(id)_seg_gt.npz"))
        try truth.write(id, in: folder)
        try JSONFile.write(Mark(contentKey: key, files: DerivedFile.seals(Self.files(id, in: folder))), to: mark)
    }

    /// Class + 1 of the object at each voxel, 0 elsewhere.
    private func semantic() -> [Int32] {
        var values: [Int32: Int32] = [:]
        for (id, label) in classes { values[Int32(id)] = Int32(label) + 1 }
        var last: (id: Int32, value: Int32) = (0, 0)
        return segmentation.voxels.map { id in
            if id != last.id { last = (id, values[id] ?? 0) }
            return last.value
        }
    }

    /// Makes the evaluation labels in image space: `raw_splitted/labels…` → `preprocessed/labels…`, the grid of the label files themselves.
    ///
    /// A case is done again only where its label files have changed, or where what was written is not whole any more.
    @discardableResult
    public static func run(
        _ task: TaskFolder, _ split: TaskFolder.Split, threads: Int = processorCount, overwrite: Bool = false,
        progress: ProgressReporter? = nil
    ) throws -> StageSummary {
        let ids = try task.caseIDs(split)
        let folder = task.evaluationLabels(split)
        AtomicFile.removeLeftovers(in: folder)
        removeStrangers(in: folder, keeping: ids)
        let gate = MemoryGate()
        return StageSummary(
            try CaseLoop.run(ids, threads: threads, "labelled") { index in
                let id = ids[index]
                defer { progress?.advance(note: id) }
                let (map, json) = (try task.labelFile(of: id, split), task.labelJSON(of: id, split))
                var key = ContentKey()
                key.add("labels 1")
                try key.add(file: map)
                try key.add(file: json)
                if !overwrite && isCurrent(id, in: folder, key: key.text) { return false }
                let size = try task.reader.geometry(map).size
                try gate.run(needing: 20 * size.x * size.y * size.z) {
                    let classes = try CaseLabels.read(json).instances
                    let image = try task.reader.readLabels(map)
                    if let problem = LabelCheck.problem(map: image.volume, instances: classes, map, json) { throw problem }
                    try EvaluationLabels(segmentation: image.volume, classes: classes).write(id, in: folder, key: key.text)
                }
                return true
            })
    }

    private static func isCurrent(_ id: String, in folder: URL, key: String) -> Bool {
        guard let mark: Mark = try? JSONFile.read(from: markFile(id, in: folder)), mark.contentKey == key else { return false }
        return DerivedFile.areWhole(files(id, in: folder), mark.files)
    }

    /// Removes the labels of cases that are not in `ids`, where they carry a key.
    static func removeStrangers(in folder: URL, keeping ids: [String]) {
        let known = Set(ids)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        // What another process is writing has a hidden name.
        where name.hasSuffix("_gt.json") && !name.hasPrefix(".") {
            let id = String(name.dropLast("_gt.json".count))
            guard !known.contains(id), (try? JSONFile.read(Mark.self, from: markFile(id, in: folder))) != nil else { continue }
            for suffix in suffixes + ["_gt.json"] { unlink(folder.appendingPathComponent(id + suffix).path) }
        }
    }
}
