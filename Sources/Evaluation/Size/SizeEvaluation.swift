import Boxes
import Core
import Foundation
import Support

/// Scores of the objects of one range of sizes.
public struct SizeScores: Codable, Sendable, Equatable {
    /// `small`, `medium`, `large`, or the range.
    public let name: String
    /// Sizes from `lower` (included) to `upper`; infinity for the last one.
    public let lower: Double
    public let upper: Double
    public let objects: Int
    /// Mean over the classes by the usual keys, as COCO computes it for a range of areas: objects of other sizes count neither as found nor as
    /// missed, detections of other sizes that find nothing are not wrong.
    public let scores: [String: Double]
    /// Part of the objects found by detections of any score, and by those that score at least `SizeEvaluation.operatingScore`; by IoU.
    public let sensitivity: [String: Double]
    public let sensitivityAtOperatingScore: [String: Double]

    enum CodingKeys: String, CodingKey {
        case name, lower, upper, objects, scores, sensitivity
        case sensitivityAtOperatingScore = "sensitivity_at_operating_score"
    }
}

extension SizeScores {
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try values.decode(String.self, forKey: .name), lower: try values.decode(Double.self, forKey: .lower),
            upper: try values.decodeIfPresent(Double.self, forKey: .upper) ?? .infinity,
            objects: try values.decode(Int.self, forKey: .objects), scores: try values.decode([String: Double].self, forKey: .scores),
            sensitivity: try values.decode([String: Double].self, forKey: .sensitivity),
            sensitivityAtOperatingScore: try values.decode([String: Double].self, forKey: .sensitivityAtOperatingScore))
    }

    /// Numbers alone: an end that is open is null.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(lower, forKey: .lower)
        try values.encode(upper.isFinite ? upper : nil, forKey: .upper)
        try values.encode(objects, forKey: .objects)
        try values.encode(scores, forKey: .scores)
        try values.encode(sensitivity, forKey: .sensitivity)
        try values.encode(sensitivityAtOperatingScore, forKey: .sensitivityAtOperatingScore)
    }
}

/// Scores by size of the objects: the side of the cube of an object's volume (of the square of its area in 2D), as `EvaluationCase.size(of:)`
/// computes it of the box.
public struct SizeEvaluation: Codable, Sendable, Equatable {
    public var formatVersion = 1
    /// `mm`, or `voxels` where the cases have no spacing.
    public let unit: String
    /// Detections with at least this score count for `sensitivityAtOperatingScore`.
    public let operatingScore: Double
    public let ranges: [SizeScores]

    enum CodingKeys: String, CodingKey {
        case unit, ranges
        case formatVersion = "format_version"
        case operatingScore = "operating_score"
    }

    /// - Parameters:
    ///   - cases: what was found and annotated, one per image.
    ///   - classes: number of classes, ids from 0.
    ///   - limits: ascending sizes that part the ranges; nil parts the objects into three of equal number.
    ///   - operatingScore: score from which detections are acted upon.
    ///   - maxDetections: best detections that count, per class and image.
    public init(
        _ cases: [EvaluationCase], classes: Int, limits: [Double]? = nil, operatingScore: Double, maxDetections: Int = 100
    ) throws {
        let sizes = cases.flatMap { item in item.truth.boxes.map { item.size(of: $0) } }.sorted()
        let borders = limits ?? Self.thirds(sizes)
        let edges = [0] + borders + [Double.infinity]
        let names = borders.count == 2 && limits == nil ? ["small", "medium", "large"] : zip(edges, edges.dropFirst()).map(Self.name)
        let thresholds = IoUThresholds(.fast)
        ranges = try names.enumerated().map { index, name in
            let range = edges[index]..<edges[index + 1]
            let matches = try parallelMap(cases.count) { place in
                let item = cases[place]
                let marks = ScoringMarks(
                    ignoredObjects: item.truth.boxes.map { !range.contains(item.size(of: $0)) },
                    crowds: [Bool](repeating: false, count: item.truth.count),
                    excusedDetections: item.detections.boxes.map { !range.contains(item.size(of: $0)) })
                return CaseMatches(
                    item.detections, item.truth, marks: marks, classes: classes, thresholds: thresholds.all, maxDetections: maxDetections)
            }
            var records = MatchRecords(thresholds: thresholds.all, maxDetections: maxDetections, classes: classes)
            for (item, found) in zip(cases, matches) { records.add(item.id, found) }
            let ranked = RankedRecords(records, thresholds: thresholds)
            let layout = ScoreLayout(
                thresholds, maxDetections: maxDetections, classNames: (0..<classes).map(String.init), perClass: false)
            let values = zip(layout.names, layout.values(ranked.table(perClass: false)))
            let objects = ranked.pooled.objects.reduce(0) { $0 + Int($1) }
            func found(_ iou: Double, from score: Double) -> Double {
                guard let place = thresholds.all.firstIndex(of: iou), objects > 0 else { return 0 }
                return Double(ranked.pooled.hits[place].count { ranked.pooled.scores[Int($0)] >= score }) / Double(objects)
            }
            return SizeScores(
                name: name, lower: range.lowerBound, upper: range.upperBound, objects: objects,
                scores: Dictionary(uniqueKeysWithValues: values.filter { $0.0.contains("AP_IoU") && !$0.1.isNaN }),
                sensitivity: ["0.1": found(0.1, from: -.infinity), "0.5": found(0.5, from: -.infinity)],
                sensitivityAtOperatingScore: ["0.1": found(0.1, from: operatingScore), "0.5": found(0.5, from: operatingScore)])
        }
        unit = cases.contains { $0.spacing == nil } ? "voxels" : "mm"
        self.operatingScore = operatingScore
    }

    /// Sizes that part `sorted` into three of equal number; fewer where many are the same.
    private static func thirds(_ sorted: [Double]) -> [Double] {
        guard let first = sorted.first else { return [] }
        let borders = [sorted[sorted.count / 3], sorted[2 * sorted.count / 3]]
        return borders[0] < borders[1] && borders[0] > first ? borders : borders.filter { $0 > first }.suffix(1)
    }

    private static func name(_ lower: Double, _ upper: Double) -> String {
        func text(_ value: Double) -> String { String(format: "%g", (value * 100).rounded() / 100) }
        if lower == 0, upper == .infinity { return "all" }
        return lower == 0 ? "below \(text(upper))" : upper == .infinity ? "from \(text(lower))" : "\(text(lower)) to \(text(upper))"
    }

    /// Writes `sizes_boxes.json`.
    public func write(in folder: URL) throws { try JSONFile.write(self, to: folder.appendingPathComponent("sizes_boxes.json")) }
}
