import Foundation

extension Device {
    /// Whether bfloat16 convolutions are faster than float32 ones here: instructions for them on a CPU, tensor cores from Ampere on.
    public var supportsBFloat16: Bool {
        switch type {
        case .cuda: return true
        case .cpu:
            guard let flags = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return false }
            return flags.contains("avx512_bf16") || flags.contains("amx_bf16")
        }
    }
}
