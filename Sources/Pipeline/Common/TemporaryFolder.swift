import Foundation
import Support

/// A folder that is there as long as the value.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        let name = "\(TemporaryFolders.prefix)\(UUID().uuidString)"
        url = FileManager.default.temporaryDirectory.appendingPathComponent(name, isDirectory: true)
        try AtomicFile.createFolder(url)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}

/// The temporary folders of this process.
public enum TemporaryFolders {
    static let prefix = "nndet-\(ProcessInfo.processInfo.processIdentifier)-"

    /// Removes them when the program ends in the middle of its work.
    public static func removeAll() {
        let root = FileManager.default.temporaryDirectory
        for name in (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? [] where name.hasPrefix(prefix) {
            try? FileManager.default.removeItem(at: root.appendingPathComponent(name))
        }
    }
}
