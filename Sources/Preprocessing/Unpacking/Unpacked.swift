import Foundation
import Support

/// The arrays of a case as plain `.npy` files that training maps into memory: `<case>.npy`, `<case>_seg.npy`.
///
/// `<case>_unpacked.json` holds the key of the archive they come from, so that older ones are never read in its place.
public enum Unpacked {
    static let suffixes = [".npy", "_seg.npy", "_unpacked.json"]

    static func dataFile(_ id: String, in folder: URL) -> URL { folder.appendingPathComponent("\(id).npy") }
    static func segmentationFile(_ id: String, in folder: URL) -> URL { folder.appendingPathComponent("\(id)_seg.npy") }
    private static func markFile(_ id: String, in folder: URL) -> URL { folder.appendingPathComponent("\(id)_unpacked.json") }

    private struct Mark: Codable {
        var formatVersion = 1
        var contentKey: String
        enum CodingKeys: String, CodingKey {
            case formatVersion = "format_version"
            case contentKey = "content_key"
        }
    }

    /// Unpacks every `<case>.npz` of `folder` that is not yet, or has changed since.
    ///
    /// - Throws: `Problem` naming the archive that is damaged or holds no `data`, or the file that cannot be written.
    @discardableResult
    public static func run(_ folder: URL, threads: Int = processorCount, progress: ProgressReporter? = nil) throws -> StageSummary {
        let ids = try archives(in: folder)
        let gate = MemoryGate()
        return StageSummary(
            try parallelMap(ids.count, threads: threads) { index in
                defer { progress?.advance(note: ids[index]) }
                return try unpack(ids[index], in: folder, gate)
            })
    }

    /// Ids of the archives in `folder`, sorted.
    ///
    /// - Throws: `Problem` where the folder is missing.
    public static func archives(in folder: URL) throws -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            throw Problem(folder, "no such folder", remedy: "run 'nndet prep' first, or check the path")
        }
        return names.filter { $0.hasSuffix(".npz") && !$0.hasPrefix(".") }.map { String($0.dropLast(4)) }.sorted()
    }

    private static func unpack(_ id: String, in folder: URL, _ gate: MemoryGate) throws -> Bool {
        let file = folder.appendingPathComponent("\(id).npz")
        let entries = try ZipArchive.entries(of: Data.file(file), named: file.path)
        let key = key(of: entries)
        guard !isCurrent(id, in: folder, key: key, hasSegmentation: entries.contains { $0.name == "seg.npy" }) else { return false }
        guard entries.contains(where: { $0.name == "data.npy" }) else { throw Problem(file, "holds no array 'data'") }
        try DerivedFile.invalidate(markFile(id, in: folder))
        for entry in entries {
            let target: URL
            switch entry.name {
            case "data.npy": target = dataFile(id, in: folder)
            case "seg.npy": target = segmentationFile(id, in: folder)
            default: continue
            }
            try gate.run(needing: entry.size) {
                let content = try entry.content()
                guard try !NPYHeader(content.prefix(1 << 16), named: target.path).fortranOrder else {
                    throw Problem(file, "is in Fortran order", remedy: "preprocess the case again")
                }
                try AtomicFile.write(content, to: target)
            }
        }
        try JSONFile.write(Mark(contentKey: key), to: markFile(id, in: folder))
        return true
    }

    /// Key of an archive's content from its checksums, without decompressing it.
    private static func key(of entries: [ZipArchive.Entry]) -> String {
        var key = ContentKey()
        key.add("unpack 1")
        for entry in entries {
            key.add(entry.name)
            key.add(entry.size)
            key.add(Int(entry.crc))
        }
        return key.text
    }

    private static func isCurrent(_ id: String, in folder: URL, key: String, hasSegmentation: Bool) -> Bool {
        let files = [dataFile(id, in: folder)] + (hasSegmentation ? [segmentationFile(id, in: folder)] : [])
        guard files.allSatisfy({ FileManager.default.fileExists(atPath: $0.path) }),
            let mark: Mark = try? JSONFile.read(from: markFile(id, in: folder))
        else { return false }
        return mark.contentKey == key
    }

    /// Checks that the unpacked files belong to the archive beside them.
    ///
    /// - Throws: `Problem` where they are missing or older than it.
    static func requireCurrent(_ id: String, in folder: URL) throws {
        let file = folder.appendingPathComponent("\(id).npz")
        let data = dataFile(id, in: folder)
        let remedy = "run 'nndet unpack \(folder.path)'"
        guard FileManager.default.fileExists(atPath: data.path) else { throw Problem(data, "the case is not unpacked", remedy: remedy) }
        guard FileManager.default.fileExists(atPath: file.path) else { return }
        let entries = try ZipArchive.entries(of: Data.file(file), named: file.path)
        guard isCurrent(id, in: folder, key: key(of: entries), hasSegmentation: entries.contains { $0.name == "seg.npy" }) else {
            throw Problem(data, "was unpacked from another \(file.lastPathComponent) than the one beside it", remedy: remedy)
        }
    }
}
