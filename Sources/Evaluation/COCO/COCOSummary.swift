import Core
import Foundation
import Support

/// The twelve numbers of COCO's evaluation: average precision and recall at IoU 0.50 to 0.95, at all sizes and by area.
///
/// A number that no object counts for is missing (COCO prints −1). Areas are pixels; in 3D, which COCO does not know, they are left out.
public struct COCOSummary: Codable, Sendable, Equatable {
    public let scores: [String: Double]

    private enum Range: String, CaseIterable {
        case all = ""
        case small = "s"
        case medium = "m"
        case large = "l"

        var areas: ClosedRange<Double> {
            switch self {
            case .all: 0...1e10
            case .small: 0...1024
            case .medium: 1024...9216
            case .large: 9216...1e10
            }
        }
    }

    public init(_ files: COCOFiles) throws {
        var scores: [String: Double] = [:]
        func average(_ curves: [[PrecisionCurve?]], _ value: (PrecisionCurve) -> Double) -> Double? {
            let values = curves.joined().compactMap { $0 }.map(value)
            return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
        for range in Range.allCases where files.dimension == 2 || range == .all {
            let curves = try Self.curves(files, range, maxDetections: 100)
            let thresholds = IoUThresholds.coco
            scores["AP\(range.rawValue)"] = average(curves, \.average)
            scores["AR\(range.rawValue.isEmpty ? "100" : range.rawValue)"] = average(curves, \.recall)
            guard range == .all else { continue }
            scores["AP50"] = average(thresholds.places([thresholds.single[0]]).map { curves[$0] }, \.average)
            scores["AP75"] = average(thresholds.places([thresholds.single[1]]).map { curves[$0] }, \.average)
        }
        for limit in [1, 10] {
            scores["AR\(limit)"] = average(try Self.curves(files, .all, maxDetections: limit), \.recall)
        }
        self.scores = scores
    }

    private static func curves(_ files: COCOFiles, _ range: Range, maxDetections: Int) throws -> [[PrecisionCurve?]] {
        let thresholds = IoUThresholds.coco
        let classes = files.classNames.count
        let areas = range.areas
        let matches = try parallelMap(files.cases.count) { index in
            let item = files.cases[index]
            let marks = ScoringMarks(
                ignoredObjects: item.truth.boxes.indices.map { files.ignored[index][$0] || !areas.contains(files.areas[index][$0]) },
                crowds: files.crowds[index], excusedDetections: files.foundAreas[index].map { !areas.contains($0) })
            return CaseMatches(
                item.detections, item.truth, marks: marks, classes: classes, thresholds: thresholds.all, maxDetections: maxDetections)
        }
        var records = MatchRecords(thresholds: thresholds.all, maxDetections: maxDetections, classes: classes)
        for (item, found) in zip(files.cases, matches) { records.add(item.id, found) }
        return RankedRecords(records, thresholds: thresholds).precisionCurves()
    }

    /// Writes `results_coco.json`.
    public func write(in folder: URL) throws { try JSONFile.write(scores, to: folder.appendingPathComponent("results_coco.json")) }
}
