import Foundation

/// Smooths with a Gaussian that is cut off at four standard deviations (scipy's `gaussian_filter`).
package struct GaussianFilter {
    /// What lies beyond the ends of a line.
    package enum Border {
        /// The line turned over, its outermost sample repeated.
        case reflected
        case zero
    }

    let border: Border
    private let weights: [Float]

    /// - Parameter sigma: standard deviation in voxels.
    package init(sigma: Double, border: Border) {
        let radius = Int(4 * sigma + 0.5)
        let values = (-radius...radius).map { sigma > 0 ? exp(-0.5 * Double($0 * $0) / (sigma * sigma)) : 1 }
        let sum = values.reduce(0, +)
        weights = values.map { Float($0 / sum) }
        self.border = border
    }

    private var radius: Int { weights.count / 2 }

    /// Smooths `volume` in place along all axes that have more than one voxel, or along `axes`.
    package func apply(_ volume: UnsafeMutablePointer<Float>, _ shape: SIMD3<Int>, axes: [Int] = [0, 1, 2]) {
        guard radius > 0 else { return }
        let longest = max(shape.x, shape.y, shape.z)
        let room = (longest + 2 * radius) * max(shape.z, 16)
        let padded = UnsafeMutablePointer<Float>.allocate(capacity: room)
        padded.initialize(repeating: 0, count: room)
        defer { padded.deallocate() }
        for axis in axes where shape[axis] > 1 || border == .zero {
            LineFilter.forEachBundle(of: volume, shape, axis: axis) { rows, stride, count, columns in
                smooth(rows, stride, count, columns, padded)
            }
        }
    }

    private func smooth(
        _ rows: UnsafeMutablePointer<Float>, _ stride: Int, _ count: Int, _ columns: Int, _ padded: UnsafeMutablePointer<Float>
    ) {
        let radius = radius
        for index in -radius..<count + radius {
            let target = padded + (index + radius) * columns
            if let source = source(of: index, count) {
                target.update(from: rows + source * stride, count: columns)
            } else {
                target.update(repeating: 0, count: columns)
            }
        }
        weights.withUnsafeBufferPointer { weights in
            for index in 0..<count {
                let target = rows + index * stride
                let centre = padded + (index + radius) * columns
                let weight = weights[radius]
                for column in 0..<columns { target[column] = weight * centre[column] }
                for distance in 1...radius {
                    let (low, high) = (centre - distance * columns, centre + distance * columns)
                    let weight = weights[radius + distance]
                    for column in 0..<columns { target[column] += weight * (low[column] + high[column]) }
                }
            }
        }
    }

    /// The sample that stands at `index` of a line of `count`, nil for zero.
    private func source(of index: Int, _ count: Int) -> Int? {
        if 0..<count ~= index { return index }
        guard border == .reflected else { return nil }
        let period = 2 * count
        let place = ((index % period) + period) % period
        return place < count ? place : period - 1 - place
    }
}
