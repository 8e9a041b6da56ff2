import Foundation

/// How often values fall into bins of equal width, or of equal ratio on a logarithmic axis.
public struct Histogram: Sendable {
    /// Ends of the bins, ascending, one more than there are bins.
    public let edges: [Double]
    public let counts: [Int]

    /// About `bins` bins over the range of `values`.
    ///
    /// - Parameters:
    ///   - values: those that are not finite are left out, on a logarithmic scale also those that are not positive.
    ///   - bins: about how many there are to be, on a logarithmic scale exactly.
    ///   - scale: bins of equal width (linear) or of equal ratio (logarithmic).
    ///   - quantum: what most values are multiples of, such as the size of a voxel; every bin of a linear scale then holds equally many multiples.
    public init(_ values: [Double], bins: Int = 40, scale: Axis.Scale = .linear, quantum: Double? = nil) {
        let values = values.filter { $0.isFinite && (scale == .linear || $0 > 0) }
        let low = values.min() ?? (scale == .linear ? 0 : 1)
        let high = values.max() ?? low
        var edges: [Double]
        switch scale {
        case .linear:
            let span = high > low ? high - low : max(1, abs(low) / 4)
            var width = Axis.niceStep(span / Double(bins))
            var shift = 0.0
            if let quantum, quantum > 0 {
                width = max(1, (width / quantum).rounded()) * quantum
                // Multiples lie within bins, not on their ends.
                shift = -quantum / 2
            }
            let first = ((low - shift) / width).rounded(.down)
            let count = max(1, Int(((high - shift) / width).rounded(.down) - first) + 1)
            edges = (0...count).map { (first + Double($0)) * width + shift }
        case .logarithmic:
            let (start, end) = high > low * 1.01 ? (log(low), log(high)) : (log(low) - 0.3, log(low) + 0.3)
            edges = (0...bins).map { exp(start + (end - start) * Double($0) / Double(bins)) }
            // Rounding must not push the largest value out.
            edges[bins] = max(edges[bins], high)
        }
        var counts = [Int](repeating: 0, count: edges.count - 1)
        for value in values {
            var (below, above) = (0, counts.count)
            while above - below > 1 {
                let middle = (below + above) / 2
                if edges[middle] <= value { below = middle } else { above = middle }
            }
            counts[below] += 1
        }
        self.edges = edges
        self.counts = counts
    }

    /// The bars of a chart.
    public var bars: [(lower: Double, upper: Double, height: Double)] {
        counts.indices.map { (edges[$0], edges[$0 + 1], Double(counts[$0])) }
    }

    /// The horizontal axis that fits.
    public func axis(_ label: String, scale: Axis.Scale = .linear) -> Axis {
        // Nothing is smaller than nothing, wherever the first bin begins.
        let range = (edges[0] < 0 && edges[0] > -edges[edges.count - 1] / 10 ? 0 : edges[0])...edges[edges.count - 1]
        return scale == .linear ? .linear(label, range) : .logarithmic(label, range)
    }
}

extension Axis {
    /// A vertical axis of counts; a logarithmic one begins below one, so that a single one is seen.
    public static func counts(_ label: String, upTo largest: Int, scale: Scale = .linear) -> Axis {
        let largest = Double(max(1, largest))
        return scale == .linear
            ? .linear(label, 0...largest * 1.05, isWhole: true) : .logarithmic(label, 0.5...max(2, largest * 1.2))
    }
}
