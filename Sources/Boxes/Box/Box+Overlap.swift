extension Box {
    /// Volume shared with `other`; 0 where they do not overlap.
    @inlinable
    public func intersection(_ other: Box) -> Float {
        // Axis by axis: the library's minima and maxima of vectors take four times as long.
        let x = Box.smaller(upper.x, other.upper.x) - Box.larger(lower.x, other.lower.x)
        let y = Box.smaller(upper.y, other.upper.y) - Box.larger(lower.y, other.lower.y)
        let z = Box.smaller(upper.z, other.upper.z) - Box.larger(lower.z, other.lower.z)
        return Box.larger(x, 0) * Box.larger(y, 0) * Box.larger(z, 0)
    }

    @inlinable
    static func smaller(_ a: Float, _ b: Float) -> Float { a < b ? a : b }

    @inlinable
    static func larger(_ a: Float, _ b: Float) -> Float { a > b ? a : b }

    /// Volume of the smallest box that holds both.
    @inlinable
    public func hullVolume(_ other: Box) -> Float {
        let x = Box.larger(upper.x, other.upper.x) - Box.smaller(lower.x, other.lower.x)
        let y = Box.larger(upper.y, other.upper.y) - Box.smaller(lower.y, other.lower.y)
        let z = Box.larger(upper.z, other.upper.z) - Box.smaller(lower.z, other.lower.z)
        return Box.larger(x, 0) * Box.larger(y, 0) * Box.larger(z, 0)
    }

    /// Shared volume over united volume, 0…1; 0 for two boxes without volume.
    @inlinable
    public func intersectionOverUnion(_ other: Box) -> Float {
        let shared = intersection(other)
        let union = volume + other.volume - shared
        return union > 0 ? shared / union : 0
    }

    /// IoU less the part of the common hull that neither fills, −1…1 (Rezatofighi et al. 2019).
    @inlinable
    public func generalizedIntersectionOverUnion(_ other: Box) -> Float {
        let shared = intersection(other)
        let union = volume + other.volume - shared
        let hull = hullVolume(other) + 1e-7
        return (union > 0 ? shared / union : 0) - (hull - union) / hull
    }

    /// The part inside an image of `shape` voxels: coordinates limited to `first`…shape. By the box rule the box of an object that fills the
    /// image begins at −1.
    @inlinable
    public func clipped(to shape: SIMD3<Float>, from first: SIMD3<Float> = .zero) -> Box {
        Box(lower: pointwiseMin(pointwiseMax(lower, first), shape), upper: pointwiseMin(pointwiseMax(upper, first), shape))
    }

    /// Whether one of the first `dimension` sides is shorter than `minimum` voxels.
    @inlinable
    public func hasSide(below minimum: Float, dimension: Int = 3) -> Bool {
        let sides = size
        return sides.x < minimum || sides.y < minimum || (dimension == 3 && sides.z < minimum)
    }

    /// Whether `point` lies inside, more than `margin` from every face.
    @inlinable
    public func contains(_ point: SIMD3<Float>, margin: Float = 0) -> Bool {
        min((point - lower).min(), (upper - point).min()) > margin
    }
}

extension SIMD3<Float> {
    /// Euclidean distance.
    @inlinable
    public func distance(to other: SIMD3<Float>) -> Float {
        let d = self - other
        return (d.x * d.x + d.y * d.y + d.z * d.z).squareRoot()
    }
}
