extension Volume<UInt8> {
    /// 1 where any of the volumes (of one shape) is not 0.
    public init(nonzeroOf channels: [Volume<Float>]) {
        precondition(!channels.isEmpty, "at least one channel")
        self.init(shape: channels[0].shape, filledWith: 0)
        for channel in channels {
            precondition(channel.shape == shape, "all channels must have one shape")
            voxels.withUnsafeMutableBufferPointer { mask in
                channel.voxels.withUnsafeBufferPointer { values in
                    for i in 0..<values.count { mask[i] |= values[i] != 0 ? 1 : 0 }
                }
            }
        }
    }

    /// The smallest box `lower ..< upper` that holds all voxels other than 0; nil where there is none.
    public func nonzeroBounds() -> (lower: SIMD3<Int>, upper: SIMD3<Int>)? {
        var lower = shape
        var upper = SIMD3<Int>.zero
        voxels.withUnsafeBufferPointer { mask in
            for i in 0..<shape.x {
                for j in 0..<shape.y {
                    let row = UnsafeBufferPointer(rebasing: mask[offset(i, j, 0)..<offset(i, j, 0) + shape.z])
                    guard let first = row.firstIndex(where: { $0 != 0 }), let last = row.lastIndex(where: { $0 != 0 }) else { continue }
                    lower = SIMD3(Swift.min(lower.x, i), Swift.min(lower.y, j), Swift.min(lower.z, first))
                    upper = SIMD3(Swift.max(upper.x, i + 1), Swift.max(upper.y, j + 1), Swift.max(upper.z, last + 1))
                }
            }
        }
        return upper.x > 0 ? (lower, upper) : nil
    }
}
