import Foundation
import Support

/// What each case of a folder was made of, so that unchanged work is not done again; kept in a file, from any number of threads.
final class CaseKeys: @unchecked Sendable {
    private let file: URL
    private let lock = NSLock()
    private var keys: [String: String]

    init(_ file: URL) {
        self.file = file
        keys = (try? JSONFile.read(from: file)) ?? [:]
    }

    var ids: [String] { lock.withLock { keys.keys.sorted() } }

    /// Whether case `id` was made of what `key` says and all its `files` are there.
    func holds(_ id: String, _ key: String, files: [URL]) -> Bool {
        lock.withLock { keys[id] } == key && files.allSatisfy { FileManager.default.fileExists(atPath: $0.path) }
    }

    /// Notes what a case was made of, or that it is not there any more.
    func note(_ id: String, _ key: String?) throws {
        try lock.withLock {
            guard keys[id] != key else { return }
            keys[id] = key
            try JSONFile.write(keys, to: file)
        }
    }
}
