import Support
import Torch

extension Compute {
    /// Does training work; names shortage of memory, with what helps.
    ///
    /// - Throws: `Problem` in place of libtorch's errors of that kind; else what `body` throws.
    package func withinMemory<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as TorchError where error.isOutOfMemory {
            let reason = error.message.prefix { $0 != "\n" }
            throw Problem(
                "memory of \(device)", "is too small for a training step: \(reason)",
                remedy: "take smaller batches with augment_cfg.batch_size, plan for less with planner_cfg.gpu_memory_gb, "
                    + "or end what else needs memory")
        }
    }
}
