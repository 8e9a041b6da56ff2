import Core
import Foundation
import Imaging
import Support
import Torch

/// `nndet env`: what the program finds on this machine, and what is wrong with any of it, for reports of problems.
///
/// Never fails: what is missing is described as missing.
public struct MachineDescription: Sendable {
    /// Names and values, in the order in which they are printed.
    public let rows: [(name: String, value: String)]
    /// What is wrong, with what to do.
    public let problems: [Problem]

    /// Space below which preprocessing a usual data set ends before its time.
    private static let littleSpace = 20 << 30
    /// Memory below which a case of a few hundred megabytes does not fit with what is made of it.
    private static let littleMemory = 4 << 30

    /// - Parameters:
    ///   - version: of the program.
    ///   - variables: the environment, whose values may be wrong.
    ///   - currentFolder: what paths in `variables` are relative to, and where the folders of unset ones lie.
    public init(version: String, variables: [String: String], currentFolder: URL) {
        let (environment, wrong) = Environment.usable(variables, currentFolder: currentFolder)
        var problems = wrong
        var rows: [(name: String, value: String)] = [
            ("nndet", version), ("system", "\(Machine.system)\(Machine.kernel.map { ", Linux \($0)" } ?? "")"),
            (
                "processor",
                ([Machine.processor] + (Machine.instructions.isEmpty ? [] : ["(\(Machine.instructions.joined(separator: ", ")))"])).joined(
                    separator: " ")
            ),
            ("processors usable", "\(processorCount)"),
            ("memory", "\(Self.gibibytes(MemoryGate.machineMemory)), \(Self.gibibytes(MemoryGate.availableMemory)) available"),
        ]
        if !Machine.instructions.contains("avx2") {
            problems.append(Problem("processor", "has no AVX2", remedy: "training on it will be very slow; use another machine or a GPU"))
        }
        if MemoryGate.availableMemory < Self.littleMemory {
            problems.append(Problem("memory", "less than 4 GiB are available", remedy: "large images may not fit; end other programs"))
        }
        let libtorch = Self.describe("libtorch", &problems) {
            let version = try TorchLibrary.open()
            return version + (Machine.loadedLibrary("libtorch_cpu").map { " (\($0))" } ?? "")
        }
        rows.append(("libtorch", libtorch))
        rows += Self.gpus(&problems, hasLibrary: !libtorch.hasPrefix("not usable"))
        rows.append(("GDCM", Self.describe("GDCM", &problems, Self.codecs)))
        for (name, folder) in [("det_data", environment.dataFolder), ("det_models", environment.modelsFolder)] {
            rows.append((name, Self.folder(name, folder, isSet: variables[name]?.isEmpty == false, &problems)))
        }
        rows += [("det_num_threads", "\(environment.numThreads)"), ("det_verbose", environment.verbose ? "1" : "0")]
        for folder in environment.configurationFolders {
            rows.append(("det_conf", folder.path))
            if !FileManager.default.fileExists(atPath: folder.path) {
                problems.append(Problem("det_conf", "\(folder.path) does not exist", remedy: "make it, or correct the variable"))
            }
        }
        for name in Self.furtherVariables { if let value = variables[name] { rows.append((name, value)) } }
        if let threads = variables["OMP_NUM_THREADS"].flatMap({ Int($0) }), threads < processorCount {
            problems.append(
                Problem(
                    "OMP_NUM_THREADS", "is \(threads), which the original needs and this program does not",
                    remedy: "unset it, so that nothing that goes by it uses only \(threads) of \(processorCount) processors"))
        }
        self.rows = rows
        self.problems = problems
    }

    private static let furtherVariables = [
        "MLFLOW_TRACKING_URI", "OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "NNDET_LIBTORCH", "NNDET_CTORCH", "NNDET_CGDCM",
    ]

