import Foundation
import Pickle
import Support

/// The weights in a checkpoint of the Python original: `state_dict` of a file of `torch.save` (spec 06).
public enum OriginalWeights {
    /// Reads the checkpoint at `url`; its other contents (optimiser, callbacks) are passed over.
    ///
    /// - Throws: `Problem` naming the file where it is damaged or holds no weights.
    public static func read(_ url: URL) throws -> Safetensors {
        let file = try TorchFile.read(url)
        guard let state = file["state_dict"], case .dictionary(let entries) = try state.content() else {
            throw Problem(url, "holds no 'state_dict'", remedy: "give a checkpoint of the Python nnDetection")
        }
        var weights = Safetensors()
        for (key, value) in entries {
            guard case .text(let name) = try key.content(), case .tensor(let tensor) = try value.content() else {
                throw Problem(url, "its 'state_dict' holds \(value.kind) where a tensor should be")
            }
            weights.entries[name] = Safetensors.Entry(dtype: tensor.dtype, shape: tensor.shape, bytes: tensor.bytes)
        }
        guard !weights.entries.isEmpty else { throw Problem(url, "its 'state_dict' is empty") }
        return weights
    }
}
