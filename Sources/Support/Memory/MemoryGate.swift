import Foundation

/// Lets pieces of work in as long as what they say they need fits into a budget of memory; one always gets in.
public final class MemoryGate: @unchecked Sendable {
    private let condition = NSCondition()
    private let budget: Int
    private var used = 0

    /// - Parameter budget: bytes; by default 60 % of what the machine has free now.
    public init(budget: Int = MemoryGate.availableMemory * 3 / 5) { self.budget = max(budget, 0) }

    /// Runs `body` once `bytes` fit beside the work that is already in.
    public func run<Result>(needing bytes: Int, _ body: () throws -> Result) rethrows -> Result {
        condition.lock()
        while used > 0 && used + bytes > budget { condition.wait() }
        used += bytes
        condition.unlock()
        defer {
            condition.lock()
            used -= bytes
            condition.broadcast()
            condition.unlock()
        }
        return try body()
    }

    /// Bytes that this process can still take: free memory of the machine, or what its control group leaves, where that is less.
    public static var availableMemory: Int {
        var available = Int(ProcessInfo.processInfo.physicalMemory)
        if let lines = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8).split(separator: "\n"),
            let line = lines.first(where: { $0.hasPrefix("MemAvailable:") }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        {
            available = kilobytes << 10
        }
        if let limit = number("/sys/fs/cgroup/memory.max"), let used = number("/sys/fs/cgroup/memory.current") {
            available = min(available, max(0, limit - used))
        }
        return available
    }

    /// Bytes of memory of the machine, or of this process's control group, where that is less; does not change while others come and go.
    public static var machineMemory: Int {
        let physical = Int(ProcessInfo.processInfo.physicalMemory)
        return number("/sys/fs/cgroup/memory.max").map { min($0, physical) } ?? physical
    }

    private static func number(_ path: String) -> Int? {
        (try? String(contentsOfFile: path, encoding: .utf8)).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
}
