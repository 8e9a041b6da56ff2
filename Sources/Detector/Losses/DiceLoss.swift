import Torch

/// 1 − Dice of softmax probabilities and a class map, the mean over classes (spec 06); from 0 (all right) to 1.
public struct DiceLoss: Sendable, Equatable {
    /// Sums over the batch before the ratio, so that images without objects do no harm; else the mean over images.
    public var batchDice: Bool
    /// Whether class 0 counts too.
    public var includesBackground: Bool
    /// Added to numerator and denominator.
    public var smoothing: Double

    public init(batchDice: Bool = true, includesBackground: Bool = false, smoothing: Double = 1e-5) {
        self.batchDice = batchDice
        self.includesBackground = includesBackground
        self.smoothing = smoothing
    }

    /// Loss of `logits` `[N, K, …]` for class ids `target` `[N, …]`.
    public func callAsFunction(logits: Tensor, target: Tensor) throws -> Tensor {
        let probabilities = try logits.softmax(axis: 1)
        let axes = Array((batchDice ? 0 : 1)..<target.rank)
        let first = includesBackground ? 0 : 1
        let ratios = try (first..<logits.size(1)).map { index -> Tensor in
            let mine = try probabilities.selected(axis: 1, index)
            let truth = try target.isEqual(to: Double(index)).to(logits.dtype)
            // 2tp + fp + fn = Σp + Σt
            let total = try mine.sum(axes: axes) + truth.sum(axes: axes)
            return try ((mine * truth).sum(axes: axes) * 2 + smoothing) / (total + smoothing)
        }
        return try 1 - Tensor.stacked(ratios).mean()
    }
}
