import Foundation

extension Device {
    /// CUDA devices that libtorch can use; 0 where its CUDA library or the driver is missing.
    public static func cudaCount() throws -> Int {
        let library = try TorchLibrary.get()
        return library.cudaProblem == nil ? Int(library.api.cuda_device_count()) : 0
    }

    /// Why there is no CUDA device that can be used, where libtorch knows.
    public static func cudaProblem() throws -> String? { try TorchLibrary.get().cudaProblem }

    /// What the driver says of a CUDA device; nil for the CPU, or where it cannot be asked.
    private var gpu: GPUDriver.GPU? {
        guard type == .cuda, let gpus = try? GPUDriver.found()?.gpus, gpus.indices.contains(index) else { return nil }
        return gpus[index]
    }

    /// Bytes of memory of a CUDA device, as its driver says; nil for the CPU, or where the driver cannot be asked.
    public var memory: Int? { gpu?.memory }

    /// Most bytes that tensors on a CUDA device have taken at once; nil for the CPU.
    public func peakMemory() throws -> Int? { type == .cuda ? Int(try TorchLibrary.get().api.cuda_peak_memory(Int32(index))) : nil }

    /// What keeps libtorch's kernels from running on a CUDA device, whose generation they must know: compute capability 7.5 (Turing) and later.
    public var shortcoming: String? {
        guard let capability = gpu?.capability, capability < (7, 5) else { return nil }
        return "has compute capability \(capability.major).\(capability.minor), 7.5 is needed"
    }

    /// Whether bfloat16 convolutions are faster than float32 ones here: instructions for them on a CPU, tensor cores from Ampere on.
    public var supportsBFloat16: Bool {
        switch type {
        case .cuda: return gpu.map { $0.capability >= (8, 0) } ?? false
        case .cpu:
            guard let flags = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return false }
            return flags.contains("avx512_bf16") || flags.contains("amx_bf16")
        }
    }

    /// The first CUDA device that can be used, where there is one, else the CPU.
    public static func best() throws -> Device {
        try (0..<cudaCount()).map(Device.cuda).first { $0.shortcoming == nil } ?? .cpu
    }
}
