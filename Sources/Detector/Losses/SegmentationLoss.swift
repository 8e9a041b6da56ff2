import Torch

/// What a segmenter is trained with: a weighted cross entropy and a weighted Dice loss (spec 06).
public struct SegmentationLoss: Sendable, Equatable {
    public var dice: DiceLoss
    public var diceWeight: Double
    /// Weight of the cross entropy, the mean over voxels.
    public var entropyWeight: Double
    /// Where given, only the worst voxels count for the cross entropy.
    public var worst: TopKCrossEntropy?

    public init(dice: DiceLoss = DiceLoss(), diceWeight: Double = 0.5, entropyWeight: Double = 0.5, worst: TopKCrossEntropy? = nil) {
        self.dice = dice
        self.diceWeight = diceWeight
        self.entropyWeight = entropyWeight
        self.worst = worst
    }

    /// Losses of `logits` `[N, K, …]` for class ids `target` `[N, …]` (int64).
    public func callAsFunction(logits: Tensor, target: Tensor) throws -> (crossEntropy: Tensor, dice: Tensor) {
        let entropy = try worst?(logits: logits, target: target) ?? crossEntropy(logits: logits, targets: target, reduction: .mean)
        return (try entropy * entropyWeight, try dice(logits: logits, target: target) * diceWeight)
    }
}
