import Core
import Foundation
import Support
import Training

/// The weights of a fold whose training has come to its end.
enum FinishedFold {
    /// - Throws: `Problem` that says how far the training is, or that there are no such weights.
    static func require(_ run: RunFolder, _ checkpoint: Checkpoint) throws {
        let files = TrainingFiles(folder: run.url)
        let name = run.url.lastPathComponent
        if FileManager.default.fileExists(atPath: files.checkpoint.path) {
            let progress = try TrainingState.progress(files.checkpoint)
            guard progress.finished else {
                throw Problem(
                    run.url, "the training of \(name) is not finished: \(progress.history.count) epochs are done",
                    remedy: "go on with the command that began it")
            }
        }
        let weights = run.weights(checkpoint)
        guard FileManager.default.fileExists(atPath: weights.path) else {
            let remedy = checkpoint == .best ? "its training never had a validation score; choose --ckpt final" : "train it first"
            throw Problem(weights, "\(name) has no such weights", remedy: remedy)
        }
    }
}
