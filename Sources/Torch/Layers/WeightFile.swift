import Foundation
import Support

/// Tensors by name in a safetensors file.
public enum WeightFile {
    /// Reads all tensors of `url` to the CPU.
    ///
    /// - Throws: `Problem` when the file is missing, truncated or holds an element type that is not known.
    public static func read(_ url: URL) throws -> [String: Tensor] { try tensors(Safetensors.read(url), named: url.path) }

    /// The tensors of an opened file.
    public static func tensors(_ file: Safetensors, named name: String) throws -> [String: Tensor] {
        try file.entries.reduce(into: [:]) { tensors, entry in
            guard let dtype = DType.allCases.first(where: { $0.safetensorsName == entry.value.dtype }) else {
                throw Problem(name, "element type \(entry.value.dtype) of \(entry.key) is not supported")
            }
            tensors[entry.key] = try entry.value.bytes.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
                try Tensor.from(bytes: bytes, shape: entry.value.shape, dtype: dtype)
            }
        }
    }

    /// Writes `tensors` atomically.
    public static func write(_ tensors: [String: Tensor], metadata: [String: String] = [:], to url: URL) throws {
        var file = Safetensors(metadata: metadata)
        for (name, tensor) in tensors {
            file.entries[name] = Safetensors.Entry(dtype: tensor.dtype.safetensorsName, shape: tensor.shape, bytes: try tensor.bytes())
        }
        try file.write(to: url)
    }
}
