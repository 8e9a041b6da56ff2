/// Kernels and strides of the encoder for a patch (spec 03 §4): fine axes are halved first, until the spacings are alike.
package struct PoolingPlan: Sendable, Equatable {
    /// One stride per step down, per axis 1 or 2.
    package let strides: [[Int]]
    /// One kernel per resolution, per axis 1 or 3; the last is the bottleneck's.
    package let kernels: [[Int]]
    /// The patch, padded so that every step divides it.
    package let patchSize: [Int]
    /// Product of the strides per axis.
    package let divisor: [Int]

    /// Number of halvings per axis.
    package var poolings: [Int] { divisor.map { $0.trailingZeroBitCount } }
    /// The resolutions of the encoder.
    package var resolutions: Int { kernels.count }
    /// Size of the lowest resolution.
    package var bottleneck: [Int] { zip(patchSize, divisor).map { $0 / $1 } }

    /// - Parameters:
    ///   - spacing: mm, transposed.
    ///   - patchSize: voxels, transposed.
    ///   - minimumLength: no feature map gets shorter than this on any axis.
    package init(spacing: [Double], patchSize: [Int], minimumLength: Int, maximumPoolings: Int = 999) {
        var spacing = spacing
        var size = patchSize
        var divisor = patchSize.map { _ in 1 }
        var poolings = patchSize.map { _ in 0 }
        var strides: [[Int]] = []
        var kernels: [[Int]] = []
        while true {
            let finest = spacing.min() ?? 1
            let halved = spacing.indices.filter {
                spacing[$0] / finest < 2 && size[$0] >= 2 * minimumLength && poolings[$0] < maximumPoolings
            }
            guard !halved.isEmpty else { break }
            let alike = Self.largestGroup(spacing)
            kernels.append(spacing.indices.map { alike.contains($0) ? 3 : 1 })
            strides.append(spacing.indices.map { halved.contains($0) ? 2 : 1 })
            for axis in halved {
                spacing[axis] *= 2
                size[axis] = (size[axis] + 1) / 2
                divisor[axis] *= 2
                poolings[axis] += 1
            }
        }
        kernels.append(spacing.map { _ in 3 })
        self.strides = strides
        self.kernels = kernels
        self.divisor = divisor
        self.patchSize = zip(patchSize, divisor).map { ($0 + $1 - 1) / $1 * $1 }
    }

    /// The largest set of axes whose spacing lies within a factor of two of one axis; the first of equally large ones.
    private static func largestGroup(_ spacing: [Double]) -> [Int] {
        var largest: [Int] = []
        for own in spacing {
            let group = spacing.indices.filter { spacing[$0] / own < 2 && own / spacing[$0] < 2 }
            if group.count > largest.count { largest = group }
        }
        return largest
    }
}
