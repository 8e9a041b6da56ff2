import Boxes
import Core

/// The single detections and objects that people should look at: the best hits, the worst false positives, and objects that were missed.
public struct NotableFindings: Sendable {
    public struct Finding: Sendable, Equatable {
        /// Place of its case in the list that was searched.
        public let caseIndex: Int
        /// Place of the detection in its case; nil for a missed object.
        public let detection: Int?
        /// Place of the object in its case; nil for a detection that lies on none.
        public let object: Int?
        /// Of the detection and the object, or of the detection and what it overlaps most.
        public let iou: Double
    }

    /// Hits of the highest score.
    public let bestHits: [Finding]
    /// Detections of the highest score that found nothing.
    public let worstFalsePositives: [Finding]
    /// Objects that no detection of at least `score` found, largest first.
    public let missed: [Finding]

    /// - Parameters:
    ///   - cases: what was found and annotated, one per image; `caseIndex` is the place in this list.
    ///   - iou: overlap that makes a hit.
    ///   - score: from which detections are acted upon.
    ///   - count: findings of each kind, at most; of one case at most a third of them while others are left.
    public init(_ cases: [EvaluationCase], iou: Double, score: Float, count: Int = 6) {
        var hits: [(Finding, Double)] = []
        var wrong: [(Finding, Double)] = []
        var missed: [(Finding, Double)] = []
        for (index, item) in cases.enumerated() {
            let ranked = item.detections.scores.fallingOrder()
            for label in Set(item.detections.labels + item.truth.labels).sorted() {
                let order = ranked.filter { item.detections.labels[$0] == label }
                let objects = item.truth.labels.indices.filter { item.truth.labels[$0] == label }
                let (found, overlaps) = Self.match(order, objects, item, iou: iou)
                for (place, detection) in order.enumerated() {
                    let value = Double(item.detections.scores[detection])
                    if let object = found[place] {
                        let overlap = item.detections.boxes[detection].preciseIntersectionOverUnion(item.truth.boxes[object])
                        hits.append((Finding(caseIndex: index, detection: detection, object: object, iou: overlap), value))
                    } else {
                        wrong.append((Finding(caseIndex: index, detection: detection, object: nil, iou: overlaps[place]), value))
                    }
                }
                for object in objects {
                    let finder = order.indices.first { found[$0] == object }.map { order[$0] }
                    guard finder.map({ item.detections.scores[$0] < score }) ?? true else { continue }
                    missed.append(
                        (Finding(caseIndex: index, detection: nil, object: object, iou: 0), item.size(of: item.truth.boxes[object])))
                }
            }
        }
        bestHits = Self.top(hits, count)
        worstFalsePositives = Self.top(wrong, count)
        self.missed = Self.top(missed, count)
    }

    /// The object that each detection finds, and its largest overlap with any object of its class.
    private static func match(
        _ order: [Int], _ objects: [Int], _ item: EvaluationCase, iou: Double
    ) -> (found: [Int?], overlaps: [Double]) {
        var isTaken = [Bool](repeating: false, count: objects.count)
        var found: [Int?] = []
        var overlaps: [Double] = []
        for detection in order {
            let values = objects.map { item.detections.boxes[detection].preciseIntersectionOverUnion(item.truth.boxes[$0]) }
            overlaps.append(values.max() ?? 0)
            let best = values.indices.filter { !isTaken[$0] && values[$0] >= iou }.max { values[$0] < values[$1] }
            if let best { isTaken[best] = true }
            found.append(best.map { objects[$0] })
        }
        return (found, overlaps)
    }

    private static func top(_ findings: [(finding: Finding, value: Double)], _ count: Int) -> [Finding] {
        let sorted = findings.sorted { a, b in
            a.value != b.value
                ? a.value > b.value : (a.finding.caseIndex, a.finding.detection ?? 0) < (b.finding.caseIndex, b.finding.detection ?? 0)
        }
        var (chosen, rest): ([Finding], [Finding]) = ([], [])
        var perCase: [Int: Int] = [:]
        for (finding, _) in sorted {
            if perCase[finding.caseIndex, default: 0] < max(1, count / 3) { chosen.append(finding) } else { rest.append(finding) }
            perCase[finding.caseIndex, default: 0] += 1
            if chosen.count == count { break }
        }
        return Array((chosen + rest).prefix(count))
    }
}
