import Support

/// Whether scores mean what they say: of detections that score about 0.7, seven of ten should be right.
public struct Calibration: Codable, Sendable, Equatable {
    public struct Bin: Codable, Sendable, Equatable {
        public let lower: Double
        public let upper: Double
        public let detections: Int
        public let meanScore: Double
        /// Part of the detections that found an object.
        public let precision: Double

        enum CodingKeys: String, CodingKey {
            case lower, upper, detections, precision
            case meanScore = "mean_score"
        }
    }

    public let iou: Double
    /// Bins of the score that hold any detection, ascending.
    public let bins: [Bin]
    /// Mean distance of score and precision over the detections (expected calibration error).
    public let error: Double

    package init(_ ranked: RankedRecords, iou: Double, bins count: Int = 10) {
        let ranking = ranked.pooled
        var (all, hits, sums) = ([Int](repeating: 0, count: count), [Int](repeating: 0, count: count), [Double](repeating: 0, count: count))
        func bin(_ score: Double) -> Int { Int(score * Double(count), rounded: .towardZero, clampedTo: 0...count - 1) }
        for score in ranking.scores where score.isFinite {
            all[bin(score)] += 1
            sums[bin(score)] += score
        }
        if let place = ranked.thresholds.all.firstIndex(of: iou) {
            for rank in ranking.hits[place] where ranking.scores[Int(rank)].isFinite { hits[bin(ranking.scores[Int(rank)])] += 1 }
        }
        self.iou = iou
        bins = (0..<count).filter { all[$0] > 0 }.map { index in
            Bin(
                lower: Double(index) / Double(count), upper: Double(index + 1) / Double(count), detections: all[index],
                meanScore: sums[index] / Double(all[index]), precision: Double(hits[index]) / Double(all[index]))
        }
        let total = bins.reduce(0) { $0 + $1.detections }
        error = total == 0 ? 0 : bins.reduce(0) { $0 + Double($1.detections) * abs($1.meanScore - $1.precision) } / Double(total)
    }
}
