import Boxes
import Core

/// Judges whole cases: does a case hold an object (of `targetClass`), by the best score of its detections (spec 09).
public struct CaseEvaluator: Sendable {
    /// The class that decides, nil for any.
    public let targetClass: Int?
    private var scores: [Double] = []
    private var truths: [Bool] = []

    public init(targetClass: Int? = nil) { self.targetClass = targetClass }

    public mutating func add(_ detections: Detections, _ truth: GroundTruth) {
        func counts(_ label: Int) -> Bool { targetClass.map { $0 == label } ?? true }
        var best: Float = 0
        for (score, label) in zip(detections.scores, detections.labels) where counts(label) { best = max(best, score) }
        scores.append(Double(best))
        truths.append(truth.labels.contains(where: counts))
    }

    /// `auc_case`, `ap_case`, and at score 0.5 `f1_case`, `prec_case`, `rec_case`, `acc_case`; `cfm_case` is [[tn, fp], [fn, tp]].
    /// What is undefined is left out: the AUC where all cases have an object or none, and all but the accuracy where none has one.
    public func result() -> (scores: [String: Double], confusion: [[Int]]) {
        var confusion = [[0, 0], [0, 0]]
        for (score, truth) in zip(scores, truths) { confusion[truth ? 1 : 0][score > 0.5 ? 1 : 0] += 1 }
        let (falsePositives, hits) = (Double(confusion[0][1]), Double(confusion[1][1]))
        let misses = Double(confusion[1][0])
        func ratio(_ a: Double, _ b: Double) -> Double { b > 0 ? a / b : 0 }
        let ranking = CaseRanking(scores, truths)
        var results: [String: Double] = [:]
        if !scores.isEmpty { results["acc_case"] = (hits + Double(confusion[0][0])) / Double(scores.count) }
        guard truths.contains(true) else { return (results, confusion) }
        results["ap_case"] = ranking.averagePrecision
        if truths.contains(false) { results["auc_case"] = ranking.areaUnderROC }
        results["f1_case"] = ratio(2 * hits, 2 * hits + falsePositives + misses)
        results["prec_case"] = ratio(hits, hits + falsePositives)
        results["rec_case"] = ratio(hits, hits + misses)
        return (results, confusion)
    }
}

/// Binary labels ranked by score; equal scores are one operating point.
private struct CaseRanking {
    /// Cumulated counts by falling score, from (0, 0).
    private var points: [(wrong: Double, found: Double)] = [(0, 0)]

    init(_ scores: [Double], _ truths: [Bool]) {
        let order = scores.indices.sorted { scores[$0] > scores[$1] }
        var (wrong, found) = (0.0, 0.0)
        for (place, index) in order.enumerated() {
            if truths[index] { found += 1 } else { wrong += 1 }
            guard place + 1 == order.count || scores[order[place + 1]] != scores[index] else { continue }
            points.append((wrong, found))
        }
    }

    var areaUnderROC: Double {
        guard let last = points.last, last.wrong > 0, last.found > 0 else { return .nan }
        let area = zip(points, points.dropFirst()).reduce(0) { $0 + ($1.1.wrong - $1.0.wrong) * ($1.1.found + $1.0.found) / 2 }
        return area / last.wrong / last.found
    }

    var averagePrecision: Double {
        guard let last = points.last, last.found > 0 else { return 0 }
        return zip(points, points.dropFirst()).reduce(0) { sum, step in
            let (before, after) = step
            return sum + (after.found - before.found) / last.found * after.found / (after.found + after.wrong)
        }
    }
}
