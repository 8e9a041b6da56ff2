import Foundation
import Support

/// The lines that a command tells its user: on standard output, and with the time in log files.
public final class CommandLog: Sendable {
    private let isPrinting: Bool
    private let files: [URL]
    /// Stands before every line, where several pieces of work tell of themselves at once.
    private let prefix: String

    /// - Parameter printing: whether lines go to standard output.
    public init(printing: Bool = true) {
        isPrinting = printing
        files = []
        prefix = ""
    }

    private init(isPrinting: Bool, files: [URL], prefix: String) {
        self.isPrinting = isPrinting
        self.files = files
        self.prefix = prefix
    }

    /// The same log, `prefix` before every line.
    func prefixed(_ prefix: String) -> CommandLog { CommandLog(isPrinting: isPrinting, files: files, prefix: prefix) }

    /// Tells the user `text`, which may have several lines.
    public func info(_ text: String) {
        if isPrinting { FileHandle.standardOutput.write(Data((prefix + text + "\n").utf8)) }
        write("INFO", text)
    }

    /// Tells the user something that may be wrong, on standard error.
    public func warning(_ text: String) {
        FileHandle.standardError.write(Data("warning: \(prefix)\(text)\n".utf8))
        write("WARNING", text)
    }

    /// Tells the user which files of a folder are left out because they are not images.
    func ignored(_ folder: URL, _ names: [String]) {
        let listed = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
        warning(
            "\(folder.path): \(names.count) \(names.count == 1 ? "file that is not an image is" : "files that are not images are") ignored: \(listed)"
        )
    }

    /// Writes `text` to the log files only.
    public func detail(_ text: String) { write("DEBUG", text) }

    /// A log that writes to `file` too, behind what is there.
    ///
    /// - Throws: `Problem` where the file cannot be opened.
    func adding(file: URL) throws -> CommandLog {
        try AtomicFile.createFolder(file.deletingLastPathComponent())
        guard let stream = fopen(file.path, "a") else { throw Problem(file, doing: "write", errno: errno) }
        fclose(stream)
        return CommandLog(isPrinting: isPrinting, files: files + [file], prefix: prefix)
    }

    private func write(_ level: String, _ text: String) {
        guard !files.isEmpty else { return }
        let time = Date().formatted(.iso8601)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { "\(time) \(level) \($0)\n" }.joined()
        for file in files {
            // One open per line, so that two commands may write to the same log; a log that cannot be written stops no work.
            guard let stream = fopen(file.path, "a") else { continue }
            fputs(lines, stream)
            fclose(stream)
        }
    }
}
