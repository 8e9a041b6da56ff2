import Foundation

/// Smooths with a Gaussian that is cut off at four standard deviations (scipy's `gaussian_filter`).
package struct GaussianFilter {
    /// What lies beyond the ends of a line.
    package enum Border {
        /// The line turned over, its outermost sample repeated.
        case reflected
        case zero
    }

    private typealias Lanes = SIMD16<Float>
    private typealias Samples = UnsafeMutablePointer<Float>

    private let border: Border
    /// From the middle outwards.
    private let weights: [Float]
    private let radius: Int

    /// - Parameter sigma: standard deviation in voxels.
    package init(sigma: Double, border: Border) {
        radius = Int(4 * sigma + 0.5)
        let values = (0...radius).map { sigma > 0 ? exp(-0.5 * Double($0 * $0) / (sigma * sigma)) : 1 }
        let sum = 2 * values.reduce(0, +) - values[0]
        weights = values.map { Float($0 / sum) }
        self.border = border
    }

    /// Smooths `volume` in place along all axes that have more than one voxel, or along `axes`.
    package func apply(_ volume: UnsafeMutablePointer<Float>, _ shape: SIMD3<Int>, axes: [Int] = [0, 1, 2]) {
        guard radius > 0 else { return }
        let plane = shape.y * shape.z
        let room = max((max(shape.x, shape.y) + 2 * radius) * shape.z, shape.z + 2 * radius) + Lanes.scalarCount
        withUnsafeTemporaryAllocation(of: Float.self, capacity: room) { spare in
            weights.withUnsafeBufferPointer { weights in
                guard let spare = spare.baseAddress, let weights = weights.baseAddress else { return }
                spare.initialize(repeating: 0, count: room)
                for axis in axes where shape[axis] > 1 || border == .zero {
                    switch axis {
                    case 0:
                        for j in 0..<shape.y { smooth(volume + j * shape.z, plane, shape.x, columns: shape.z, weights, spare) }
                    case 1:
                        for i in 0..<shape.x { smooth(volume + i * plane, shape.z, shape.y, columns: shape.z, weights, spare) }
                    default:
                        for row in 0..<shape.x * shape.y { smooth(volume + row * shape.z, 1, shape.z, columns: 1, weights, spare) }
                    }
                }
            }
        }
    }

    /// Smooths lines that lie side by side: `count` samples, `stride` apart.
    private func smooth(
        _ lines: Samples, _ stride: Int, _ count: Int, columns: Int, _ weights: UnsafePointer<Float>, _ spare: Samples
    ) {
        let first = spare + radius * columns
        if stride == columns {
            first.update(from: lines, count: count * columns)
        } else {
            for index in 0..<count { (first + index * columns).update(from: lines + index * stride, count: columns) }
        }
        for index in [-radius..<0, count..<count + radius].joined() {
            let target = first + index * columns
            if let source = source(of: index, count) {
                target.update(from: lines + source * stride, count: columns)
            } else {
                target.update(repeating: 0, count: columns)
            }
        }
        // A single line along a row is as many columns, each a sample further on.
        if stride == 1 && columns == 1 { return sum(first, step: 1, count, weights, into: lines) }
        for index in 0..<count { sum(first + index * columns, step: columns, columns, weights, into: lines + index * stride) }
    }

    /// The weighted sums about `count` samples that lie side by side, of samples `step` apart.
    private func sum(_ samples: Samples, step: Int, _ count: Int, _ weights: UnsafePointer<Float>, into target: Samples) {
        let lanes = Lanes.scalarCount
        func value(_ k: Int) -> Lanes {
            var value = weights[0] * load(samples + k)
            for distance in 1...radius {
                value += weights[distance] * (load(samples + (k - distance * step)) + load(samples + (k + distance * step)))
            }
            return value
        }
        for k in stride(from: 0, through: count - lanes, by: lanes) { store(value(k), target + k) }
        // The rest overlaps with what is done already; what overhangs few samples is dropped.
        if count >= lanes { return store(value(count - lanes), target + (count - lanes)) }
        let few = value(0)
        for k in 0..<count { target[k] = few[k] }
    }

    /// The sample that stands at `index` beyond a line of `count`, nil for zero.
    private func source(of index: Int, _ count: Int) -> Int? {
        guard border == .reflected else { return nil }
        let period = 2 * count
        let place = ((index % period) + period) % period
        return place < count ? place : period - 1 - place
    }

    @inline(__always)
    private func load(_ from: Samples) -> Lanes { UnsafeRawPointer(from).loadUnaligned(as: Lanes.self) }

    @inline(__always)
    private func store(_ value: Lanes, _ to: Samples) { UnsafeMutableRawPointer(to).storeBytes(of: value, as: Lanes.self) }
}
