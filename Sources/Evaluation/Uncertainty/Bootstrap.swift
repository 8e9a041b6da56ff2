import Foundation
import Support

/// Draws as many cases as there are, with replacement, again and again, to see how much a score depends on which cases there happened to be.
public struct Bootstrap: Sendable, Equatable {
    /// Draws.
    public var resamples: Int
    public var seed: UInt64
    /// Part of the draws that lies within an interval.
    public var confidence: Double

    public init(resamples: Int = 1000, seed: UInt64 = 0, confidence: Double = 0.95) {
        self.resamples = resamples
        self.seed = seed
        self.confidence = confidence
    }

    /// How often each of `cases` cases is drawn in draw `index`; the same for any number of threads.
    package func weights(_ index: Int, cases: Int) -> [Int32] {
        var random = SeededGenerator(seed: seed).split(UInt64(index))
        var weights = [Int32](repeating: 0, count: cases)
        for _ in 0..<cases { weights[Int(random.next(upperBound: UInt64(cases)))] += 1 }
        return weights
    }

    /// The interval that holds `confidence` of `values`, those that are not numbers left out; nil where fewer than half of them are.
    func interval(_ values: [Double]) -> (lower: Double, upper: Double)? {
        let sorted = values.filter { !$0.isNaN }.sorted()
        guard !sorted.isEmpty, 2 * sorted.count >= values.count else { return nil }
        // Linear between the order statistics, as NumPy's percentiles.
        func quantile(_ part: Double) -> Double {
            let place = part * Double(sorted.count - 1)
            let below = Int(place)
            let above = min(below + 1, sorted.count - 1)
            return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
        }
        return (quantile((1 - confidence) / 2), quantile((1 + confidence) / 2))
    }
}
