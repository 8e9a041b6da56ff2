import Torch

/// Binary cross entropy that counts what is already classified well for less (Lin et al. 2017; spec 06).
public struct FocalLoss: Sendable, Equatable {
    /// Power of the error that the cross entropy is multiplied by.
    public var gamma: Double
    /// Weight of positive targets, 1 − alpha that of negative ones; nil weighs both alike.
    public var alpha: Double?

    public init(gamma: Double = 2, alpha: Double? = nil) {
        self.gamma = gamma
        self.alpha = alpha
    }

    /// Loss of `logits` for `targets` of the same shape; never negative.
    public func callAsFunction(logits: Tensor, targets: Tensor, reduction: Reduction) throws -> Tensor {
        let entropy = try binaryCrossEntropy(logits: logits, targets: targets, reduction: .none)
        let probabilities = try logits.sigmoid()
        // The probability of what is not the case: p + t − 2pt is 1 − p where t is 1 and p where it is 0.
        let error = try probabilities + targets - probabilities * targets * 2
        var loss = try error.pow(gamma) * entropy
        if let alpha { loss = try loss * (targets * (2 * alpha - 1) + (1 - alpha)) }
        return try reduction.applied(to: loss)
    }
}
