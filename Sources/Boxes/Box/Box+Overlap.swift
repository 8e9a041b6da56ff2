extension Box {
    /// Volume shared with `other`; 0 where they do not overlap.
    @inlinable
    public func intersection(_ other: Box) -> Float {
        let sides = pointwiseMax(pointwiseMin(upper, other.upper) - pointwiseMax(lower, other.lower), .zero)
        return sides.x * sides.y * sides.z
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
        let sides = pointwiseMax(pointwiseMax(upper, other.upper) - pointwiseMin(lower, other.lower), .zero)
        let hull = sides.x * sides.y * sides.z + 1e-7
        return (union > 0 ? shared / union : 0) - (hull - union) / hull
    }

    /// The part inside an image of `shape` voxels: coordinates limited to 0…shape.
    @inlinable
    public func clipped(to shape: SIMD3<Float>) -> Box {
        Box(lower: pointwiseMin(pointwiseMax(lower, .zero), shape), upper: pointwiseMin(pointwiseMax(upper, .zero), shape))
    }

    /// Whether one of the first `dimension` sides is shorter than `minimum` voxels.
    @inlinable
    public func hasSide(below minimum: Float, dimension: Int = 3) -> Bool {
        let sides = size
        return sides.x < minimum || sides.y < minimum || (dimension == 3 && sides.z < minimum)
    }
}
