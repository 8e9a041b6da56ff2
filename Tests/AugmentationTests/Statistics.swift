import Foundation
import Testing

/// What random numbers are held against: wrong by chance in one of some thousand runs, and the runs are seeded.
enum Statistics {
    /// Five standard deviations of a binomial count.
    static func expectRate(
        _ count: Int, _ probability: Double, of draws: Int, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let deviation = (Double(draws) * probability * (1 - probability)).squareRoot()
        #expect(
            abs(Double(count) - Double(draws) * probability) <= 5 * deviation, "\(what): \(count) of \(draws)",
            sourceLocation: sourceLocation)
    }

    /// Largest distance between the distribution of `values` and `distribution`, against the bound of Kolmogorov and Smirnov (p = 0.001).
    static func expect(
        _ values: [Double], _ what: String, sourceLocation: SourceLocation = #_sourceLocation, distribution: (Double) -> Double
    ) {
        let sorted = values.sorted()
        let distance =
            sorted.enumerated().map { index, value in
                let expected = distribution(value)
                return max(abs(expected - Double(index) / Double(sorted.count)), abs(expected - Double(index + 1) / Double(sorted.count)))
            }.max() ?? 1
        #expect(distance < 1.95 / Double(sorted.count).squareRoot(), "\(what): \(distance)", sourceLocation: sourceLocation)
    }

    /// Uniform: by Kolmogorov and Smirnov, and no number beyond the ends by more than single precision.
    static func expectUniform(
        _ values: [Double], _ range: ClosedRange<Double>, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let width = range.upperBound - range.lowerBound
        expect(values, what, sourceLocation: sourceLocation) { ($0 - range.lowerBound) / width }
        let (least, most) = (values.min() ?? .nan, values.max() ?? .nan)
        #expect(
            least > range.lowerBound - 1e-3 * width && most < range.upperBound + 1e-3 * width, "\(what): \(least) to \(most)",
            sourceLocation: sourceLocation)
        // Five standard deviations of the mean.
        let mean = values.reduce(0, +) / Double(values.count)
        #expect(
            abs(mean - (range.lowerBound + range.upperBound) / 2) < 5 * width / (12 * Double(values.count)).squareRoot(),
            "\(what): mean \(mean)", sourceLocation: sourceLocation)
    }

    static func expectNormal(
        _ values: [Double], mean: Double, deviation: Double, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        expect(values, what, sourceLocation: sourceLocation) { 0.5 * erfc((mean - $0) / (deviation * 2.0.squareRoot())) }
        let average = values.reduce(0, +) / Double(values.count)
        #expect(abs(average - mean) < 5 * deviation / Double(values.count).squareRoot(), "\(what)", sourceLocation: sourceLocation)
        let variance = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(values.count - 1)
        // Of a normal sample's variance, √(2/n) is the relative standard deviation.
        #expect(
            abs(variance / (deviation * deviation) - 1) < 5 * (2 / Double(values.count)).squareRoot(), "\(what)",
            sourceLocation: sourceLocation)
    }

    /// Factors of the rule of spec 05: below 1 and above 1 in halves, uniform on either side.
    static func expectFactors(
        _ values: [Double], _ range: ClosedRange<Double>, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let below = values.filter { $0 < 1 }
        expectRate(below.count, 0.5, of: values.count, "\(what) below 1", sourceLocation: sourceLocation)
        expectUniform(below, range.lowerBound...1, "\(what) below 1", sourceLocation: sourceLocation)
        expectUniform(values.filter { $0 >= 1 }, 1...range.upperBound, "\(what) above 1", sourceLocation: sourceLocation)
    }
}
