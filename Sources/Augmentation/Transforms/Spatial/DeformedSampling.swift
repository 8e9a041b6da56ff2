import Core
import Foundation
import Preprocessing

/// Reads a volume at the positions that a deformation names, in one pass over the output.
///
/// Positions beyond the centres of the outermost voxels get the fill value (scipy's `map_coordinates`, mode `constant`), or what a volume
/// that is continued there has.
package struct DeformedSampling {
    /// Order of the splines between voxels, as in the configuration.
    package enum Order: Int, Sendable {
        case nearest = 0
        case linear = 1
        case cubic = 3
    }

    let deformation: Deformation
    let source: SIMD3<Int>
    let target: SIMD3<Int>
    /// Each slice of axis 0 by itself.
    let inSlices: Bool

    package init(_ deformation: Deformation, from source: SIMD3<Int>, to target: SIMD3<Int>, inSlices: Bool = false) {
        self.deformation = deformation
        self.source = source
        self.target = target
        self.inSlices = inSlices
    }

    /// The values of `view` (of size `source`) at the positions, into `result` (shape `target`).
    package func values(of view: VolumeView<Float>, order: Order, fill: Float, into result: UnsafeMutablePointer<Float>) {
        if order == .nearest { return nearest(of: view, fill: fill, into: result) }
        let (lower, shape) = region(margin: order == .cubic ? 2 : 1)
        let filtered = order == .linear ? [] : inSlices ? [1, 2] : [0, 1, 2]
        let grid = InterpolationGrid(view, lower: lower, shape: shape, filtered: filtered)
        if deformation.isScaling { return scaled(grid, order, fill: fill, into: result) }
        let positions = RowPositions(deformation, from: source, to: target)
        let taps = RowTaps(positions, isCubic: order == .cubic)
        forEachPiece { i, j, k in
            positions.move(to: i, j, k)
            taps.update(for: grid)
            switch (order, inSlices) {
            case (.linear, _): Self.linear(grid, taps)
            case (_, true): Self.cubicInSlice(grid, taps)
            case (_, false): Self.cubic(grid, taps)
            }
            taps.sum(fill: fill, into: result + ((i * target.y + j) * target.z + k))
        }
    }

    /// The element of `view` nearest to each position, into `result`.
    package func nearest<Element: BitwiseCopyable>(
        of view: VolumeView<Element>, fill: Element, into result: UnsafeMutablePointer<Element>
    ) {
        let positions = RowPositions(deformation, from: source, to: target)
        let part = region(margin: 1)
        view.prefetch(from: part.lower, size: part.shape)
        let (floors, pitch, origin, shape, base) = (positions.floors, positions.pitch, view.origin, view.shape, view.base)
        forEachPiece { i, j, k in
            positions.move(to: i, j, k)
            positions.round()
            let row = result + ((i * target.y + j) * target.z + k)
            for k in 0..<positions.count {
                guard floors[k] >= 0 else {
                    row[k] = fill
                    continue
                }
                let x = Int(floors[k]) &+ origin.x
                let y = Int(floors[k &+ pitch]) &+ origin.y
                let z = Int(floors[k &+ pitch &* 2]) &+ origin.z
                let isInside = x >= 0 && x < shape.x && y >= 0 && y < shape.y && z >= 0 && z < shape.z
                row[k] = isInside ? base[(x &* shape.y &+ y) &* shape.z &+ z] : view.outside
            }
        }
    }

    /// Calls `body` with the first voxel of each piece of a row, in blocks of neighbours: what they read of the source stays in the cache.
    @inline(__always)
    private func forEachPiece(_ body: (_ i: Int, _ j: Int, _ k: Int) -> Void) {
        let block = 8
        for firstI in stride(from: 0, to: target.x, by: block) {
            for firstJ in stride(from: 0, to: target.y, by: block) {
                for k in stride(from: 0, to: target.z, by: RowPositions.length) {
                    for i in firstI..<min(firstI + block, target.x) {
                        for j in firstJ..<min(firstJ + block, target.y) { body(i, j, k) }
                    }
                }
            }
        }
    }

    /// The part of the source that is read, and `margin` voxels around it.
    package func region(margin: Int) -> (lower: SIMD3<Int>, shape: SIMD3<Int>) {
        let last = source &- 1
        let (first, end) = extent(margin: Double(margin))
        let lower = pointwiseMax(.zero, pointwiseMin(last, first))
        return (lower, pointwiseMin(last, pointwiseMax(.zero, end)) &- lower &+ 1)
    }

    /// First and last voxel of that part along each axis; both may lie outside of the source.
    private func extent(margin: Double) -> (first: SIMD3<Int>, last: SIMD3<Int>) {
        var half = SIMD3(Double(target.x - 1), Double(target.y - 1), Double(target.z - 1)) / 2
        if let fields = deformation.displacements {
            for axis in 0..<3 { half[axis] += Double(fields[axis].reduce(0) { max($0, abs($1)) }) }
        }
        var (first, last) = (SIMD3<Int>(), SIMD3<Int>())
        for axis in 0..<3 {
            let reach =
                abs(deformation.rows.0[axis]) * half.x + abs(deformation.rows.1[axis]) * half.y + abs(deformation.rows.2[axis]) * half.z
                + margin
            let centre = Double(source[axis] - 1) / 2 + deformation.offset[axis]
            first[axis] = Int((centre - reach).rounded(.down))
            last[axis] = Int((centre + reach).rounded(.up))
        }
        return (first, last)
    }
}

