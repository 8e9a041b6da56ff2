import Foundation
import Support

/// The lines that a command tells its user: on standard output, and with the time in log files.
public final class CommandLog: Sendable {
    private let isPrinting: Bool
    private let files: [URL]

    /// - Parameter printing: whether lines go to standard output.
    public init(printing: Bool = true) {
        isPrinting = printing
        files = []
    }

    private init(isPrinting: Bool, files: [URL]) {
        self.isPrinting = isPrinting
        self.files = files
    }

    /// Tells the user `text`, which may have several lines.
    public func info(_ text: String) {
        if isPrinting { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
        write("INFO", text)
    }

    /// Tells the user something that may be wrong, on standard error.
    public func warning(_ text: String) {
        FileHandle.standardError.write(Data("warning: \(text)\n".utf8))
        write("WARNING", text)
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
        return CommandLog(isPrinting: isPrinting, files: files + [file])
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
