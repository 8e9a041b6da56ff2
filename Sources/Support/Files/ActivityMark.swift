import Foundation

/// Tells other programs that this one is at work on a folder, as long as the value lives.
///
/// A lock of the system on an empty file: it ends with the program, also where that was killed. On file systems without locks nothing is told.
public final class ActivityMark: Sendable {
    /// Whether several programs may be at work at a time.
    public enum Sharing: Sendable { case alone, together }

    private let descriptor: Int32

    /// Marks the activity that `url`, a file that is made where it is missing, stands for.
    ///
    /// - Throws: `Problem` where another program is at work and one of the two wants to be alone, or the file cannot be made.
    public init(_ url: URL, _ sharing: Sharing, doing what: String) throws {
        try AtomicFile.createFolder(url.deletingLastPathComponent())
        let file = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Problem(url, doing: "write", errno: errno) }
        if flock(file, (sharing == .alone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0, errno == EWOULDBLOCK {
            close(file)
            throw Problem(
                url.deletingLastPathComponent(), "another program is \(what) here",
                remedy: "wait until it is done; 'nndet status' tells how far it is")
        }
        descriptor = file
    }

    deinit { close(descriptor) }

    /// Whether a program is at work on what `url` stands for.
    public static func isThere(_ url: URL) -> Bool {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
