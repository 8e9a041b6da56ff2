import Core

/// Order statistics with NumPy's linear interpolation, in double precision.
package enum Statistics {
    /// The `percent`-th percentile of `sorted` (ascending, not empty): linear between the two nearest values.
    package static func percentile<Value: BinaryFloatingPoint>(_ percent: Double, ofSorted sorted: [Value]) -> Double {
        let position = percent / 100 * Double(sorted.count - 1)
        let below = min(sorted.count - 1, Int(position))
        let lower = Double(sorted[below])
        guard below + 1 < sorted.count else { return lower }
        let part = position - Double(below)
        let step = Double(sorted[below + 1]) - lower
        return part < 0.5 ? lower + step * part : Double(sorted[below + 1]) - step * (1 - part)
    }

    /// The `percent`-th percentile of `values` (not empty).
    package static func percentile(_ percent: Double, of values: [Double]) -> Double { percentile(percent, ofSorted: values.sorted()) }

    package static func median(_ values: [Double]) -> Double { percentile(50, of: values) }

    /// The median along each column of `rows` (not empty, equally long).
    package static func columnMedians(_ rows: [[Double]]) -> [Double] {
        rows[0].indices.map { column in median(rows.map { $0[column] }) }
    }

    /// All statistics of foreground intensities; NaN where there are none.
    package static func intensity(of values: [Float]) -> IntensityStatistics {
        guard !values.isEmpty else {
            return IntensityStatistics(
                median: .nan, mean: .nan, std: .nan, min: .nan, max: .nan, percentile995: .nan, percentile005: .nan)
        }
        let sorted = values.sorted()
        let count = Double(sorted.count)
        let mean = sorted.reduce(0.0) { $0 + Double($1) } / count
        let variance = sorted.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
        return IntensityStatistics(
            median: percentile(50, ofSorted: sorted), mean: mean, std: variance.squareRoot(), min: Double(sorted[0]),
            max: Double(sorted[sorted.count - 1]), percentile995: percentile(99.5, ofSorted: sorted),
            percentile005: percentile(0.5, ofSorted: sorted))
    }
}
