import Foundation

/// Boxes relative to anchors: shift of the centre in anchor sizes, and logarithm of the size ratio (Ren et al. 2015; spec 06).
public struct BoxCoder: Sendable {
    /// Size deltas are limited to this: at most 62.5 times the anchor.
    public static let largestSizeDelta = log(1000.0 / 16)

    public let dimension: Int
    /// Factors of the deltas, columns in the original's order.
    public let weights: [Float]

    /// - Parameters:
    ///   - dimension: 2 or 3; in 2D axis 2 is left as it is in the anchor.
    ///   - weights: 4 in 2D, 6 in 3D; without them all are 1.
    public init(dimension: Int = 3, weights: [Float]? = nil) {
        let width = Box.width(dimension: dimension)
        precondition(weights.map { $0.count == width } ?? true, "one weight per delta")
        self.dimension = dimension
        self.weights = weights ?? [Float](repeating: 1, count: width)
    }

    /// Deltas `[N, 4 or 6]` that turn `anchors` into `boxes`, columns in the original's order.
    public func encode(_ boxes: [Box], anchors: [Box]) -> [Float] {
        let weight = Box(flat: weights)
        return zip(boxes, anchors).map { box, anchor in
            let ratio = box.size / anchor.size
            let growth = SIMD3(Foundation.log(ratio.x), Foundation.log(ratio.y), Foundation.log(ratio.z))
            return Box(lower: (box.center - anchor.center) / anchor.size * weight.lower, upper: growth * weight.upper)
        }.flat(dimension: dimension)
    }

    /// Boxes that `deltas` `[N, 4 or 6]` make of `anchors`.
    public func decode(_ deltas: [Float], anchors: [Box]) -> [Box] {
        let width = Box.width(dimension: dimension)
        let limit = SIMD3(repeating: Float(Self.largestSizeDelta))
        let weight = Box(flat: weights)
        return deltas.withUnsafeBufferPointer { deltas in
            anchors.enumerated().map { index, anchor in
                // Rows of deltas have the columns of boxes: shifts stand in the lower, size deltas in the upper places.
                let delta = Box(flat: deltas[index * width..<(index + 1) * width])
                let size = anchor.size
                let center = delta.lower / weight.lower * size + anchor.center
                let growth = pointwiseMin(delta.upper / weight.upper, limit)
                let half = SIMD3(Foundation.exp(growth.x), Foundation.exp(growth.y), Foundation.exp(growth.z)) * size * 0.5
                var box = Box(lower: center - half, upper: center + half)
                if dimension == 2 { (box.lower.z, box.upper.z) = (anchor.lower.z, anchor.upper.z) }
                return box
            }
        }
    }
}