    /// The rows and what is wrong, as text.
    public var text: String {
        let width = rows.map(\.name.count).max() ?? 0
        let lines = rows.map { $0.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.value }
        guard !problems.isEmpty else { return (lines + ["", "nothing is wrong"]).joined(separator: "\n") }
        return (lines + ["", "what is wrong:"] + problems.map { "- \($0)" }).joined(separator: "\n")
    }

    /// What `body` says, or why it cannot be used.
    private static func describe(_ name: String, _ problems: inout [Problem], _ body: () throws -> String) -> String {
        do { return try body() } catch {
            problems.append(error as? Problem ?? Problem(name, "\(error)"))
            return "not usable: \(error)"
        }
    }

    /// Opens GDCM.
    private static func codecs() throws -> String {
        try ImageReader.requireCodecs()
        return Machine.loadedLibrary("libgdcmMSFF").map { "usable (\($0))" } ?? "usable"
    }

    private static func gpus(_ problems: inout [Problem], hasLibrary: Bool) -> [(name: String, value: String)] {
        let driver: GPUDriver
        do {
            guard let found = try GPUDriver.found() else { return [("GPUs", "none")] }
            driver = found
        } catch {
            problems.append(error as? Problem ?? Problem("GPUs", "\(error)"))
            return [("GPUs", "not usable")]
        }
        let usable = hasLibrary ? (try? Device.cudaCount()) ?? 0 : 0
        if hasLibrary, usable < driver.gpus.count {
            let remedy =
                driver.cuda.major < TorchLibrary.requiredCUDA
                ? "its driver serves CUDA \(driver.cuda.major).\(driver.cuda.minor), and \(TorchLibrary.requiredCUDA) is needed: install a newer one"
                : "run scripts/bootstrap.sh --cuda, or use the archive or image with CUDA"
            let reason = (try? Device.cudaProblem()).flatMap { $0 }.map { ": \($0)" } ?? ""
            problems.append(Problem("GPUs", "libtorch can use \(usable) of \(driver.gpus.count)\(reason)", remedy: remedy))
        }
        for device in (0..<usable).map(Device.cuda) {
            if let shortcoming = device.shortcoming {
                problems.append(Problem("\(device)", shortcoming, remedy: "use another, or the CPU"))
            }
        }
        var rows = [("driver", "\(driver.release ?? "unknown release"), for CUDA up to \(driver.cuda.major).\(driver.cuda.minor)")]
        for (index, gpu) in driver.gpus.enumerated() {
            rows.append(
                (
                    "GPU \(index)",
                    "\(gpu.name), \(gibibytes(gpu.memory)), compute capability \(gpu.capability.major).\(gpu.capability.minor)"
                ))
        }
        return rows.map { (name: $0.0, value: $0.1) } + [("GPUs usable", "\(usable)")]
    }

    private static func folder(_ name: String, _ folder: URL, isSet: Bool, _ problems: inout [Problem]) -> String {
        let exists = FileManager.default.fileExists(atPath: folder.path)
        let free = Machine.freeSpace(folder)
        if !isSet {
            problems.append(Problem(name, "is not set, \(folder.path) is used", remedy: "export \(name)=/path/to/a/folder"))
        } else if !exists {
            problems.append(Problem(name, "\(folder.path) does not exist", remedy: "make it, or correct the variable"))
        }
        if !Machine.isWritable(folder) {
            problems.append(Problem(name, "\(folder.path) cannot be written to", remedy: "check its permissions"))
        }
        if let free, free < littleSpace {
            problems.append(
                Problem(name, "only \(gibibytes(free)) are free in \(folder.path)", remedy: "free some space or choose another folder"))
        }
        return "\(folder.path)\(exists ? "" : ", which does not exist")" + (free.map { ", \(gibibytes($0)) free" } ?? "")
    }

    private static func gibibytes(_ bytes: Int) -> String { String(format: "%.1f GiB", Double(bytes) / Double(1 << 30)) }
}
