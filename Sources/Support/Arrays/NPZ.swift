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

    /// Writes `arrays` atomically, sorted by name; the same arrays give the same bytes. With `compressed`, arrays are deflated that get smaller
    /// by it, the others are stored.
    public static func write(_ arrays: [String: NPYArray], to url: URL, compressed: Bool = true) throws {
        let entries = arrays.sorted { $0.key < $1.key }
            .map { ZipArchive.NewEntry(name: "\($0.key).npy", head: $0.value.npyHeader, body: $0.value.bytes) }
        try ZipArchive.write(entries, to: url, compressed: compressed)
    }
}
