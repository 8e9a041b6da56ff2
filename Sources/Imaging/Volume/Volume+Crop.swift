extension Volume {
    /// The voxels `lower ..< upper` (per axis).
    public func cropped(_ lower: SIMD3<Int>, _ upper: SIMD3<Int>) -> Volume {
        for axis in 0..<3 {
            precondition(0 <= lower[axis] && lower[axis] <= upper[axis] && upper[axis] <= shape[axis], "the crop must lie in the volume")
        }
        let size = upper &- lower
        guard size != shape else { return self }
        var result: [Element] = []
        result.reserveCapacity(size.x * size.y * size.z)
        for i in lower.x..<upper.x {
            for j in lower.y..<upper.y {
                let start = offset(i, j, lower.z)
                result.append(contentsOf: voxels[start..<start + size.z])
            }
        }
        return Volume(shape: size, voxels: result)
    }

    /// The volume with `lower` voxels of `value` before and `upper` behind, per axis.
    public func padded(lower: SIMD3<Int>, upper: SIMD3<Int>, with value: Element) -> Volume {
        for axis in 0..<3 { precondition(lower[axis] >= 0 && upper[axis] >= 0, "padding must not be negative") }
        guard lower != .zero || upper != .zero else { return self }
        var result = Volume(shape: shape &+ lower &+ upper, filledWith: value)
        guard shape.z > 0 else { return result }
        for i in 0..<shape.x {
            for j in 0..<shape.y {
                let source = offset(i, j, 0)
                let target = result.offset(i + lower.x, j + lower.y, lower.z)
                result.voxels.replaceSubrange(target..<target + shape.z, with: voxels[source..<source + shape.z])
            }
        }
        return result
    }
}
