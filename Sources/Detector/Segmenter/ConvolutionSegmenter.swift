import Torch

/// One 1×1 convolution, trained with Dice and cross entropy (spec 06): for objects against background, or for each class.
public struct ConvolutionSegmenter: VoxelSegmenter {
    public let classes: Int
    private let convolution: ConvolutionUnit
    private let loss: SegmentationLoss
    private let isBinary: Bool

    /// - Parameters:
    ///   - inChannels: C of the feature map `[N, C, …]`.
    ///   - dimension: spatial axes, 2 or 3.
    ///   - classes: nil to tell objects from background only.
    ///   - loss: of the logits `[N, classes + 1, …]`, background first.
    public init(inChannels: Int, dimension: Int, classes: Int? = nil, loss: SegmentationLoss) throws {
        convolution = try ConvolutionUnit(
            inChannels: inChannels, outChannels: (classes ?? 1) + 1, kernel: [Int](repeating: 1, count: dimension), norm: .none,
            activation: false)
        self.loss = loss
        self.classes = classes ?? 1
        isBinary = classes == nil
    }

    public func callAsFunction(_ x: Tensor) throws -> Tensor { try convolution(x) }

    public func losses(logits: Tensor, target: Tensor) throws -> (crossEntropy: Tensor, dice: Tensor) {
        try loss(logits: logits, target: isBinary ? target.isGreater(than: 0).to(.int64) : target)
    }

    public func foreground(_ logits: Tensor) throws -> Tensor {
        let probabilities = try logits.softmax(axis: 1)
        return isBinary ? try probabilities.selected(axis: 1, 1) : try 1 - probabilities.selected(axis: 1, 0)
    }

    public var parameters: [NamedParameter] { convolution.parameters.under("conv_out") }
}
