import Boxes
import Torch

/// Trained with generalised IoU of the decoded boxes (Rezatofighi et al. 2019; spec 06).
public struct GIoURegressor: AnchorRegressor {
    private let tower: RegressorTower
    private let coder: TensorBoxCoder
    private let reduction: Reduction
    private let lossWeight: Double

    public init(_ tower: RegressorTower, coder: BoxCoder, reduction: Reduction = .sum, lossWeight: Double) {
        self.tower = tower
        self.coder = TensorBoxCoder(coder)
        self.reduction = reduction
        self.lossWeight = lossWeight
    }

    public func callAsFunction(_ x: Tensor, level: Int) throws -> Tensor { try tower(x, level: level) }

    /// 1 − GIoU, from 0 to 2 per box: the gradient of the original's −GIoU, never negative.
    public func loss(deltas: Tensor, anchors: [Box], targets: [Box]) throws -> Tensor {
        let decoded = try coder.decode(deltas, anchors: try coder.corners(anchors, like: deltas))
        let loss = try decoded.giouLoss(to: coder.corners(targets, like: deltas), reduction: reduction)
        return try loss / Double(anchors.count) * lossWeight
    }

    public var parameters: [NamedParameter] { tower.parameters }
}
