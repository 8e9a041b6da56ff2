import Boxes
import Torch

/// Trained with the smooth L1 distance of the deltas from those that would be right (the original's L1; spec 06).
public struct SmoothL1Regressor: AnchorRegressor {
    private let tower: RegressorTower
    private let coder: BoxCoder
    private let beta: Double
    private let reduction: Reduction
    private let lossWeight: Double

    /// - Parameters:
    ///   - tower: the convolutions that give the deltas.
    ///   - coder: makes the deltas that would be right of anchors and boxes.
    ///   - beta: below this distance the loss is quadratic; 0 is the plain distance.
    ///   - reduction: of the distances of all deltas; the loss is this divided by the number of anchors.
    ///   - lossWeight: factor of the loss.
    public init(_ tower: RegressorTower, coder: BoxCoder, beta: Double = 1, reduction: Reduction = .sum, lossWeight: Double) {
        self.tower = tower
        self.coder = coder
        self.beta = beta
        self.reduction = reduction
        self.lossWeight = lossWeight
    }

    public func callAsFunction(_ x: Tensor, level: Int) throws -> Tensor { try tower(x, level: level) }

    public func loss(deltas: Tensor, anchors: [Box], targets: [Box]) throws -> Tensor {
        let wanted = try Tensor.from(coder.encode(targets, anchors: anchors), shape: deltas.shape).to(deltas.dtype).to(deltas.device)
        return try smoothL1(deltas, wanted, beta: beta, reduction: reduction) / Double(anchors.count) * lossWeight
    }

    public var parameters: [NamedParameter] { tower.parameters }
}
