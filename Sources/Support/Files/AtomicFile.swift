import Foundation

/// Writes files so that a reader, or a kill at any moment, sees the old content or the new, never a part.
public enum AtomicFile {
    /// Writes `data` beside `url`, flushes it to the disk and renames it into place; creates missing folders.
    ///
    /// - Throws: `Problem` naming the file and the system's reason (no space left, no permission).
    public static func write(_ data: Data, to url: URL) throws { try write(parts: url) { try $0(data) } }

    /// Writes a file of parts: `body` calls the function it is given with one after the other.
    ///
    /// - Throws: as `write`, and what `body` throws.
    package static func write(parts url: URL, _ body: (_ append: (Data) throws -> Void) throws -> Void) throws {
        try write(to: url) { temporary in
            let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw Problem(url, doing: "write", errno: errno) }
            defer { close(descriptor) }
            try body { try append($0, descriptor, url) }
        }
    }

    private static func append(_ data: Data, _ descriptor: Int32, _ url: URL) throws {
        try data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            var offset = 0
            while let start = bytes.baseAddress, offset < bytes.count {
                let written = Foundation.write(descriptor, start + offset, min(bytes.count - offset, 1 << 30))
                if written < 0 {
                    if errno == EINTR { continue }
                    throw Problem(url, doing: "write", errno: errno)
                }
                offset += written
            }
        }
    }

    /// Lets `body` write a temporary file with the same extension, then flushes and renames it to `url`.
    ///
    /// - Throws: what `body` throws (the temporary file is removed), or `Problem` when flushing or renaming fails.
    public static func write(to url: URL, _ body: (_ temporary: URL) throws -> Void) throws {
        let folder = url.deletingLastPathComponent()
        try createFolder(folder)
        let name = url.lastPathComponent
        let temporary = folder.appendingPathComponent(".tmp-\(getpid())-\(UInt32.random(in: 0...UInt32.max))-\(name)")
        do {
            try body(temporary)
            let descriptor = open(temporary.path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw Problem(url, doing: "write", errno: errno) }
            defer { close(descriptor) }
            guard fsync(descriptor) == 0 else { throw Problem(url, doing: "write", errno: errno) }
            guard rename(temporary.path, url.path) == 0 else { throw Problem(url, doing: "write", errno: errno) }
        } catch {
            unlink(temporary.path)
            throw error
        }
        try flush(folder, url)
    }

    /// Without this the renamed file may be lost with the power. Some file systems do not flush folders.
    private static func flush(_ folder: URL, _ url: URL) throws {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder that may be written but not read.
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else { throw Problem(url, doing: "write", errno: errno) }
    }

    /// Removes what killed programs left half-written in `folder`: temporary files untouched for a minute whose program does not run any more.
    public static func removeLeftovers(in folder: URL) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] where name.hasPrefix(".tmp-") {
            let parts = name.split(separator: "-", maxSplits: 3)
            let url = folder.appendingPathComponent(name)
            var status = stat()
            guard parts.count == 4, let process = Int32(parts[1]), process > 0, kill(process, 0) != 0, errno == ESRCH,
                stat(url.path, &status) == 0, Date().timeIntervalSince1970 - Double(status.st_mtim.tv_sec) > 60
            else { continue }
            unlink(url.path)
        }
    }

    /// Creates `folder` and its parents where they are missing.
    public static func createFolder(_ folder: URL) throws {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: folder.path, isDirectory: &isDirectory) {
            guard isDirectory.boolValue else { throw Problem(folder, "is a file, a folder is needed here") }
            return
        }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw Problem(folder, "cannot create the folder", remedy: "check the permissions and the space left")
        }
    }
}
