import Core
import Foundation
import Support

/// Rules for files that are made from others: reused only while inputs and options are unchanged (design, "Going on").
enum DerivedFile {
    /// Removes the file that says that its neighbours are complete, before they are written anew.
    static func invalidate(_ url: URL) throws {
        guard unlink(url.path) != 0, errno != ENOENT else { return }
        throw Problem(url, doing: "replace", errno: errno)
    }

    /// Whether the properties in `json` carry `key` and all of `files` are as they were when they were written.
    static func isCurrent(_ json: URL, key: String, files: [URL]) -> Bool {
        guard let properties: CaseProperties = try? JSONFile.read(from: json), properties.contentKey == key else { return false }
        return areWhole(files, properties.files)
    }

    /// Whether each of `files` is the one that was sealed under its name.
    static func areWhole(_ files: [URL], _ seals: [String: FileSeal]?) -> Bool {
        files.allSatisfy { seals?[$0.lastPathComponent]?.matches($0) ?? false }
    }

    /// The seals of finished files, by name.
    static func seals(_ files: [URL]) throws -> [String: FileSeal] {
        try files.reduce(into: [:]) { $0[$1.lastPathComponent] = try FileSeal($1) }
    }

    /// Removes the derived files of cases in `folder` that are not in `ids`: those of which `<case>.json` holds properties with a key.
    static func removeStrangers(in folder: URL, keeping ids: [String], suffixes: [String]) {
        let known = Set(ids)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] where name.hasSuffix(".json") {
            let id = String(name.dropLast(5))
            guard !known.contains(id), let properties: CaseProperties = try? JSONFile.read(from: folder.appendingPathComponent(name)),
                properties.caseID == id, properties.contentKey != nil
            else { continue }
            for suffix in suffixes { unlink(folder.appendingPathComponent(id + suffix).path) }
        }
    }
}
