extension Volume where Element: BitwiseCopyable {
    /// The volume with its axes permuted and, after that, flipped: axis i of the result is axis `axes[i]` of this volume,
    /// running backwards where `flips[i]`.
    @specialized(where Element == Float)
    @specialized(where Element == Int32)
    @specialized(where Element == UInt8)
    public func reoriented(axes: SIMD3<Int>, flips: [Bool]) -> Volume {
        precondition(Set([axes.x, axes.y, axes.z]) == [0, 1, 2], "axes must be a permutation of 0, 1, 2")
        precondition(flips.count == 3, "one flip per axis")
        guard count > 0, axes != SIMD3(0, 1, 2) || flips.contains(true) else {
            return Volume(shape: SIMD3(shape[axes.x], shape[axes.y], shape[axes.z]), voxels: voxels)
        }
        let target = SIMD3(shape[axes.x], shape[axes.y], shape[axes.z])
        let strides = SIMD3(shape.y * shape.z, shape.z, 1)
        var start = 0
        var steps = SIMD3(strides[axes.x], strides[axes.y], strides[axes.z])
        for axis in 0..<3 where flips[axis] {
            start += (target[axis] - 1) * steps[axis]
            steps[axis] = -steps[axis]
        }
        let result = [Element](count: count) { buffer in
            voxels.withUnsafeBufferPointer { source in
                if let from = source.baseAddress, let to = buffer.baseAddress {
                    Self.gather(from + start, steps: steps, to, shape: target)
                }
            }
        }
        return Volume(shape: target, voxels: result)
    }

    /// The volume with its axes permuted: axis i of the result is axis `axes[i]` of this volume.
    public func transposed(_ axes: SIMD3<Int>) -> Volume { reoriented(axes: axes, flips: [false, false, false]) }

    /// The volume with the marked axes running backwards.
    public func flipped(_ axes: [Bool]) -> Volume { reoriented(axes: SIMD3(0, 1, 2), flips: axes) }

    /// Fills `target` (C order) with the elements at `source` + Σ index · step.
    @specialized(where Element == Float)
    @specialized(where Element == Int32)
    @specialized(where Element == UInt8)
    private static func gather(
        _ source: UnsafePointer<Element>, steps: SIMD3<Int>, _ target: UnsafeMutablePointer<Element>, shape: SIMD3<Int>
    ) {
        if steps.z == 1 {
            for i in 0..<shape.x {
                for j in 0..<shape.y {
                    (target + (i * shape.y + j) * shape.z).initialize(from: source + (i * steps.x + j * steps.y), count: shape.z)
                }
            }
            return
        }
        // The axis along which the source is contiguous is walked in tiles together with axis 2, so that both sides stay in the cache.
        let near = abs(steps.x) == 1 ? 0 : 1
        let far = 1 - near
        let targetSteps = SIMD3(shape.y * shape.z, shape.z, 1)
        let tile = 32
        for i in 0..<shape[far] {
            let from = source + i * steps[far]
            let to = target + i * targetSteps[far]
            for j in stride(from: 0, to: shape[near], by: tile) {
                for k in stride(from: 0, to: shape.z, by: tile) {
                    for jj in j..<min(j + tile, shape[near]) {
                        let line = from + jj * steps[near]
                        let row = to + jj * targetSteps[near]
                        for kk in k..<min(k + tile, shape.z) { (row + kk).initialize(to: line[kk * steps.z]) }
                    }
                }
            }
        }
    }
}
