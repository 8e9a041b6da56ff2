import Boxes
import Torch

/// Moves and resizes every anchor.
public protocol AnchorRegressor: Module {
    /// `[N, C, …]` of decoder level `level` → deltas `[N, anchors, 4 or 6]`.
    func callAsFunction(_ x: Tensor, level: Int) throws -> Tensor
    /// Loss of `deltas` `[P, 4 or 6]` for `anchors` that are to become `targets`, divided by their number.
    func loss(deltas: Tensor, anchors: [Box], targets: [Box]) throws -> Tensor
}

/// The convolutions of a regressor, with a factor per level where it is learned.
public struct RegressorTower: Module {
    private let tower: HeadTower
    private let scales: [Tensor]
    private let dimension: Int

    public init(
        inChannels: Int, channels: Int, anchorsPerPosition: Int, levels: Int, dimension: Int, innerConvolutions: Int,
        norm: ConvolutionUnit.Norm, learnScale: Bool
    ) throws {
        tower = try HeadTower(
            inChannels: inChannels, channels: channels, outChannels: anchorsPerPosition * Box.width(dimension: dimension),
            dimension: dimension, innerConvolutions: innerConvolutions, norm: norm, outBias: 0)
        scales = learnScale ? try (0..<levels).map { _ in try Tensor.ones([]).requireGrad() } : []
        self.dimension = dimension
    }

    func callAsFunction(_ x: Tensor, level: Int) throws -> Tensor {
        let deltas = try tower(x, width: Box.width(dimension: dimension))
        return scales.isEmpty ? deltas : try deltas * scales[level]
    }

    public var parameters: [NamedParameter] {
        tower.parameters + scales.enumerated().map { NamedParameter("scales.\($0).scale", $1, .scale) }
    }
}
