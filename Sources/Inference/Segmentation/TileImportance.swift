import Foundation

/// How much a voxel of a tile counts in the segmentation of a case: a Gaussian around the tile's middle, 1 there (spec 08).
///
/// What scipy's `gaussian_filter` makes of a single one in the middle, with an eighth of the tile as standard deviation, plus 1e-8 so that
/// no voxel is without weight.
public struct TileImportance: Sendable {
    /// One factor per voxel along axes 0, 1, 2.
    let factors: [[Float]]

    static let floor: Float = 1e-8

    public init(tile: SIMD3<Int>) {
        factors = (0..<3).map { axis in
            let length = tile[axis]
            // Tiles of fewer than 8 voxels, which the original cannot weigh, get a fraction of a voxel.
            let sigma = length >= 8 ? Double(length / 8) : Double(length) / 8
            let reach = Int(4 * sigma + 0.5)
            return (0..<length).map { index in
                let distance = index - length / 2
                return abs(distance) <= reach ? Float(exp(-0.5 * Double(distance * distance) / (sigma * sigma))) : 0
            }
        }
    }

    /// The weight of voxel (i, j, k).
    public func weight(_ i: Int, _ j: Int, _ k: Int) -> Float { factors[0][i] * factors[1][j] * factors[2][k] + Self.floor }
}
