import Core
import Foundation
import Imaging
import Support
import Torch

/// `nndet env`: what the program finds on this machine, for reports of problems.
///
/// Never fails: what is missing is described as missing.
public struct MachineDescription: Sendable {
    /// Names and values, in the order in which they are printed.
    public let rows: [(name: String, value: String)]

    public init(version: String, environment: Environment, variables: [String: String]) {
        var rows: [(name: String, value: String)] = [
            ("nndet", version),
            ("system", Self.system),
            ("processor", Self.processor),
            ("processors usable", "\(processorCount)"),
            (
                "memory",
                "\(Self.gibibytes(Int(ProcessInfo.processInfo.physicalMemory))), \(Self.gibibytes(MemoryGate.availableMemory)) available"
            ),
            ("libtorch", Self.describe { try TorchLibrary.open() }),
            ("GPUs", Self.describe { "\(try Device.cudaCount())" }),
            ("ITK", Self.images),
            ("det_data", environment.dataFolder.path),
            ("det_models", environment.modelsFolder.path),
            ("det_num_threads", "\(environment.numThreads)"),
            ("det_verbose", environment.verbose ? "1" : "0"),
        ]
        for name in ["OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "NNDET_LIBTORCH", "NNDET_CTORCH", "NNDET_CITK"] {
            if let value = variables[name] { rows.append((name, value)) }
        }
        self.rows = rows
    }

    /// The rows as text, one per line.
    public var text: String {
        let width = rows.map(\.name.count).max() ?? 0
        return rows.map { $0.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.value }.joined(separator: "\n")
    }

    private static func describe(_ body: () throws -> String) -> String {
        do { return try body() } catch { return "not usable: \(error)" }
    }

    private static var images: String {
        let file = URL(fileURLWithPath: "/nndet-no-such-file.nii")
        do {
            _ = try ImageFile.readGeometry(file)
        } catch let problem as Problem where problem.subject != file.path {
            return "not usable: \(problem)"
        } catch {}
        return "usable"
    }

    private static var system: String {
        let release = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
        let name = release.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }.map { $0.dropFirst(12).filter { $0 != "\"" } }
        return name ?? ProcessInfo.processInfo.operatingSystemVersionString
    }

    private static var processor: String {
        let lines = ((try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "").split(separator: "\n")
        let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
        let flags = lines.first { $0.hasPrefix("flags") }?.split(separator: " ") ?? []
        let known = ["avx2", "avx512f", "avx512_bf16", "amx_bf16"].filter { flags.contains(Substring($0)) }
        return ([name ?? "unknown"] + (known.isEmpty ? [] : ["(\(known.joined(separator: ", ")))"])).joined(separator: " ")
    }

    private static func gibibytes(_ bytes: Int) -> String { String(format: "%.1f GiB", Double(bytes) / Double(1 << 30)) }
}
