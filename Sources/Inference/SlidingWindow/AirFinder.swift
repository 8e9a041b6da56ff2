/// Tells parts of an image in which there is nothing but air (CT) or empty background.
///
/// Air is what lies no further above the darkest voxels than a twentieth of the way to the brightest, both taken as percentiles (0.5 and
/// 99.5) of a sample of each channel. A part is air where every voxel of every channel is, a thousandth of them aside.
struct AirFinder {
    private let voxels: UnsafeBufferPointer<Float>
    private let shape: SIMD3<Int>
    private let limits: [Float]

    /// - Parameter voxels: `[channels, shape]`, C order; borrowed.
    init(_ voxels: UnsafeBufferPointer<Float>, channels: Int, shape: SIMD3<Int>) {
        self.voxels = voxels
        self.shape = shape
        let count = shape.x * shape.y * shape.z
        limits = (0..<channels).map { channel in
            let step = max(1, count / 100_000)
            let sample = stride(from: channel * count, to: (channel + 1) * count, by: step).map { voxels[$0] }.sorted()
            let (low, high) = (sample[sample.count / 200], sample[sample.count - 1 - sample.count / 200])
            return low + (high - low) / 20
        }
    }

    /// Whether the part of `size` voxels from `origin` (may reach outside) is air.
    func isAir(from origin: SIMD3<Int>, size: SIMD3<Int>) -> Bool {
        let lower = SIMD3((0..<3).map { max(0, origin[$0]) })
        let upper = SIMD3((0..<3).map { min(shape[$0], origin[$0] + size[$0]) })
        let length = upper.z - lower.z
        let allowed = (upper.x - lower.x) * (upper.y - lower.y) * length / 1000
        for (channel, limit) in limits.enumerated() {
            var found = 0
            for i in lower.x..<upper.x {
                for j in lower.y..<upper.y {
                    let row = ((channel * shape.x + i) * shape.y + j) * shape.z + lower.z
                    for k in row..<row + length where voxels[k] > limit { found += 1 }
                }
                if found > allowed { return false }
            }
        }
        return true
    }
}
