import Foundation

/// NumPy's NPZ: a zip archive of named `.npy` arrays, stored or deflated.
public enum NPZ {
    /// Reads all arrays, or only those in `names`, of the archive at `url`.
    ///
    /// - Throws: `Problem` when the file is missing, not a zip archive, truncated or corrupt.
    public static func read(_ url: URL, only names: Set<String>? = nil) throws -> [String: NPYArray] {
        var arrays: [String: NPYArray] = [:]
        for entry in try ZipArchive.entries(of: Data.file(url), named: url.path) {
            let name = entry.name.hasSuffix(".npy") ? String(entry.name.dropLast(4)) : entry.name
            guard names?.contains(name) ?? true else { continue }
            arrays[name] = try NPYArray(npy: entry.content(), named: "\(url.path)[\(name)]")
        }
        return arrays
    }

    /// Writes `arrays` atomically, sorted by name; the same arrays give the same bytes.
    public static func write(_ arrays: [String: NPYArray], to url: URL, compressed: Bool = true) throws {
        let entries = arrays.sorted { $0.key < $1.key }.map { (name: "\($0.key).npy", content: $0.value.npyData()) }
        try AtomicFile.write(ZipArchive.archive(entries, compressed: compressed), to: url)
    }
}
