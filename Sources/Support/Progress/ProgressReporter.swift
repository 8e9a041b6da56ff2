import Foundation

/// Shows how far a long piece of work is, with rate and time left: one line that updates on a terminal, plain lines elsewhere.
///
/// Safe to advance from several threads. Silent when `verbose` is false.
public final class ProgressReporter: @unchecked Sendable {
    private let lock = NSLock()
    private let title: String
    private let total: Int
    private let verbose: Bool
    private let onTerminal: Bool
    private let start = Date()
    private var done = 0
    private var lastShown = Date.distantPast

    public init(_ title: String, total: Int, verbose: Bool = true) {
        self.title = title
        self.total = total
        self.verbose = verbose
        onTerminal = isatty(STDERR_FILENO) == 1
    }

    /// Counts one more unit of work as done; `note` stands at the end of the line.
    public func advance(by count: Int = 1, note: String = "") {
        lock.withLock {
            done += count
            guard verbose else { return }
            let now = Date()
            let interval = onTerminal ? 0.1 : 10
            guard now.timeIntervalSince(lastShown) >= interval || done >= total else { return }
            lastShown = now
            show(now, note)
        }
    }

    private func show(_ now: Date, _ note: String) {
        let seconds = now.timeIntervalSince(start)
        let rate = seconds > 0 ? Double(done) / seconds : 0
        var line = "\(title): \(done)/\(total)"
        if rate > 0 {
            line += rate >= 1 ? String(format: ", %.1f/s", rate) : String(format: ", %.1f s each", 1 / rate)
            line += done < total ? ", \(Self.duration(Double(total - done) / rate)) left" : ", took \(Self.duration(seconds))"
        }
        if !note.isEmpty { line += "  \(note)" }
        let text = onTerminal ? "\r\u{1B}[K\(line)\(done >= total ? "\n" : "")" : "\(line)\n"
        FileHandle.standardError.write(Data(text.utf8))
    }

    /// `seconds` for people: 42 s, 3 min 20 s, 5 h 07 min.
    public static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, abs(seconds) < 1e15 else { return "unknown time" }
        let total = Int(seconds.rounded())
        if total < 60 { return seconds < 10 ? String(format: "%.1f s", seconds) : "\(total) s" }
        if total < 3600 { return String(format: "%d min %02d s", total / 60, total % 60) }
        return String(format: "%d h %02d min", total / 3600, total / 60 % 60)
    }
}
