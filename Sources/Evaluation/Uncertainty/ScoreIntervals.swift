import Foundation
import Support

/// Scores with the intervals that a bootstrap over cases gives.
public struct ScoreIntervals: Codable, Sendable, Equatable {
    public struct Interval: Codable, Sendable, Equatable {
        /// The score of all cases.
        public let value: Double
        public let lower: Double
        public let upper: Double
    }

    public var formatVersion = 1
    public let resamples: Int
    public let seed: UInt64
    public let confidence: Double
    public let cases: Int
    /// By the keys of the scores; points of FROC curves as `sensitivity_IoU_…_FPPI_…`.
    public let intervals: [String: Interval]

    enum CodingKeys: String, CodingKey {
        case resamples, seed, confidence, cases, intervals
        case formatVersion = "format_version"
    }

    /// The score `name` with its interval, as `0.812 (0.74–0.87)`.
    public func text(_ name: String) -> String? {
        intervals[name].map { String(format: "%.3f (%.2f–%.2f)", $0.value, $0.lower, $0.upper) }
    }

    /// Writes `intervals_<name>.json`.
    public func write(in folder: URL, name: String = "boxes") throws {
        try JSONFile.write(self, to: folder.appendingPathComponent("intervals_\(name).json"))
    }

    /// Reads what `write` wrote.
    public static func read(in folder: URL, name: String = "boxes") throws -> ScoreIntervals {
        try JSONFile.read(from: folder.appendingPathComponent("intervals_\(name).json"))
    }
}

extension Bootstrap {
    /// Intervals of average precision, FROC score and sensitivity at each rate, over all classes and of each.
    ///
    /// - Parameter names: classes as they stand in the keys.
    package func intervals(_ ranked: RankedRecords, maxDetections: Int, names: [String]) throws -> ScoreIntervals {
        let layout = ScoreLayout(ranked.thresholds, maxDetections: maxDetections, classNames: names, perClass: true)
        let cases = ranked.pooled.objects.count
        let observed = layout.values(ranked.table(perClass: true))
        let draws =
            cases == 0
            ? []
            : try parallelMap(resamples) { index in
                layout.values(ranked.table(weights: weights(index, cases: cases), perClass: true))
            }
        var intervals: [String: ScoreIntervals.Interval] = [:]
        for (place, name) in layout.names.enumerated() where !observed[place].isNaN {
            guard let (lower, upper) = interval(draws.map { $0[place] }) else { continue }
            intervals[name] = .init(value: observed[place], lower: lower, upper: upper)
        }
        return ScoreIntervals(resamples: resamples, seed: seed, confidence: confidence, cases: cases, intervals: intervals)
    }
}
