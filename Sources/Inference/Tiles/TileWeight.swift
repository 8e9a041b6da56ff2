import Boxes

/// How much a box counts for where it lies in its tile: 1 within the inner half, falling to 0.5 at the corners, for a tile shows
/// less of what surrounds an object at its border (spec 08).
public struct TileWeight: Sendable {
    private let middle: SIMD3<Float>
    private let radius: Float
    private let inPlane: Bool

    /// - Parameter dimension: 2 leaves axis 2 out.
    public init(tile: SIMD3<Int>, dimension: Int = 3) {
        var half = SIMD3<Float>(tile) / 2
        if dimension == 2 { half.z = 0 }
        middle = half
        radius = (half * half).sum().squareRoot()
        inPlane = dimension == 2
    }

    /// 1 − max(0, distance of the box's centre from the tile's middle / half diagonal − 0.5); `box` in tile coordinates.
    public func weight(_ box: Box) -> Float { weight(center: box.center) }

    /// The weight of a box whose centre is `center`, in tile coordinates.
    public func weight(center: SIMD3<Float>) -> Float {
        var offset = center - middle
        if inPlane { offset.z = 0 }
        return 1 - max(0, (offset * offset).sum().squareRoot() / radius - 0.5)
    }
}
