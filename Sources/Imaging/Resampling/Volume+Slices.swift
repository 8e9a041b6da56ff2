import Support

extension Volume<Float> {
    /// The volume on another number of voxels, slice by slice: cubic within the slices across `axis`, the nearest slice along it.
    ///
    /// For images whose slices lie so far apart that cubic splines between them overshoot. Each slice is clipped to its own range.
    /// Spec 04, "Separate-z" (nnU-Net's, with order 0 along the axis).
    public func resampledBySlices(across axis: Int, to shape: SIMD3<Int>, threads: Int = processorCount) -> Volume {
        precondition((0..<3).contains(axis), "a volume has the axes 0, 1 and 2")
        guard shape != self.shape else { return self }
        let order = axis == 0 ? SIMD3(0, 1, 2) : axis == 1 ? SIMD3(1, 0, 2) : SIMD3(2, 1, 0)
        let standing = transposed(order)
        let target = SIMD3(shape[order.x], shape[order.y], shape[order.z])
        let planes = (0..<standing.shape.x).map { plane in
            standing.cropped(SIMD3(plane, 0, 0), SIMD3(plane + 1, standing.shape.y, standing.shape.z))
                .resampled(to: SIMD3(1, target.y, target.z), interpolation: .cubic, threads: threads)
        }
        var voxels: [Float] = []
        voxels.reserveCapacity(target.x * target.y * target.z)
        for source in NearestAxis.indices(source: standing.shape.x, target: target.x) { voxels += planes[source].voxels }
        // The exchange of two axes is its own inverse.
        return Volume(shape: target, voxels: voxels).transposed(order)
    }
}
