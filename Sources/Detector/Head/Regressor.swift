import Boxes
import Torch

/// Moves and resizes every anchor; trained with generalised IoU of the decoded boxes (Rezatofighi et al. 2019; spec 06).
public struct Regressor: Module {
    private let tower: HeadTower
    private let scales: [Tensor]
    private let learnScale: Bool
    private let dimension: Int
    private let lossWeight: Double

    public init(
        inChannels: Int, channels: Int, anchorsPerPosition: Int, levels: Int, dimension: Int, innerConvolutions: Int,
        norm: ConvolutionUnit.Norm, learnScale: Bool, lossWeight: Double
    ) throws {
        tower = try HeadTower(
            inChannels: inChannels, channels: channels, outChannels: anchorsPerPosition * Box.width(dimension: dimension),
            dimension: dimension, innerConvolutions: innerConvolutions, norm: norm, outBias: 0)
        scales = learnScale ? try (0..<levels).map { _ in try Tensor.ones([]).requireGrad() } : []
        self.learnScale = learnScale
        self.dimension = dimension
        self.lossWeight = lossWeight
    }

    /// `[N, C, …]` of decoder level `level` → deltas `[N, anchors, 4 or 6]`.
    public func callAsFunction(_ x: Tensor, level: Int) throws -> Tensor {
        let deltas = try tower(x, width: Box.width(dimension: dimension))
        return learnScale ? try deltas * scales[level] : deltas
    }

    /// Sum of 1 − GIoU over the anchors, divided by their number: the gradient of the original's −GIoU, never negative.
    public func loss(deltas: Tensor, anchors: [Box], targets: [Box]) throws -> Tensor {
        let coder = TensorBoxCoder(dimension: dimension)
        let decoded = try coder.decode(deltas, anchors: try coder.corners(anchors, like: deltas))
        let giou = try decoded.generalizedIntersectionOverUnion(with: try coder.corners(targets, like: deltas))
        return try ((1 - giou).sum() / Double(anchors.count)) * lossWeight
    }

    public var parameters: [NamedParameter] {
        tower.parameters + scales.enumerated().map { NamedParameter("scales.\($0).scale", $1, .scale) }
    }
}