// MARK: Beyond the ends of the source

extension DeformedSampling {
    /// As `values(of:order:fill:into:)`, the volume continued beyond its ends as `border` says.
    package func values(
        of view: VolumeView<Float>, order: Order, border: BorderMode, fill: Float, into result: UnsafeMutablePointer<Float>
    ) {
        continued(view, border) { sampling, view in sampling.values(of: view, order: order, fill: fill, into: result) }
    }

    /// The labels at the positions, the volume continued beyond its ends as `border` says: the nearest one for order 0. For the others the one
    /// whose own map, 1 on it and 0 elsewhere, reaches ½ there, and 0 where none does.
    package func labels(
        of view: VolumeView<Int32>, order: Order, border: BorderMode, fill: Int32, into result: UnsafeMutablePointer<Int32>
    ) {
        continued(view, border) { sampling, view in
            if order == .nearest { return sampling.nearest(of: view, fill: fill, into: result) }
            sampling.interpolated(view, order, fill: fill, into: result)
        }
    }

    private func interpolated(_ view: VolumeView<Int32>, _ order: Order, fill: Int32, into result: UnsafeMutablePointer<Int32>) {
        let (count, voxels) = (source.x * source.y * source.z, target.x * target.y * target.z)
        let labels = [Int32](unsafeUninitializedCapacity: count) { labels, initialized in
            if let base = labels.baseAddress { view.copy(size: source, to: base) }
            initialized = count
        }
        result.update(repeating: 0, count: voxels)
        var (map, share) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: voxels))
        for label in Set(labels).union([fill]).sorted() {
            for index in 0..<count { map[index] = labels[index] == label ? 1 : 0 }
            map.withUnsafeBufferPointer { map in
                guard let base = map.baseAddress else { return }
                values(
                    of: VolumeView(base, shape: source, size: source, outside: 0), order: order, fill: label == fill ? 1 : 0, into: &share)
            }
            for index in 0..<voxels where share[index] >= 0.5 { result[index] = label }
        }
    }

    /// Calls `body` with the volume, larger by what is read beyond its ends, and with the sampling from it.
    private func continued<Element>(
        _ view: VolumeView<Element>, _ border: BorderMode, _ body: (DeformedSampling, VolumeView<Element>) -> Void
    ) {
        guard border != .constant else { return body(self, view) }
        // What the spline filter sees counts, too.
        let (first, last) = extent(margin: Double(2 + SplineFilter.reach))
        var margin = pointwiseMax(pointwiseMax(.zero &- first, last &- (source &- 1)), .zero)
        if inSlices { margin.x = 0 }
        view.withContinuation(by: margin, border) {
            body(DeformedSampling(deformation, from: $0.size, to: target, inSlices: inSlices), $0)
        }
    }
}
