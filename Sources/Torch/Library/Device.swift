import CTorchABI
import Foundation

/// Where a tensor lives.
public struct Device: Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Int32, Sendable {
        case cpu = 0
        case cuda = 1
    }

    public let type: Kind
    public let index: Int

    public static let cpu = Device(type: .cpu, index: -1)
    public static func cuda(_ index: Int = 0) -> Device { Device(type: .cuda, index: index) }

    /// Reads `cpu`, `cuda` or `cuda:1`.
    public init?(_ text: String) {
        if text == "cpu" { self = .cpu; return }
        let parts = text.split(separator: ":")
        guard parts.first == "cuda", parts.count <= 2 else { return nil }
        guard parts.count == 2 else { self = .cuda(); return }
        guard let index = Int(parts[1]), index >= 0 else { return nil }
        self = .cuda(index)
    }

    init(type: Kind, index: Int) {
        self.type = type
        self.index = index
    }

    public var description: String { type == .cpu ? "cpu" : "cuda:\(index)" }
}

extension Device {
    /// CUDA devices that libtorch can use; 0 where its CUDA library or the driver is missing.
    public static func cudaCount() throws -> Int {
        let library = try TorchLibrary.get()
        // The driver is looked for first: without it libtorch_cuda would only cost time and memory.
        guard FileManager.default.fileExists(atPath: "/dev/nvidiactl") else { return 0 }
        guard library.api.load_cuda("libtorch_cuda.so") == 0 else { return 0 }
        return Int(library.api.cuda_device_count())
    }

    /// Bytes of memory of a CUDA device, as its driver says; nil for the CPU, or where the driver cannot be asked.
    public var memory: Int? {
        guard type == .cuda, let bytes = Int(exactly: ctorch_cuda_memory(Int32(index))), bytes > 0 else { return nil }
        return bytes
    }

    /// The first CUDA device where there is one, else the CPU.
    public static func best() throws -> Device { try cudaCount() > 0 ? .cuda(0) : .cpu }
}
