import Torch

/// Cross entropy over the voxels that are wrong most (spec 06); never negative.
public struct TopKCrossEntropy: Sendable, Equatable {
    /// Share of the voxels of a batch that count.
    public var share: Double

    public init(share: Double = 0.1) { self.share = share }

    /// Mean over the worst voxels, at least one, of `logits` `[N, K, …]` for class ids `target` `[N, …]` (int64).
    public func callAsFunction(logits: Tensor, target: Tensor) throws -> Tensor {
        let each = try crossEntropy(logits: logits, targets: target, reduction: .none).reshaped([-1])
        return try each.top(max(1, Int(Double(each.count) * share))).values.mean()
    }
}
