import Inference
import Torch

/// Runs batches in parts that fit the device's memory: where there is not enough, the batch is halved, and so are those that follow.
package final class FittingBatches {
    private var most = Int.max

    package init() {}

    /// - Parameters:
    ///   - batch: `count` images one after another.
    ///   - body: runs a part of it.
    /// - Throws: what `body` throws, shortage of memory only where a single image does not fit.
    package func run(_ batch: [Float], count: Int, _ body: ([Float], Int) throws -> PatchOutput) throws -> PatchOutput {
        guard count > most else {
            do {
                return try body(batch, count)
            } catch let error as TorchError where error.isOutOfMemory && count > 1 {
                most = (count + 1) / 2
            }
            return try run(batch, count: count, body)
        }
        let length = batch.count / count
        // Parts may turn out to be too large themselves.
        let size = most
        var output = PatchOutput(detections: [])
        for first in stride(from: 0, to: count, by: size) {
            let last = min(first + size, count)
            output = output.followed(by: try run(Array(batch[first * length..<last * length]), count: last - first, body))
        }
        return output
    }
}
