import Boxes
import Core
import Foundation
import Support

/// How detections are to be scored.
public struct ScoringOptions: Sendable, Equatable {
    /// Names of the classes by id, for people.
    public var classNames: [String]
    /// Best detections that count, per class and image.
    public var maxDetections = 100
    /// Draws for the intervals; nil for none.
    public var bootstrap: Bootstrap? = Bootstrap()
    /// Sizes that part the ranges of the scores by size, ascending; nil: three of equal number.
    public var sizeLimits: [Double]?
    /// The original's numbers where ours are mended.
    public var referenceBehaviour = false

    public init(classNames: [String]) { self.classNames = classNames }
}

/// All that is computed from the detections of a set of cases.
public struct DetectionScores: Sendable {
    public let options: ScoringOptions
    public let records: MatchRecords
    public var result: EvaluationResult
    public let intervals: ScoreIntervals?
    public let sizes: SizeEvaluation
    /// At IoU 0.1.
    public let operatingPoint: PooledOperatingPoint
    /// At IoU 0.1.
    public let calibration: Calibration
    package let ranked: RankedRecords

    /// IoU of the operating point, the calibration, and what is shown of single cases.
    public static let iou = 0.1

    public init(_ cases: [EvaluationCase], _ options: ScoringOptions) throws {
        let classes = options.classNames.count
        var evaluator = DetectionEvaluator(
            classes: classes, mode: .full, maxDetections: options.maxDetections, referenceBehaviour: options.referenceBehaviour)
        try evaluator.add(cases)
        ranked = evaluator.ranked
        records = evaluator.records
        result = evaluator.result(ranked)
        // The original has no intervals; those of our means would not be of its numbers.
        if let bootstrap = options.bootstrap, bootstrap.resamples > 0, !options.referenceBehaviour {
            intervals = try bootstrap.intervals(ranked, maxDetections: options.maxDetections, names: (0..<classes).map(String.init))
        } else {
            intervals = nil
        }
        operatingPoint = PooledOperatingPoint(ranked, iou: Self.iou)
        calibration = Calibration(ranked, iou: Self.iou)
        sizes = try SizeEvaluation(
            cases, classes: classes, limits: options.sizeLimits, operatingScore: operatingPoint.score, maxDetections: options.maxDetections)
        self.options = options
    }

    private struct Operating: Codable {
        var formatVersion = 1
        let operatingPoint: PooledOperatingPoint
        let calibration: Calibration
        enum CodingKeys: String, CodingKey {
            case calibration
            case formatVersion = "format_version"
            case operatingPoint = "operating_point"
        }
    }

    /// Writes `results_boxes.json`, `curves_boxes.json`, `intervals_boxes.json`, `sizes_boxes.json`, `operating_boxes.json` and
    /// `records_boxes.npz`.
    public func write(in folder: URL) throws {
        try result.write(in: folder)
        try sizes.write(in: folder)
        try records.write(in: folder)
        try JSONFile.write(
            Operating(operatingPoint: operatingPoint, calibration: calibration), to: folder.appendingPathComponent("operating_boxes.json"))
        if let intervals {
            try intervals.write(in: folder)
        } else {
            // Those of an earlier evaluation are not these.
            try? FileManager.default.removeItem(at: folder.appendingPathComponent("intervals_boxes.json"))
        }
    }

    /// The scores as a table for people, with intervals, and by size.
    public var table: String {
        var lines = [result.table(labels: options.classNames, intervals: intervals)]
        let ranges = sizes.ranges.filter { $0.objects > 0 }
        if ranges.count > 1 {
            let rows = ranges.map { range in
                [
                    "\(range.name) (\(Self.text(range.lower))–\(Self.text(range.upper)) \(sizes.unit))", "\(range.objects)",
                    Self.score(range.scores[ScoreName.averagePrecision(iou: 0.1, maxDetections: options.maxDetections)]),
                    Self.score(range.sensitivity["0.1"]), Self.score(range.sensitivityAtOperatingScore["0.1"]),
                ]
            }
            let score = String(format: "%.2f", operatingPoint.score)
            lines += EvaluationResult.aligned([["size", "objects", "AP@.1", "found", "found, score ≥ \(score)"]] + rows)
        }
        return lines.joined(separator: "\n")
    }

    private static func score(_ value: Double?) -> String { value.map { String(format: "%.4f", $0) } ?? "–" }
    private static func text(_ value: Double) -> String { value.isFinite ? String(format: "%.3g", value) : "∞" }
}
