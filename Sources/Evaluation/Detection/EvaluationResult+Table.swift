import Foundation

extension EvaluationResult {
    /// The main scores as text: a row for all classes and, after a full evaluation, one per class.
    ///
    /// - Parameters:
    ///   - labels: names of the classes by id.
    ///   - intervals: adds a row below each with the intervals of its scores.
    public func table(labels: [String], intervals: ScoreIntervals? = nil) -> String {
        let names = [
            ("mAP@.1:.5", "mAP_IoU_0.10_0.50_0.05_MaxDet_"), ("AP@.1", "AP_IoU_0.10_MaxDet_"), ("AP@.5", "AP_IoU_0.50_MaxDet_"),
            ("FROC@.1", "FROC_score_IoU_0.10"), ("FROC@.5", "FROC_score_IoU_0.50"),
        ]
        func name(_ prefix: String, _ key: String) -> String { prefix + key + (key.hasSuffix("_") ? "\(maxDetections)" : "") }
        func score(_ prefix: String, _ key: String) -> String {
            guard let value = scores[name(prefix, key)] else { return "–" }
            return value.isNaN ? "nan" : String(format: "%.4f", value)
        }
        var rows = [["class", "objects", "detections"] + names.map(\.0)]
        func addRow(_ title: String, _ objects: Int, _ detections: Int, _ prefix: String) {
            rows.append([title, "\(objects)", "\(detections)"] + names.map { score(prefix, $0.1) })
            guard let intervals, names.contains(where: { intervals.intervals[name(prefix, $0.1)] != nil }) else { return }
            let ranges = names.map { item -> String in
                guard let interval = intervals.intervals[name(prefix, item.1)] else { return "–" }
                return String(format: "%.2f–%.2f", interval.lower, interval.upper)
            }
            rows.append([String(format: "  %g %% interval", 100 * intervals.confidence), "", ""] + ranges)
        }
        addRow("all", objectsPerClass.reduce(0, +), detectionsPerClass.reduce(0, +), "")
        // Only a full evaluation scores each class, and draws it.
        for label in objectsPerClass.indices where !histograms.isEmpty {
            addRow(
                labels.indices.contains(label) ? labels[label] : "\(label)", objectsPerClass[label], detectionsPerClass[label], "\(label)_")
        }
        var lines = ["\(cases) \(cases == 1 ? "case" : "cases")"] + Self.aligned(rows)
        if !classesWithoutGroundTruth.isEmpty {
            let missing = classesWithoutGroundTruth.map { labels.indices.contains($0) ? labels[$0] : "\($0)" }
            lines.append("without annotated objects, not part of the means: \(missing.joined(separator: ", "))")
        }
        if casesBeyondLimit > 0 {
            lines.append(
                "\(casesBeyondLimit) \(casesBeyondLimit == 1 ? "case has" : "cases have") more objects of a class than detections count (\(maxDetections)): "
                    + "scores cannot reach 1; raise --max-detections")
        }
        if !missingPredictions.isEmpty {
            lines.append("counted as empty, without a prediction: \(missingPredictions.joined(separator: ", "))")
        }
        if !unknownClasses.isEmpty {
            lines.append("left out, not classes of the task: \(unknownClasses.map(String.init).joined(separator: ", "))")
        }
        return lines.joined(separator: "\n")
    }

    /// Rows with columns of equal width, the first to the left, the others to the right.
    static func aligned(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, text in
                let padding = String(repeating: " ", count: widths[column] - text.count)
                return column == 0 ? text + padding : padding + text
            }.joined(separator: "  ")
        }
    }
}
