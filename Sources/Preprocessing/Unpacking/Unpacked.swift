import Core
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
        var files: [String: FileSeal]
        enum CodingKeys: String, CodingKey {
            case files
            case formatVersion = "format_version"
            case contentKey = "content_key"
        }
    }

    /// Unpacks every `<case>.npz` of `folder` that is not yet, has changed since, or whose unpacked files are not whole any more.
    ///
    /// - Throws: `Problem` naming the archive that is damaged or holds no `data`, or the file that cannot be written.
    @discardableResult
    public static func run(_ folder: URL, threads: Int = processorCount, progress: ProgressReporter? = nil) throws -> StageSummary {
        let ids = try archives(in: folder)
        AtomicFile.removeLeftovers(in: folder)
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
        let files = files(id, in: folder, entries)
        guard !isCurrent(id, in: folder, key: key, files: files, isSame: { $0.matches($1) }) else { return false }
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
                let content = try content(entry, of: id, in: folder)
                guard try !NPYHeader(content.prefix(1 << 16), named: target.path).fortranOrder else {
                    throw Problem(file, "is in Fortran order", remedy: "preprocess the case again")
                }
                try AtomicFile.write(content, to: target)
            }
        }
        try JSONFile.write(Mark(contentKey: key, files: DerivedFile.seals(files)), to: markFile(id, in: folder))
        return true
    }

    /// What an archive holds; one that is damaged is made again by the next prep, where it is one of ours.
    private static func content(_ entry: ZipArchive.Entry, of id: String, in folder: URL) throws -> Data {
        do { return try entry.content() } catch let problem as Problem {
            let json = PreparedCase.propertiesFile(id, in: folder)
            guard let properties: CaseProperties = try? JSONFile.read(from: json), properties.contentKey != nil else { throw problem }
            try DerivedFile.invalidate(json)
            throw Problem(problem.subject, problem.problem, remedy: "run 'nndet prep' again, which makes it anew")
        }
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

    /// The unpacked files that an archive with `entries` gives.
    private static func files(_ id: String, in folder: URL, _ entries: [ZipArchive.Entry]) -> [URL] {
        [dataFile(id, in: folder)] + (entries.contains { $0.name == "seg.npy" } ? [segmentationFile(id, in: folder)] : [])
    }

    private static func isCurrent(
        _ id: String, in folder: URL, key: String, files: [URL], isSame: (FileSeal, URL) -> Bool
    ) -> Bool {
        guard let mark: Mark = try? JSONFile.read(from: markFile(id, in: folder)), mark.contentKey == key else { return false }
        return files.allSatisfy { file in mark.files[file.lastPathComponent].map { isSame($0, file) } ?? false }
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
        // Opening a case for training must not read all of it.
        guard isCurrent(id, in: folder, key: key(of: entries), files: files(id, in: folder, entries), isSame: { $0.roughlyMatches($1) })
        else {
            throw Problem(data, "is damaged, or was unpacked from another \(file.lastPathComponent) than the one beside it", remedy: remedy)
        }
    }
}
