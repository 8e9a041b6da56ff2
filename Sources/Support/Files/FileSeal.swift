import Foundation

/// What a finished file looked like: lets one find out later whether it is still whole.
///
/// As long as size and time of change are the same, the file is taken to be; else its content decides.
public struct FileSeal: Codable, Sendable, Equatable {
    public let bytes: Int
    /// Time of the last change, nanoseconds since 1970.
    public let modified: Int
    /// Key of the content.
    public let key: String

    /// Seals the file at `url`.
    ///
    /// - Throws: `Problem` where it cannot be read.
    public init(_ url: URL) throws {
        guard let state = Self.state(url) else { throw Problem(url, doing: "read", errno: errno) }
        bytes = state.bytes
        modified = state.modified
        key = try Self.key(url)
    }

    /// Whether the file at `url` is the one that was sealed; a missing one is not.
    public func matches(_ url: URL) -> Bool {
        guard let state = Self.state(url), state.bytes == bytes else { return false }
        return state.modified == modified || (try? Self.key(url)) == key
    }

    /// Whether there is a file of the same size at `url`; reads nothing.
    public func roughlyMatches(_ url: URL) -> Bool { Self.state(url)?.bytes == bytes }

    private static func key(_ url: URL) throws -> String {
        var key = ContentKey()
        try key.add(file: url)
        return key.text
    }

    private static func state(_ url: URL) -> (bytes: Int, modified: Int)? {
        var status = stat()
        guard stat(url.path, &status) == 0 else { return nil }
        // Times after 2262 wrap around: what counts is whether they are equal.
        return (Int(status.st_size), Int(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int(status.st_mtim.tv_nsec))
    }
}

extension ContentKey {
    /// Counts in the bytes of a file.
    public mutating func add(file url: URL) throws {
        let file = try MappedFile(url)
        add(file.bytes)
    }
}
