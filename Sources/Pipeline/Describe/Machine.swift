import Foundation
import Support

/// What the system says of itself.
enum Machine {
    /// The distribution, e.g. `Debian GNU/Linux 12 (bookworm)`.
    static var system: String {
        let release = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
        let name = release.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }.map { $0.dropFirst(12).filter { $0 != "\"" } }
        return name ?? ProcessInfo.processInfo.operatingSystemVersionString
    }

    /// Release of the kernel.
    static var kernel: String? { (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8))?.trimmed }

    /// Name of the processor.
    static var processor: String { processorField("model name") ?? "unknown" }

    /// What the processor has of the instructions that make convolutions fast.
    static var instructions: [String] {
        let flags = Set((processorField("flags") ?? "").split(separator: " ").map(String.init))
        return ["avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16"].filter(flags.contains)
    }

    private static func processorField(_ name: String) -> String? {
        let lines = text("/proc/cpuinfo").split(separator: "\n")
        return lines.first { $0.hasPrefix(name) }?.split(separator: ":", maxSplits: 1).last.map { String($0).trimmed }
    }

    /// The file of a library that this process has loaded, by the beginning of its name.
    static func loadedLibrary(_ prefix: String) -> String? {
        let lines = text("/proc/self/maps").split(separator: "\n")
        let paths = lines.compactMap { line in line.firstIndex(of: "/").map { String(line[$0...]) } }
        return paths.first { URL(fileURLWithPath: $0).lastPathComponent.hasPrefix(prefix) }
    }

    /// All of a file of the system, which does not tell its size and comes in pieces.
    private static func text(_ path: String) -> String {
        guard let stream = fopen(path, "r") else { return "" }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&piece, 1, piece.count, stream), count > 0 { bytes += piece[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Bytes that are free where `folder` is, or will be.
    static func freeSpace(_ folder: URL) -> Int? {
        var status = statvfs()
        guard statvfs(existing(folder).path, &status) == 0 else { return nil }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// Whether this user may write into `folder`, or make it.
    static func isWritable(_ folder: URL) -> Bool { access(existing(folder).path, W_OK) == 0 }

    /// `folder`, or the nearest folder above it that exists.
    private static func existing(_ folder: URL) -> URL {
        var folder = folder.standardizedFileURL
        while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path) { folder = folder.deletingLastPathComponent() }
        return folder
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
