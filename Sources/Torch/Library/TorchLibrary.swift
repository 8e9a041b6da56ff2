import CTorchABI
import Foundation
import Support

/// libtorch, opened when the first tensor is made: the table of C functions and the resolved operators.
///
/// Commands that need no tensor never open it.
public struct TorchLibrary: @unchecked Sendable {
    /// The release of libtorch that this program is written against.
    public static let requiredVersion = "2.11.0"
    /// The release of CUDA that it is built for.
    public static let requiredCUDA = 13

    let api: ctorch_api
    private let operators: [UnsafeRawPointer?]
    /// Why there are no GPUs; nil where libtorch's CUDA library is open.
    let cudaProblem: String?

    /// Opened once per process; the failure stays, too.
    private static let opened = Result { try TorchLibrary() }
    private static let seeding = NSLock()

    /// The library, opened by the first caller.
    ///
    /// - Throws: `Problem` when libtorch is missing, of another version, or the bridge to it was compiled for another one.
    static func get() throws -> TorchLibrary { try opened.get() }

    /// Opens libtorch if it is not open yet and returns its version, e.g. `2.11.0`.
    @discardableResult
    public static func open() throws -> String { versionString(try get().api.runtime_version) }

    private init() throws {
        ctorch_prepare_process()
        let environment = ProcessInfo.processInfo.environment
        if let root = environment["NNDET_LIBTORCH"] { try Self.preload(root) }
        let table = try Self.openBridge(environment["NNDET_CTORCH"])
        guard table.abi_version == CTORCH_ABI_VERSION else {
            throw Problem("libCTorch.so", "was built for another version of this program", remedy: "build both again: make build")
        }
        guard Self.versionString(table.runtime_version) == Self.requiredVersion else { throw Self.wrongVersion(table.runtime_version) }
        api = table
        operators = Operator.allCases.map { op in
            var handle: UnsafeRawPointer?
            return table.find_operator(op.name, op.overload, &handle) == 0 ? handle : nil
        }
        // At once, for libtorch looks for it only before its first convolution; without a driver it would only cost time and memory.
        if !GPUDriver.isPresent {
            cudaProblem = "there is no NVIDIA device (/dev/nvidiactl)"
        } else if environment["CUDA_VISIBLE_DEVICES"] == "" {
            cudaProblem = "CUDA_VISIBLE_DEVICES is empty"
        } else if table.load_cuda() != 0 {
            cudaProblem = table.last_error().map { String(cString: $0) } ?? "libtorch_cuda.so cannot be opened"
        } else {
            cudaProblem = nil
        }
    }

    func handle(_ op: Operator) throws -> UnsafeRawPointer {
        guard let handle = operators[op.rawValue] else {
            throw TorchError(operation: op.description, message: "this libtorch does not have it")
        }
        return handle
    }

    /// Turns a status of the C interface into an error.
    func check(_ status: Int32, _ operation: @autoclosure () -> String) throws {
        guard status != 0 else { return }
        throw TorchError(operation: operation(), message: api.last_error().map { String(cString: $0) } ?? "unknown error")
    }

    private static func preload(_ root: String) throws {
        let candidates = ["torch/lib", "lib", "."].map { "\(root)/\($0)/libtorch_cpu.so" }
        guard let path = candidates.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw Problem(
                "NNDET_LIBTORCH=\(root)", "no libtorch_cpu.so in this folder",
                remedy: "unset it, or name the folder of libtorch \(requiredVersion)")
        }
        var message = [CChar](repeating: 0, count: 1024)
        let version = ctorch_preload(path, &message, message.count)
        guard version != 0 else { throw missing(text(message)) }
        guard versionString(version) == requiredVersion else { throw wrongVersion(version) }
    }

    /// Looks for the bridge where it was told to, beside the program, and in the `lib` folder of an installation.
    private static func openBridge(_ named: String?) throws -> ctorch_api {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let candidates =
            named.map { [$0] } ?? [
                program.appendingPathComponent("libCTorch.so").path,
                program.appendingPathComponent("../lib/nndetection/libCTorch.so").path,
                program.appendingPathComponent("../lib/libCTorch.so").path,
            ]
        guard let path = candidates.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw Problem(candidates[0], "no such file", remedy: "run make build, or make install")
        }
        var message = [CChar](repeating: 0, count: 1024)
        guard let table = ctorch_open(path, &message, message.count) else { throw missing(text(message)) }
        return table.pointee
    }

    private static func missing(_ reason: String) -> Problem {
        Problem(
            "libtorch", "cannot be opened: \(reason)",
            remedy: "run scripts/bootstrap.sh, or set NNDET_LIBTORCH to a folder with libtorch \(requiredVersion)")
    }

    private static func wrongVersion(_ version: Int32) -> Problem {
        Problem(
            "libtorch", "version \(versionString(version)) was found, \(requiredVersion) is needed",
            remedy: "run scripts/bootstrap.sh, or set NNDET_LIBTORCH to a folder with the right one")
    }

    private static func versionString(_ version: Int32) -> String { "\(version >> 16).\(version >> 8 & 0xFF).\(version & 0xFF)" }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension TorchLibrary {
    /// Threads that an operator may use on the CPU.
    public static func setThreadCount(_ count: Int) throws { try get().api.set_thread_count(Int32(count)) }
    public static func threadCount() throws -> Int { Int(try get().api.thread_count()) }

    /// Seeds libtorch's own generators (all devices).
    public static func seed(_ seed: UInt64) throws { try get().api.manual_seed(seed) }

    /// Seeds libtorch's own generators for `body`; no other call of this kind comes between, whatever thread it is made on.
    public static func withSeed<Result>(_ seed: UInt64, _ body: () throws -> Result) throws -> Result {
        try seeding.withLock {
            try Self.seed(seed)
            return try body()
        }
    }

    /// References to tensors that Swift holds at the moment, for tests of memory.
    public static func liveReferences() throws -> Int { Int(try get().api.live_references()) }

    /// The state of the generator of `device`, to be stored with a checkpoint.
    public static func generatorState(of device: Device = .cpu) throws -> Tensor {
        let library = try get()
        var result: ctorch_tensor?
        try library.check(library.api.rng_state(device.type.rawValue, Int32(device.index), &result), "generator state")
        return try Tensor(owning: result, from: "generator state")
    }

    /// Restores what `generatorState` gave.
    public static func setGeneratorState(_ state: Tensor, of device: Device = .cpu) throws {
        let library = try get()
        try library.check(library.api.set_rng_state(device.type.rawValue, Int32(device.index), state.reference), "generator state")
    }

    /// Makes libtorch choose deterministic kernels where it has them.
    public static func setDeterministic(_ value: Bool) throws { try get().api.set_deterministic(value) }
    public static func isDeterministic() throws -> Bool { try get().api.deterministic() }

    /// Makes cuDNN try its convolutions out for each new shape and take the fastest; nothing else looks at it.
    public static func setBenchmark(_ value: Bool) throws { try get().api.set_benchmark(value) }
    public static func isBenchmarking() throws -> Bool { try get().api.benchmark() }
}
