import Core
import Foundation
import Support
import Torch

/// `train.init_from`: weights of another network that a training begins with.
struct InitialWeights {
    let file: URL

    /// - Parameters:
    ///   - path: a file of weights, or the folder of a trained fold, of consolidated folds, or of a model, of which `fold` is taken.
    /// - Throws: `Problem` where there are no weights.
    init(_ path: String, fold: Int) throws {
        let url = URL(fileURLWithPath: path)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw Problem(
                "train.init_from", "\(url.path) does not exist", remedy: "name a file of weights, or the folder of a trained fold")
        }
        guard isFolder.boolValue else {
            file = url
            return
        }
        let candidates = ["model_final", "model_fold\(fold)", "fold\(fold)/model_final"].map {
            url.appendingPathComponent("\($0).safetensors")
        }
        guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            throw Problem(
                "train.init_from", "\(url.path) has no model_final.safetensors",
                remedy: "name a file of weights, or the folder of a trained fold")
        }
        file = found
    }

    func contentKey() throws -> String {
        var key = ContentKey()
        try Data.file(file).withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in key.add(bytes) }
        return key.text
    }

    /// Copies what fits into `network` and tells what does not.
    ///
    /// - Throws: `Problem` where nothing fits.
    func load(into network: some Module, _ log: CommandLog) throws {
        let match = try network.loadMatching(WeightFile.read(file))
        let all = match.loaded.count + match.differing.count + match.untouched.count
        guard !match.loaded.isEmpty else {
            throw Problem(file, "none of its weights fits the network by name and shape", remedy: "use weights of the same kind of network")
        }
        log.info("begins with \(match.loaded.count) of \(all) weights from \(file.path)")
        for (names, what) in [
            (match.differing, "are not used, of another shape than in the network"),
            (match.unknown, "are not used, unknown to the network"),
            (match.untouched, "are not in the file and begin at random"),
        ] where !names.isEmpty {
            let more = names.count > 4 ? " and \(names.count - 4) more" : ""
            log.info("  \(names.count) \(what): \(names.prefix(4).joined(separator: ", "))\(more)")
            log.detail("  \(what): \(names.joined(separator: ", "))")
        }
    }
}
