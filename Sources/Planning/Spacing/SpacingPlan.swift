import Core

/// Target spacing, axis order and resulting shapes of a data set (spec 03 §3). Array axis order unless "transposed" says otherwise.
package struct SpacingPlan: Sendable, Equatable {
    /// Millimetres.
    package let target: [Double]
    /// Axis of the image array that becomes axis i.
    package let transposeForward: [Int]
    package let transposeBackward: [Int]
    /// Median over the cases of the size at the target spacing, transposed, not rounded.
    package let medianShapeTransposed: [Double]

    package var targetTransposed: [Double] { transposeForward.map { target[$0] } }

    /// Plans for cases of `spacings` (mm) and `sizes` (voxels); `level` 1 doubles the target spacing.
    package init(spacings: [[Double]], sizes: [[Int]], anisotropyThreshold: Double, percentile: Double, level: Int = 0) {
        let factor = Double(1 << level)
        let target = Self.target(spacings: spacings, sizes: sizes, anisotropyThreshold: anisotropyThreshold, percentile: percentile)
            .map { $0 * factor }
        let coarsest = target.indices.reduce(0) { target[$1] > target[$0] ? $1 : $0 }
        let forward = [coarsest] + target.indices.filter { $0 != coarsest }
        self.target = target
        transposeForward = forward
        transposeBackward = forward.indices.map { axis in forward.firstIndex(of: axis) ?? axis }
        let shapes = zip(spacings, sizes).map { spacing, size in
            forward.map { spacing[$0] / target[$0] * Double(size[$0]) }
        }
        medianShapeTransposed = Statistics.columnMedians(shapes)
    }

    /// The median spacing per axis; where one axis is much coarser and has few slices, a finer percentile on that axis.
    package static func target(spacings: [[Double]], sizes: [[Int]], anisotropyThreshold: Double, percentile: Double) -> [Double] {
        let axes = spacings[0].indices
        var target = axes.map { axis in Statistics.percentile(percentile, of: spacings.map { $0[axis] }) }
        let size = axes.map { axis in Statistics.percentile(percentile, of: sizes.map { Double($0[axis]) }) }
        let worst = axes.reduce(0) { target[$1] > target[$0] ? $1 : $0 }
        let others = axes.filter { $0 != worst }
        guard let finest = others.map({ target[$0] }).min(), let fewest = others.map({ size[$0] }).min() else { return target }
        if target[worst] > anisotropyThreshold * finest, size[worst] * anisotropyThreshold < fewest {
            let candidate = Statistics.percentile(10, of: spacings.map { $0[worst] })
            target[worst] = candidate < finest ? max(finest, candidate) + 1e-5 : candidate
        }
        return target
    }
}
