import Core
import Foundation
import Imaging
import Support

/// Converts the semantic label maps of a task to instances in place, and back (spec 02, seg2det).
///
/// Of `<case>.nii.gz` the original becomes `<case>_orig.nii.gz`; the map of instances takes its place, `<case>.json` names the classes and
/// `<case>_stuff.nii.gz` holds the stuff. The json is written last: a case that has it is converted.
public struct LabelConversion: Sendable {
    public let task: TaskFolder
    public let split: TaskFolder.Split
    /// Cases at a time, at most.
    public let threads: Int

    public init(task: TaskFolder, split: TaskFolder.Split, threads: Int = processorCount) {
        self.task = task
        self.split = split
        self.threads = threads
    }

    /// What the original map and the map of stuff are called beside the map of objects.
    public static let sourceSuffix = "_orig"
    public static let stuffSuffix = "_stuff"

    /// Names of the label maps that are no by-products of this conversion, sorted.
    ///
    /// - Throws: `Problem` where the folder cannot be read.
    public func cases() throws -> [String] {
        let images = Set(task.imageListing(split).ids)
        let all = Set(
            try task.labelMaps(split).map { stem, _ in
                // A stop while a map is restored may have left the original alone.
                for suffix in [Self.sourceSuffix, Self.stuffSuffix] where stem.hasSuffix(suffix) && !images.contains(stem) {
                    return String(stem.dropLast(suffix.count))
                }
                return stem
            })
        return all.sorted()
    }

    /// Converts the cases that have no json yet.
    ///
    /// - Parameters:
    ///   - separation: which values become objects or stuff, and how large objects must be.
    ///   - overwrite: also converts cases again of which the original map is there.
    ///   - progress: told of every case that is through; nil shows nothing.
    /// - Throws: `Problem` naming the file; cases converted until then stay.
    public func run(_ separation: InstanceSeparation, overwrite: Bool = false, progress: ProgressReporter? = nil) throws -> StageSummary {
        let ids = try cases()
        AtomicFile.removeLeftovers(in: task.labels(split))
        let gate = MemoryGate()
        return StageSummary(
            try CaseLoop.run(ids, threads: threads, "converted") { index in
                defer { progress?.advance(note: ids[index]) }
                return try convert(ids[index], separation, overwrite: overwrite, gate)
            })
    }

    private func convert(_ id: String, _ separation: InstanceSeparation, overwrite: Bool, _ gate: MemoryGate) throws -> Bool {
        let json = task.labelJSON(of: id, split)
        let kept = source(of: id)
        if FileManager.default.fileExists(atPath: json.path), !(overwrite && kept != nil) { return false }
        let semantic = try kept ?? task.labelFile(of: id, split)
        let size = try task.reader.geometry(semantic).size
        try gate.run(needing: 28 * size.x * size.y * size.z) {
            let image = try task.reader.readLabels(semantic)
            let result: InstanceSeparation.Result
            do { result = try separation.separate(image.volume, spacing: image.geometry.spacing) } catch let problem as Problem {
                throw Problem(semantic, "\(problem.subject) \(problem.problem)", remedy: problem.remedy)
            }
            try DerivedFile.invalidate(json)
            if kept == nil { try keep(semantic, of: id) }
            let stuff = file(id + Self.stuffSuffix, ".nii.gz")
            if let map = result.stuff {
                try ImageWriter.write(Image(volume: map, geometry: image.geometry), to: stuff)
            } else {
                try DerivedFile.invalidate(stuff)
            }
            // Headers with their voxels in another file are read only.
            let ending = [".mhd", ".nhdr"].contains(Self.ending(of: semantic)) ? ".nii.gz" : Self.ending(of: semantic)
            try ImageWriter.write(Image(volume: result.instances, geometry: image.geometry), to: file(id, ending))
            if kept == nil, semantic != file(id, ending) { try DerivedFile.invalidate(semantic) }
            try JSONFile.write(CaseLabels(instances: result.classes), to: json)
        }
        return true
    }

