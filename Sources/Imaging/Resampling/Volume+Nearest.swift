extension Volume where Element: BitwiseCopyable {
    /// The volume on another number of voxels over the same extent: each voxel takes the nearest value. Spec 04 (scikit-image's `resize`,
    /// order 0).
    public func resampledNearest(to shape: SIMD3<Int>) -> Volume {
        for axis in 0..<3 { precondition(shape[axis] > 0 && self.shape[axis] > 0, "a volume has at least one voxel along each axis") }
        guard shape != self.shape else { return self }
        let (rows, columns, fast) = (
            NearestAxis.indices(source: self.shape.x, target: shape.x), NearestAxis.indices(source: self.shape.y, target: shape.y),
            NearestAxis.indices(source: self.shape.z, target: shape.z)
        )
        let result = [Element](count: shape.x * shape.y * shape.z) { buffer in
            voxels.withUnsafeBufferPointer { source in
                guard let from = source.baseAddress, let to = buffer.baseAddress else { return }
                for i in 0..<shape.x {
                    for j in 0..<shape.y {
                        let line = from + offset(rows[i], columns[j], 0)
                        let target = to + (i * shape.y + j) * shape.z
                        // A row that repeats the one before is copied.
                        if j > 0, columns[j] == columns[j - 1] {
                            target.initialize(from: target - shape.z, count: shape.z)
                        } else {
                            for k in 0..<shape.z { target[k] = line[fast[k]] }
                        }
                    }
                }
            }
        }
        return Volume(shape: shape, voxels: result)
    }
}

/// Where labels are taken from.
enum NearestAxis {
    /// For each of `target` voxels the nearest of `source`; halves go up, in double precision as in the original.
    static func indices(source: Int, target: Int) -> [Int] {
        let scale = Double(source) / Double(target)
        return (0..<target).map { index in
            let position = min(max((Double(index) + 0.5) * scale - 0.5, 0), Double(source - 1))
            return Int((position + 0.5).rounded(.down))
        }
    }
}
