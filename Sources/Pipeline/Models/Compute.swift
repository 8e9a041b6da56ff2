import Core
import Support
import Torch

/// Where networks run and how precisely.
package struct Compute: Sendable {
    package let device: Device
    /// Element type of convolutions; nil: float32.
    package let autocast: DType?
    /// How libtorch was told to choose its kernels, for people.
    private let modes: [String]

    /// - Parameters:
    ///   - options: precision, and how libtorch chooses its kernels.
    ///   - name: `cpu`, `cuda` or `cuda:<n>`; nil takes a GPU where there is one and `trainer_cfg.gpus` allows it.
    /// - Throws: `Problem` for a device that does not exist, or libtorch's absence.
    package init(_ options: Configuration.TrainerOptions, device name: String? = nil) throws {
        if let name {
            guard let chosen = Device(name) else {
                throw Problem("device '\(name)'", "is unknown", remedy: "use cpu, cuda or cuda:<number>")
            }
            if chosen.type == .cuda {
                let count = try Device.cudaCount()
                guard chosen.index < count else {
                    let reason = try Device.cudaProblem().map { ": \($0)" } ?? ""
                    throw Problem(
                        "device '\(name)'", count == 0 ? "there is no GPU that can be used\(reason)" : "there are \(count) GPUs",
                        remedy: "use cpu")
                }
                if let shortcoming = chosen.shortcoming { throw Problem("device '\(name)'", shortcoming, remedy: "use cpu") }
            }
            device = chosen
        } else {
            try TorchLibrary.open()
            device = try Self.device(options) { try Device.best() }
        }
        autocast = Self.autocast(options.precision, device)
        try TorchLibrary.setDeterministic(options.deterministic)
        try TorchLibrary.setBenchmark(options.benchmark)
        modes = try [
            TorchLibrary.isDeterministic() ? "deterministic" : nil, TorchLibrary.isBenchmarking() ? "convolutions tried out" : nil,
        ].compactMap { $0 }
    }

    /// The best one, unless `options` want no GPU.
    package static func device(_ options: Configuration.TrainerOptions, best: () throws -> Device) rethrows -> Device {
        options.gpus > 0 ? try best() : .cpu
    }

    /// Half precision on GPUs where 16 asks for it; bfloat16 else, where the device has it.
    package static func autocast(_ precision: Configuration.TrainerOptions.Precision, _ device: Device) -> DType? {
        switch precision {
        case .single: nil
        case .half where device.type == .cuda: .float16
        case .half, .bfloat16: device.supportsBFloat16 ? .bfloat16 : nil
        }
    }

    package var description: String {
        let names: [DType: String] = [.float16: "float16", .bfloat16: "bfloat16"]
        return (["\(device)", autocast.flatMap { names[$0] } ?? "float32"] + modes).joined(separator: ", ")
    }
}
