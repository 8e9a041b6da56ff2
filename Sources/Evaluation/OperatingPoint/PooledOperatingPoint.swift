/// One score for all classes from which on detections are looked at in an evaluation, and what they are worth there at one IoU threshold.
///
/// A model has a score of its own for each class, chosen on validation cases: `OperatingPoint`.
public struct PooledOperatingPoint: Codable, Sendable, Equatable {
    public let iou: Double
    public let score: Double
    public let precision: Double
    public let sensitivity: Double
    public let falsePositivesPerImage: Double
    /// Harmonic mean of precision and sensitivity.
    public let f1: Double

    enum CodingKeys: String, CodingKey {
        case iou, score, precision, sensitivity, f1
        case falsePositivesPerImage = "false_positives_per_image"
    }

    /// The score with the best F1 at `iou`; of equal ones the highest. Without any hit: score 1, nothing found.
    package init(_ ranked: RankedRecords, iou: Double) {
        let ranking = ranked.pooled
        let objects = ranking.objects.reduce(0) { $0 + Int($1) }
        let hits = ranked.thresholds.all.firstIndex(of: iou).map { ranking.hits[$0] } ?? []
        var best: (f1: Double, rank: Int, found: Int)?
        for end in ranking.groupEnds {
            let found = hits.count(upTo: end)
            let f1 = 2 * Double(found) / Double(Int(end) + 1 + objects)
            if found > 0, f1 > best?.f1 ?? 0 { best = (f1, Int(end), found) }
        }
        self.iou = iou
        guard let best else {
            (score, precision, sensitivity, falsePositivesPerImage, f1) = (1, 0, 0, 0, 0)
            return
        }
        let kept = best.rank + 1
        score = ranking.scores[best.rank]
        precision = Double(best.found) / Double(kept)
        sensitivity = Double(best.found) / Double(max(1, objects))
        falsePositivesPerImage = Double(kept - best.found) / Double(max(1, ranking.objects.count))
        f1 = best.f1
    }
}
