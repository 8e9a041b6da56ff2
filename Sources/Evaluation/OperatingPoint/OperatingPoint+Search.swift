import Boxes
import Core

extension OperatingPoint {
    /// Chooses the thresholds on cases with annotations.
    ///
    /// Every class by itself, its detections matched to its objects as for average precision. Detections of one score stand or fall together.
    ///
    /// - Parameters:
    ///   - criterion: what the threshold of each class is chosen for.
    ///   - detections: one per scan.
    ///   - truths: likewise, in the same order and space.
    ///   - classes: number of classes.
    ///   - overlap: IoU from which a detection is a hit.
    public init(
        _ criterion: Criterion, detections: [Detections], truths: [GroundTruth], classes: Int, overlap: Double = 0.1
    ) {
        precondition(detections.count == truths.count, "one annotation per scan")
        self.init(criterion: criterion, overlap: overlap, scans: truths.count, classes: [:])
        for label in 0..<classes {
            var found: [(score: Float, isHit: Bool)] = []
            var objects = 0
            for (scan, truth) in zip(detections, truths) {
                let chosen = scan.selecting(scan.scores.fallingOrder().filter { scan.labels[$0] == label })
                let boxes = truth.boxes.indices.filter { truth.labels[$0] == label }.map { truth.boxes[$0] }
                let matching = ObjectMatching(detections: chosen.boxes, objects: boxes, thresholds: [overlap])
                objects += boxes.count
                found += zip(chosen.scores, matching.detectionHits).map { ($0, $1 != 0) }
            }
            self.classes[label] = Self.threshold(criterion, found.sorted { $0.score > $1.score }, objects: objects, scans: truths.count)
        }
    }

    /// - Parameter found: by falling score.
    private static func threshold(
        _ criterion: Criterion, _ found: [(score: Float, isHit: Bool)], objects: Int, scans: Int
    ) -> Threshold? {
        guard scans > 0 else { return nil }
        var choices: [(threshold: Threshold, f1: Double)] = []
        var hits = 0
        for (index, detection) in found.enumerated() {
            if detection.isHit { hits += 1 }
            // Only between different scores can a threshold lie.
            if index + 1 < found.count, found[index + 1].score == detection.score { continue }
            let count = index + 1
            let threshold = Threshold(
                score: detection.score, sensitivity: objects > 0 ? Double(hits) / Double(objects) : nil,
                falsePositivesPerScan: Double(count - hits) / Double(scans), precision: Double(hits) / Double(count))
            choices.append((threshold, 2 * Double(hits) / Double(count + objects)))
        }
        switch criterion {
        case .falsePositivesPerScan(let most):
            if let best = choices.last(where: { $0.threshold.falsePositivesPerScan <= most }) { return best.threshold }
            // Even the best detection is one too many: nothing that has been seen counts.
            return found.first.map {
                Threshold(score: $0.score.nextUp, sensitivity: objects > 0 ? 0 : nil, falsePositivesPerScan: 0, precision: nil)
            }
        case .sensitivity(let least):
            return (choices.first { ($0.threshold.sensitivity ?? 0) >= least } ?? choices.last)?.threshold
        case .f1:
            let most = choices.map(\.f1).max()
            return choices.first { $0.f1 == most }?.threshold
        }
    }
}
