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

    /// Whether the properties in `json` carry `key` and all of `files` exist.
    static func isCurrent(_ json: URL, key: String, files: [URL]) -> Bool {
        guard files.allSatisfy({ FileManager.default.fileExists(atPath: $0.path) }),
            let properties: CaseProperties = try? JSONFile.read(from: json)
        else { return false }
        return properties.contentKey == key
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

extension ContentKey {
    /// Counts in the bytes of a file.
    mutating func add(file url: URL) throws {
        let file = try MappedFile(url)
        add(file.bytes)
    }
}
