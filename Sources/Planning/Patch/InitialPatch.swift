/// The patch that the search starts with (spec 03 §4): the aspect of the spacing, not larger than the median image.
package enum InitialPatch {
    /// - Parameters:
    ///   - spacing: target spacing, transposed, mm.
    ///   - medianShape: median size at the target spacing, transposed, voxels.
    package static func size(spacing: [Double], medianShape: [Double], longest: Double = 512) -> [Int] {
        let density = spacing.map { 1 / $0 }
        let mean = density.reduce(0, +) / Double(density.count)
        let relative = density.map { $0 / mean }
        let shortest = relative.min() ?? 1
        let coarsest = spacing.indices.reduce(0) { spacing[$1] > spacing[$0] ? $1 : $0 }
        // The fine axes share the shortest of their medians, so that the patch stays square in the plane.
        let plane = spacing.indices.filter { $0 != coarsest }.map { medianShape[$0] }.min() ?? .infinity
        return spacing.indices.map { axis in
            let wanted = (relative[axis] * longest / shortest).rounded(.toNearestOrEven)
            return Int(min(wanted, axis == coarsest ? medianShape[axis] : plane).rounded(.toNearestOrEven))
        }
    }
}
