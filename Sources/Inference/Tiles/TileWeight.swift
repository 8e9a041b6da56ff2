import Boxes
import Foundation

/// How much a box counts for where it lies in its tile, for a tile shows less of what surrounds an object at its border (spec 08).
public struct TileWeight: Sendable {
    /// How the weight falls towards the border.
    public enum Falloff: String, Sendable, CaseIterable {
        /// 1 within the inner half, falling to 0.5 at the corners.
        case linear = "BoxEnsemblerSelective"
        /// The mean over the axes of a normal curve around the middle, whose standard deviation is 0.4 of the tile.
        case gaussian = "BoxEnsembler"
    }

    private let falloff: Falloff
    private let middle: SIMD3<Float>
    private let radius: Float
    private let inPlane: Bool

    /// - Parameters:
    ///   - tile: voxels of the tile along axes 0, 1, 2.
    ///   - dimension: 2 leaves axis 2 out.
    ///   - falloff: how the weight falls towards the border.
    public init(tile: SIMD3<Int>, dimension: Int = 3, falloff: Falloff = .linear) {
        var half = SIMD3<Float>(tile) / 2
        if dimension == 2 { half.z = 0 }
        middle = half
        radius = (half * half).sum().squareRoot()
        inPlane = dimension == 2
        self.falloff = falloff
    }

    /// The weight of `box` in tile coordinates.
    public func weight(_ box: Box) -> Float { weight(center: box.center) }

    /// The weight of a box whose centre is `center`, in tile coordinates.
    public func weight(center: SIMD3<Float>) -> Float {
        var offset = center - middle
        if inPlane { offset.z = 0 }
        switch falloff {
        case .linear: return 1 - max(0, (offset * offset).sum().squareRoot() / radius - 0.5)
        case .gaussian:
            let axes = inPlane ? 2 : 3
            let curve = (0..<axes).map { axis in
                let scaled = offset[axis] / (0.8 * middle[axis])
                return exp(-0.5 * scaled * scaled)
            }
            return curve.reduce(0, +) / Float(axes)
        }
    }
}
