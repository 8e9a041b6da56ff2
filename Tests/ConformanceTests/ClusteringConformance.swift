import Boxes
import Foundation
import Support
import TestSupport
import Testing

/// Weighted box clustering and what the original builds on suppression for models and ensembles; scores and boxes within 1e-5, labels exactly.
@Suite struct ClusteringConformance {
    private struct Result {
        var boxes: [Box]
        var scores: [Float]
        var labels: [Int]?
        var weights: [Float]?
    }

    @Test(arguments: SeedFolder.all)
    func clustering(seed: SeedFolder) throws {
        let data = try BoxConformance.Arrays(seed, "core/wbc.npz")
        let (boxes, scores, labels) = (try data.boxes("boxes"), try data.floats("scores"), try data.integers("labels"))
        let (weights, expected) = (try data.floats("weights"), try data.floats("n_exp_preds"))
        let none = [Int](repeating: 0, count: boxes.count)

        func clustered(_ clustering: WeightedBoxClustering, _ labels: [Int]) -> Result {
            let found = clustering.cluster(boxes: boxes, scores: scores, weights: weights, labels: labels, expected: expected)
            return Result(boxes: found.boxes, scores: found.scores, labels: found.labels)
        }
        func suppressed(_ ranks: [Float], _ threshold: Float, weights: [Float]?) -> Result {
            let kept = nonMaximumSuppression(boxes, scores: ranks, labels: labels, threshold: threshold)
            return Result(
                boxes: kept.map { boxes[$0] }, scores: kept.map { scores[$0] }, labels: kept.map { labels[$0] },
                weights: weights.map { weights in kept.map { weights[$0] } })
        }
        /// Suppression of the clusters of all classes among each other.
        func exclusive(_ clusters: Result, _ threshold: Float) -> Result {
            let kept = nonMaximumSuppression(clusters.boxes, scores: clusters.scores, threshold: threshold)
            return Result(
                boxes: kept.map { clusters.boxes[$0] }, scores: kept.map { clusters.scores[$0] },
                labels: clusters.labels.map { labels in kept.map { labels[$0] } })
        }

        var largest = 0.0
        var compared = 0
        for name in data.arrays.keys.filter({ $0.hasSuffix("_scores") }).map({ String($0.dropLast(7)) }).sorted() {
            let parameters = name.components(separatedBy: "_iou")
            let numbers = (parameters.count == 2 ? parameters[1] : "").components(separatedBy: "_score").compactMap { Float($0) }
            let threshold = numbers.first ?? 0
            let clustering = WeightedBoxClustering(threshold: threshold, scoreThreshold: numbers.count > 1 ? numbers[1] : 0)
            let result: Result
            switch parameters[0] {
            case "wbc_noarea": result = clustered(clustering, none)
            case "wbc_area":
                result = clustered(
                    WeightedBoxClustering(threshold: threshold, scoreThreshold: clustering.scoreThreshold, weightsByVolume: true), none)
            case "wbc_missing0_5": result = clustered(WeightedBoxClustering(threshold: 0.3, missingWeight: 0.5), none)
            case "batched_wbc", "batched_wbc_ensemble": result = clustered(clustering, labels)
            case "wbc_nms_no_label": result = exclusive(clustered(clustering, labels), threshold)
            case "batched_nms_model": result = suppressed(scores, threshold, weights: weights)
            case "batched_weighted_nms_model":
                result = suppressed(zip(scores, weights).map { $0 * $1 }, threshold, weights: [Float](repeating: 1, count: boxes.count))
            case "batched_nms_ensemble": result = suppressed(scores, threshold, weights: nil)
            default:
                Issue.record("no comparison for \(name)")
                continue
            }
            let deviation = try difference(result, data, name)
            #expect(deviation <= 1e-5, "\(name)")
            largest = max(largest, deviation)
            compared += 1
        }
        #expect(compared > 0)
        #expect(ConformanceReport.note(family: "core", file: "core/wbc.npz", deviation: largest, tolerance: 1e-5))
    }

    private func difference(_ mine: Result, _ data: BoxConformance.Arrays, _ name: String) throws -> Double {
        if data.arrays["\(name)_labels"] != nil, mine.labels != (try data.integers("\(name)_labels")) { return .infinity }
        var largest = max(
            BoxConformance.difference(mine.scores, try data.floats("\(name)_scores")),
            BoxConformance.difference(mine.boxes.flat(), try data.floats("\(name)_boxes")))
        if data.arrays["\(name)_weights"] != nil {
            largest = max(largest, BoxConformance.difference(mine.weights ?? [], try data.floats("\(name)_weights")))
        }
        return largest
    }
}
