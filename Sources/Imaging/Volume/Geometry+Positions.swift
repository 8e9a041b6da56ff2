extension Geometry {
    /// The direction (LPS) in which array axis `axis` runs.
    public func directionOfAxis(_ axis: Int) -> SIMD3<Double> {
        let column = 2 - axis
        return SIMD3(direction[column], direction[3 + column], direction[6 + column])
    }

    /// Where a point given in voxels (array order; whole numbers are voxel centres) lies in the patient: x, y, z in mm (LPS).
    public func position(of index: SIMD3<Double>) -> SIMD3<Double> {
        var position = origin
        for axis in 0..<3 { position += directionOfAxis(axis) * (index[axis] * spacing[axis]) }
        return position
    }

    /// The voxel coordinates (array order) of a point in the patient (LPS, mm); NaN where the directions are not independent.
    public func index(of position: SIMD3<Double>) -> SIMD3<Double> {
        let offset = position - origin
        let (a, b, c) = (directionOfAxis(0), directionOfAxis(1), directionOfAxis(2))
        let volume = a.dot(b.cross(c))
        guard volume != 0 else { return SIMD3(repeating: .nan) }
        return SIMD3(offset.dot(b.cross(c)), a.dot(offset.cross(c)), a.dot(b.cross(offset))) / volume / spacing
    }

    /// The share of this grid's voxels whose centres lie within the image of `other`, 0 to 1, told from at most 16 of them per axis.
    public func share(within other: Geometry) -> Double {
        func places(_ axis: Int) -> [Double] {
            let count = min(size[axis], 16)
            return (0..<count).map { (Double($0) + 0.5) * Double(size[axis]) / Double(count) - 0.5 }
        }
        let (first, second, third) = (places(0), places(1), places(2))
        let end = SIMD3(Double(other.size.x), Double(other.size.y), Double(other.size.z)) - 0.5
        var inside = 0
        for i in first {
            for j in second {
                for k in third {
                    let index = other.index(of: position(of: SIMD3(i, j, k)))
                    if (index .>= -0.5 .& index .<= end) == SIMDMask(repeating: true) { inside += 1 }
                }
            }
        }
        return Double(inside) / Double(first.count * second.count * third.count)
    }
}

extension Geometry {
    /// The grid of `Volume.reoriented(axes:flips:)`: every voxel stays where it is in the patient.
    public func reoriented(axes: SIMD3<Int>, flips: [Bool]) -> Geometry {
        var result = self
        var first = SIMD3<Double>.zero
        for axis in 0..<3 {
            let source = axes[axis]
            let sign: Double = flips[axis] ? -1 : 1
            result.size[axis] = size[source]
            result.spacing[axis] = spacing[source]
            let cosines = directionOfAxis(source)
            for row in 0..<3 { result.direction[row * 3 + 2 - axis] = sign * cosines[row] }
            if flips[axis] { first[source] = Double(size[source] - 1) }
        }
        result.origin = position(of: first)
        return result
    }

    /// The grid of `Volume.cropped(_:_:)`.
    public func cropped(_ lower: SIMD3<Int>, _ upper: SIMD3<Int>) -> Geometry {
        var result = self
        result.size = upper &- lower
        result.origin = position(of: SIMD3(Double(lower.x), Double(lower.y), Double(lower.z)))
        return result
    }

    /// The grid of `Volume.resampled(to:)`: the same extent from the outer side of the first voxel to that of the last, other voxels.
    public func resampled(to shape: SIMD3<Int>) -> Geometry {
        var result = self
        var first = SIMD3<Double>.zero
        for axis in 0..<3 where shape[axis] != size[axis] {
            let scale = Double(size[axis]) / Double(shape[axis])
            result.spacing[axis] = spacing[axis] * scale
            first[axis] = 0.5 * scale - 0.5
        }
        result.size = shape
        result.origin = position(of: first)
        return result
    }
}
