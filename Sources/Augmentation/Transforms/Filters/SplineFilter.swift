import Foundation

/// Turns samples into the coefficients of the cubic B-spline through them; a line is mirrored at its outermost samples (scipy's spline
/// filter for the mode `constant`).
enum SplineFilter {
    private static let pole = 3.0.squareRoot() - 2
    /// Samples behind which the filter has forgotten what came before, to 1e-8.
    static let memory = 14

    /// Filters `volume` in place along `axes`.
    static func apply(_ volume: UnsafeMutablePointer<Float>, _ shape: SIMD3<Int>, axes: [Int]) {
        for axis in axes where shape[axis] > 1 {
            LineFilter.forEachBundle(of: volume, shape, axis: axis, filter)
        }
    }

    private static func filter(_ rows: UnsafeMutablePointer<Float>, _ stride: Int, _ count: Int, _ columns: Int) {
        let z = Float(pole)
        let first = rows
        let last = rows + (count - 1) * stride
        // The causal filter begins with the sum over the mirrored line, which is periodic.
        let period = Double(2 * count - 2)
        let reach = min(count, 2 * memory)
        let scale = Float(6 / (1 - pow(pole, period)))
        for column in 0..<columns { first[column] *= scale }
        for index in 1..<max(reach, 2) {
            let mirrored = index < count - 1 ? pow(pole, period - Double(index)) : 0
            let weight = Float((pow(pole, Double(index)) + mirrored)) * scale
            let row = rows + index * stride
            for column in 0..<columns { first[column] += weight * row[column] }
        }
        for index in 1..<count {
            let row = rows + index * stride
            let before = row - stride
            for column in 0..<columns { row[column] = 6 * row[column] + z * before[column] }
        }
        let end = Float(pole / (pole * pole - 1))
        for column in 0..<columns { last[column] = end * (z * (last - stride)[column] + last[column]) }
        for index in Swift.stride(from: count - 2, through: 0, by: -1) {
            let row = rows + index * stride
            let behind = row + stride
            for column in 0..<columns { row[column] = z * (behind[column] - row[column]) }
        }
    }
}
