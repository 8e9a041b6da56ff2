import Foundation

/// What each case of a folder was made of, so that unchanged work is not repeated: a file of lines `["case","key"]`, of which the last one of a
/// case counts; `null` for a key withdraws it.
///
/// A note appends one line and flushes it, from any number of threads. A kill at any moment leaves at most an incomplete last line, which is ignored.
public final class KeyJournal: @unchecked Sendable {
    private let file: URL
    /// The map of keys by case that earlier versions rewrote after every case.
    private let earlier: URL
    private let lock = NSLock()
    private var keys: [String: String] = [:]
    /// Whether the file has to be rewritten before it is appended to: it is missing, of an earlier version, or contains lines that do not count.
    private var needsRewriting: Bool

    /// The names of `<name>.jsonl` and of `<name>.json`, as which earlier versions kept the keys.
    public static func fileNames(_ name: String) -> [String] { ["\(name).jsonl", "\(name).json"] }

    /// Opens `<name>.jsonl` in `folder`; writes nothing. Keys that cannot be read are taken for missing: their cases are made again.
    public init(_ name: String, in folder: URL) {
        let files = Self.fileNames(name).map { folder.appendingPathComponent($0) }
        (file, earlier) = (files[0], files[1])
        let former: [String: String]? = try? JSONFile.read(from: earlier)
        keys = former ?? [:]
        guard let data = try? Data.file(file) else {
            needsRewriting = true
            return
        }
        let lines = data.split(separator: UInt8(ascii: "\n"))
        for line in lines {
            guard let note = try? JSONDecoder().decode([String?].self, from: line), note.count == 2, let id = note[0] else { continue }
            keys[id] = note[1]
        }
        let isComplete = data.last.map { $0 == UInt8(ascii: "\n") } ?? true
        needsRewriting = former != nil || !isComplete || lines.count > 2 * keys.count
    }

    /// The cases that have a key, sorted.
    public var ids: [String] { lock.withLock { keys.keys.sorted() } }

    /// Whether case `id` was made of what `key` says and all its `files` exist.
    public func holds(_ id: String, _ key: String, files: [URL]) -> Bool {
        lock.withLock { keys[id] } == key && files.allSatisfy { FileManager.default.fileExists(atPath: $0.path) }
    }

    /// Notes what a case was made of; nil before its files are replaced or removed.
    ///
    /// - Throws: `Problem` where the file cannot be written.
    public func note(_ id: String, _ key: String?) throws {
        try lock.withLock {
            guard keys[id] != key else { return }
            keys[id] = key
            guard !needsRewriting else { return try rewrite() }
            do { try AppendedFile.append(Self.line(id, key), to: file) } catch {
                // What was written of the line is not to be continued.
                needsRewriting = true
                throw error
            }
        }
    }

    private static func line(_ id: String, _ key: String?) throws -> Data {
        try JSONFile.encode([id, key], pretty: false) + [UInt8(ascii: "\n")]
    }

    private func rewrite() throws {
        let lines = try keys.sorted { $0.key < $1.key }.map { try Self.line($0.key, $0.value) }
        try AtomicFile.write(Data(lines.joined()), to: file)
        unlink(earlier.path)
        needsRewriting = false
    }
}
