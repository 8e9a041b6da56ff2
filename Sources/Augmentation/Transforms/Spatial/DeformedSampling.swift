import Foundation

/// Reads a volume at the positions that a deformation names, in one pass over the output.
///
/// Positions beyond the centres of the outermost voxels get the fill value (scipy's `map_coordinates`, mode `constant`).
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

    private func widened(_ value: SIMD3<Double>) -> SIMD4<Double> { SIMD4(value.x, value.y, value.z, 0) }

    /// Calls `body` with the target index and the position in the source (axes 0, 1, 2 in lanes 0, 1, 2) of every voxel.
    @inline(__always)
    private func forEachPosition(_ body: (Int, SIMD4<Double>) -> Void) {
        let rows = (widened(deformation.rows.0), widened(deformation.rows.1), widened(deformation.rows.2))
        let centre = SIMD4(Double(source.x - 1), Double(source.y - 1), Double(source.z - 1), 0) / 2
        let middle = SIMD3(Double(target.x - 1), Double(target.y - 1), Double(target.z - 1)) / 2
        func sweep(_ displacement: (Int) -> SIMD4<Double>) {
            var index = 0
            for i in 0..<target.x {
                for j in 0..<target.y {
                    let row = centre + (Double(i) - middle.x) * rows.0 + (Double(j) - middle.y) * rows.1
                    for k in 0..<target.z {
                        body(index, row + (Double(k) - middle.z) * rows.2 + displacement(index))
                        index += 1
                    }
                }
            }
        }
        guard let fields = deformation.displacements else { return sweep { _ in .zero } }
        fields[0].withUnsafeBufferPointer { d0 in
            fields[1].withUnsafeBufferPointer { d1 in
                fields[2].withUnsafeBufferPointer { d2 in
                    sweep { Double(d0[$0]) * rows.0 + Double(d1[$0]) * rows.1 + Double(d2[$0]) * rows.2 }
                }
            }
        }
    }

    private var lastIndex: SIMD4<Double> { SIMD4(Double(source.x - 1), Double(source.y - 1), Double(source.z - 1), 0) }

    /// The part of the source that is read, and enough around it for the spline filter.
    private var region: (lower: SIMD3<Int>, shape: SIMD3<Int>) {
        guard deformation.displacements == nil else { return (SIMD3(0, 0, 0), source) }
        let half = SIMD3(Double(target.x - 1), Double(target.y - 1), Double(target.z - 1)) / 2
        var (lower, shape) = (SIMD3<Int>(), SIMD3<Int>())
        let margin = Double(SplineFilter.memory)
        for axis in 0..<3 {
            let reach =
                abs(deformation.rows.0[axis]) * half.x + abs(deformation.rows.1[axis]) * half.y + abs(deformation.rows.2[axis]) * half.z
            let centre = Double(source[axis] - 1) / 2
            let last = Double(source[axis] - 1)
            lower[axis] = Int(max(0, min(last, (centre - reach - margin).rounded(.down))))
            shape[axis] = Int(min(last, max(0, (centre + reach + margin).rounded(.up)))) - lower[axis] + 1
        }
        return (lower, shape)
    }

    /// The values of `volume` (C order, shape `source`) at the positions, into `result` (shape `target`).
    package func values(
        of volume: UnsafePointer<Float>, order: Order, fill: Float, into result: UnsafeMutablePointer<Float>
    ) {
        if order == .nearest { return nearest(of: volume, fill: fill, into: result) }
        let (lower, shape) = region
        // One row before and two behind, where the four weights of a point may reach.
        let padded = SIMD3(shape.x + 3, shape.y + 3, shape.z + 3)
        let coefficients = coefficients(of: volume, lower, shape, padded, order)
        defer { coefficients.deallocate() }
        let last = lastIndex
        let shift = SIMD4(Double(lower.x), Double(lower.y), Double(lower.z), 0)
        let (plane, row) = (padded.y * padded.z, padded.z)
        let inSlices = inSlices
        forEachPosition { index, position in
            guard all(position .>= 0), all(position .<= last) else {
                result[index] = fill
                return
            }
            let local = position - shift
            let floor = local.rounded(.down)
            let (w0, w1, w2, w3) = Self.weights(order, SIMD4<Float>(local - floor))
            // The padding before the first voxel makes the place of the first weight the place of the voxel itself.
            let start = coefficients + (Int(floor.x) * plane + Int(floor.y) * row + Int(floor.z))
            let along2 = SIMD4(w0.z, w1.z, w2.z, w3.z)
            var sum = SIMD4<Float>.zero
            @inline(__always) func add(_ base: UnsafeMutablePointer<Float>, _ weight: Float) {
                let bytes = UnsafeRawPointer(base)
                sum += bytes.loadUnaligned(as: SIMD4<Float>.self) * (weight * w0.y)
                sum += (bytes + row * 4).loadUnaligned(as: SIMD4<Float>.self) * (weight * w1.y)
                sum += (bytes + row * 8).loadUnaligned(as: SIMD4<Float>.self) * (weight * w2.y)
                sum += (bytes + row * 12).loadUnaligned(as: SIMD4<Float>.self) * (weight * w3.y)
            }
            if inSlices {
                add(start + plane, 1)
            } else {
                add(start, w0.x)
                add(start + plane, w1.x)
                add(start + 2 * plane, w2.x)
                add(start + 3 * plane, w3.x)
            }
            result[index] = (sum * along2).sum()
        }
    }

    /// The element of `volume` nearest to each position, into `result`.
    package func nearest<Element: BitwiseCopyable>(
        of volume: UnsafePointer<Element>, fill: Element, into result: UnsafeMutablePointer<Element>
    ) {
        let last = lastIndex
        let (plane, row) = (source.y * source.z, source.z)
        forEachPosition { index, position in
            guard all(position .>= 0), all(position .<= last) else {
                result[index] = fill
                return
            }
            let place = (position + 0.5).rounded(.down)
            result[index] = volume[Int(place.x) * plane + Int(place.y) * row + Int(place.z)]
        }
    }

    @inline(__always)
    private static func weights(
        _ order: Order, _ t: SIMD4<Float>
    ) -> (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>, SIMD4<Float>) {
        let s = 1 - t
        guard order == .cubic else { return (.zero, s, t, .zero) }
        let sixth: Float = 1 / 6
        let (tt, ss) = (t * t, s * s)
        return (ss * s * sixth, (4 - 6 * tt + 3 * tt * t) * sixth, (4 - 6 * ss + 3 * ss * s) * sixth, tt * t * sixth)
    }

    /// A copy of the region, filtered, with its padding: mirrored at the source's ends, as the splines are.
    private func coefficients(
        of volume: UnsafePointer<Float>, _ lower: SIMD3<Int>, _ shape: SIMD3<Int>, _ padded: SIMD3<Int>, _ order: Order
    ) -> UnsafeMutablePointer<Float> {
        let region = UnsafeMutablePointer<Float>.allocate(capacity: shape.x * shape.y * shape.z)
        defer { region.deallocate() }
        for i in 0..<shape.x {
            for j in 0..<shape.y {
                let from = ((lower.x + i) * source.y + lower.y + j) * source.z + lower.z
                (region + (i * shape.y + j) * shape.z).initialize(from: volume + from, count: shape.z)
            }
        }
        if order == .cubic { SplineFilter.apply(region, shape, axes: inSlices ? [1, 2] : [0, 1, 2]) }

        let result = UnsafeMutablePointer<Float>.allocate(capacity: padded.x * padded.y * padded.z)
        func mirrored(_ index: Int, _ count: Int) -> Int {
            guard count > 1 else { return 0 }
            let period = 2 * count - 2
            let place = ((index % period) + period) % period
            return place < count ? place : period - place
        }
        for i in 0..<padded.x {
            let plane = mirrored(i - 1, shape.x) * shape.y
            for j in 0..<padded.y {
                let from = region + (plane + mirrored(j - 1, shape.y)) * shape.z
                let to = result + (i * padded.y + j) * padded.z
                (to + 1).initialize(from: from, count: shape.z)
                to[0] = from[mirrored(-1, shape.z)]
                to[shape.z + 1] = from[mirrored(shape.z, shape.z)]
                to[shape.z + 2] = from[mirrored(shape.z + 1, shape.z)]
            }
        }
        return result
    }
}
