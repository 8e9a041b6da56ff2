import Torch

/// A voxel-wise foreground head on the finest map, trained with Dice and cross entropy (spec 06). It helps the features; boxes do not use it.
public struct ForegroundSegmenter: Module {
    private let convolution: ConvolutionUnit
    private let batchDice: Bool

    /// - Parameter batchDice: sums over the batch before the Dice ratio, so that images without objects do no harm.
    public init(inChannels: Int, dimension: Int, batchDice: Bool) throws {
        convolution = try ConvolutionUnit(
            inChannels: inChannels, outChannels: 2, kernel: [Int](repeating: 1, count: dimension), norm: .none, activation: false)
        self.batchDice = batchDice
    }

    /// `[N, C, …]` → logits `[N, 2, …]` of background and foreground.
    public func callAsFunction(_ x: Tensor) throws -> Tensor { try convolution(x) }

    /// Half cross entropy, half 1 − Dice of the foreground; `target` `[N, …]` int64 of 0 and 1.
    public func losses(logits: Tensor, target: Tensor) throws -> (crossEntropy: Tensor, dice: Tensor) {
        let entropy = try crossEntropy(logits: logits, targets: target, reduction: .mean) * 0.5
        let foreground = try logits.softmax(axis: 1).selected(axis: 1, 1)
        let truth = try target.to(logits.dtype)
        let axes = Array((batchDice ? 0 : 1)..<truth.rank)
        let smooth = 1e-5
        let truePositive = try (foreground * truth).sum(axes: axes)
        // 2tp + fp + fn = Σp + Σt
        let total = try foreground.sum(axes: axes) + truth.sum(axes: axes)
        let dice = try (truePositive * 2 + smooth) / (total + smooth)
        return (entropy, try (1 - dice.mean()) * 0.5)
    }

    public var parameters: [NamedParameter] { convolution.parameters.under("conv_out") }
}
