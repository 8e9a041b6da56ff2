import Boxes
import Torch

/// Boxes as two tensors `[N, D]`, smallest and largest coordinates, for losses that need gradients.
public struct BoxCorners {
    public let lower: Tensor
    public let upper: Tensor

    public init(lower: Tensor, upper: Tensor) {
        self.lower = lower
        self.upper = upper
    }

    /// Boxes of rows `[N, 2D]` in the original's column order.
    public init(rows: Tensor) throws {
        let dimension = rows.size(1) / 2
        func columns(_ indices: [Int]) throws -> Tensor {
            try rows.gathered(axis: 1, Tensor.from(indices.map(Int64.init), shape: [indices.count]).to(rows.device))
        }
        lower = try columns(Box.lowerColumns(dimension: dimension))
        upper = try columns(Box.upperColumns(dimension: dimension))
    }

    /// 1 − generalised IoU with `other`, box by box: from 0 to 2 (Rezatofighi et al. 2019).
    public func giouLoss(to other: BoxCorners, reduction: Reduction) throws -> Tensor {
        try reduction.applied(to: 1 - generalizedIntersectionOverUnion(with: other))
    }

    /// Generalised IoU of row i with row i of `other`: `[N]`. Epsilon only on the hull, as in the original.
    public func generalizedIntersectionOverUnion(with other: BoxCorners) throws -> Tensor {
        let volume = try product(upper - lower)
        let otherVolume = try product(other.upper - other.lower)
        let intersection = try product((upper.minimum(other.upper) - lower.maximum(other.lower)).clamped(min: 0))
        let union = try volume + otherVolume - intersection
        let hull = try product((upper.maximum(other.upper) - lower.minimum(other.lower)).clamped(min: 0)) + 1e-7
        return try intersection / union - (hull - union) / hull
    }

    private func product(_ sides: Tensor) throws -> Tensor {
        let first = try sides.selected(axis: 1, 0)
        return try (1..<sides.size(1)).reduce(first) { try $0 * sides.selected(axis: 1, $1) }
    }
}

/// Decodes deltas to boxes with gradients; the plain-array counterpart is `BoxCoder`.
public struct TensorBoxCoder {
    public let coder: BoxCoder

    public init(_ coder: BoxCoder) { self.coder = coder }

    private var dimension: Int { coder.dimension }

    /// `boxes` as tensors of the dtype and device of `tensor`.
    public func corners(_ boxes: [Box], like tensor: Tensor) throws -> BoxCorners {
        func coordinates(_ corner: (Box) -> SIMD3<Float>) throws -> Tensor {
            var values: [Float] = []
            values.reserveCapacity(boxes.count * dimension)
            for box in boxes {
                let point = corner(box)
                for axis in 0..<dimension { values.append(point[axis]) }
            }
            return try Tensor.from(values, shape: [boxes.count, dimension]).to(tensor.dtype).to(tensor.device)
        }
        return BoxCorners(lower: try coordinates(\.lower), upper: try coordinates(\.upper))
    }

    private func weights(like tensor: Tensor) throws -> Tensor {
        try Tensor.from(coder.weights, shape: [coder.weights.count]).to(tensor.dtype).to(tensor.device)
    }

    /// `deltas` `[N, 2D]` in the original's column order, relative to `anchors`.
    public func decode(_ deltas: Tensor, anchors: BoxCorners) throws -> BoxCorners {
        // Rows of deltas have the columns of boxes: shifts stand in the lower, size deltas in the upper places.
        let parts = try BoxCorners(rows: coder.weights.allSatisfy { $0 == 1 } ? deltas : deltas / weights(like: deltas))
        let sizes = try anchors.upper - anchors.lower
        let centers = try anchors.lower + sizes * 0.5
        let center = try parts.lower * sizes + centers
        let half = try parts.upper.clamped(max: BoxCoder.largestSizeDelta).exp() * sizes * 0.5
        return BoxCorners(lower: try center - half, upper: try center + half)
    }
}