    /// Gives the original a second name; the first is then replaced as a whole.
    private func keep(_ semantic: URL, of id: String) throws {
        let kept = file(id + Self.sourceSuffix, Self.ending(of: semantic))
        if link(semantic.path, kept.path) == 0 { return }
        try AtomicFile.write(Data.file(semantic), to: kept)
    }

    /// Takes the original maps back and removes what the conversion has made; cases without an original are left alone.
    ///
    /// - Throws: `Problem` naming the file that cannot be removed or renamed.
    public func restore() throws -> StageSummary {
        AtomicFile.removeLeftovers(in: task.labels(split))
        let ids = try cases()
        let restored = try ids.map { id in
            guard let source = source(of: id) else { return false }
            // The json goes first: without it and with the original, a case counts as not yet converted.
            try DerivedFile.invalidate(task.labelJSON(of: id, split))
            for ending in ImageFormat.extensions { try DerivedFile.invalidate(file(id + Self.stuffSuffix, ending)) }
            let target = file(id, Self.ending(of: source))
            if let present = try? task.labelFile(of: id, split), present != target { try DerivedFile.invalidate(present) }
            guard rename(source.path, target.path) == 0 else { throw Problem(target, doing: "restore", errno: errno) }
            return true
        }
        try DerivedFile.invalidate(rankingFile)
        return StageSummary(restored)
    }

    /// `volume_ranking_Tr.json`.
    public var rankingFile: URL { task.rawSplitted.appendingPathComponent("volume_ranking_\(split.rawValue).json") }

    /// One object in the ranking.
    struct Rank: Codable, Sendable, Equatable {
        let caseID: String
        let instance: Int
        /// Voxels.
        let volume: Int
        /// The object's first voxel: x, y, z.
        let position: [Int]

        enum CodingKeys: String, CodingKey {
            case caseID = "case_id"
            case instance = "instance_id"
            case volume = "vol"
            case position = "cp"
        }
    }

    /// Writes all objects of the converted cases, smallest first, for people who look for labels that are no objects.
    public func writeRanking(progress: ProgressReporter? = nil) throws {
        let ids = try cases().filter { FileManager.default.fileExists(atPath: task.labelJSON(of: $0, split).path) }
        let gate = MemoryGate()
        let ranks = try parallelMap(ids.count, threads: threads) { index in
            defer { progress?.advance(note: ids[index]) }
            let map = try task.labelFile(of: ids[index], split)
            let size = try task.reader.geometry(map).size
            return try gate.run(needing: 8 * size.x * size.y * size.z) {
                Self.ranks(try task.reader.readLabels(map).volume, of: ids[index])
            }
        }
        let sorted = ranks.flatMap { $0 }.sorted { ($0.volume, $0.caseID, $0.instance) < ($1.volume, $1.caseID, $1.instance) }
        try JSONFile.write(sorted, to: rankingFile)
    }

    static func ranks(_ map: Volume<Int32>, of id: String) -> [Rank] {
        var first: [Int: Int] = [:]
        var last: Int32 = 0
        for (offset, value) in map.voxels.enumerated() where value != last {
            last = value
            if value > 0, first[Int(value)] == nil { first[Int(value)] = offset }
        }
        return map.instanceVoxels().map { instance, volume in
            let offset = first[instance] ?? 0
            let (row, x) = (offset / map.shape.z, offset % map.shape.z)
            return Rank(caseID: id, instance: instance, volume: volume, position: [x, row % map.shape.y, row / map.shape.y])
        }
    }

    private func file(_ stem: String, _ ending: String) -> URL { task.labels(split).appendingPathComponent(stem + ending) }

    /// The original map of a converted case.
    private func source(of id: String) -> URL? {
        ImageFormat.extensions.map { file(id + Self.sourceSuffix, $0) }.first { FileManager.default.fileExists(atPath: $0.path) }
    }

    private static func ending(of url: URL) -> String {
        ImageFormat.extensions.first { url.lastPathComponent.lowercased().hasSuffix($0) } ?? ".nii.gz"
    }
}
