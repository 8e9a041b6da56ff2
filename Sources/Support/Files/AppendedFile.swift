import Foundation

/// Appends to files that grow by a line at a time.
public enum AppendedFile {
    /// Appends `data` to the file at `url`, which exists, and flushes it. A kill may leave a part of `data` at the end.
    ///
    /// - Throws: `Problem` naming the file and the system's reason.
    public static func append(_ data: Data, to url: URL) throws {
        let descriptor = open(url.path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw Problem(url, doing: "write", errno: errno) }
        defer { close(descriptor) }
        let written = data.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == data.count else { throw Problem(url, doing: "write", errno: written < 0 ? errno : ENOSPC) }
        guard fsync(descriptor) == 0 else { throw Problem(url, doing: "write", errno: errno) }
    }
}
