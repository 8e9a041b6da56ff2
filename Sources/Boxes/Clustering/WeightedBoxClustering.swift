/// Merges the boxes that several models found for one object into their weighted mean, class by class (Jaeger et al. 2018; spec 08).
public struct WeightedBoxClustering: Sendable {
    /// Boxes that overlap the best one by more than this IoU belong to its cluster.
    public let threshold: Float
    /// Clusters must score above this.
    public let scoreThreshold: Float

    public init(threshold: Float, scoreThreshold: Float = 0) {
        self.threshold = threshold
        self.scoreThreshold = scoreThreshold
    }

    /// - Parameters:
    ///   - weights: importance of each box beside its score.
    ///   - expected: how many boxes a complete cluster has; missing ones lower its score.
    /// - Returns: clusters by class, then by the score of their best member.
    public func cluster(
        boxes: [Box], scores: [Float], weights: [Float], labels: [Int], expected: [Float]
    ) -> (boxes: [Box], scores: [Float], labels: [Int]) {
        var groups: [Int: [Int]] = [:]
        for index in boxes.indices.sorted(by: { (scores[$0], $1) > (scores[$1], $0) }) { groups[labels[index], default: []].append(index) }
        var result: (boxes: [Box], scores: [Float], labels: [Int]) = ([], [], [])
        for label in groups.keys.sorted() {
            var remaining = groups[label] ?? []
            while let best = remaining.first {
                let cluster = merge(best, &remaining, boxes, scores, weights, expected)
                if cluster.score > scoreThreshold {
                    result.boxes.append(cluster.box)
                    result.scores.append(cluster.score)
                    result.labels.append(label)
                }
            }
        }
        return result
    }

    /// Takes the cluster of `best` out of `remaining` and merges it.
    private func merge(
        _ best: Int, _ remaining: inout [Int], _ boxes: [Box], _ scores: [Float], _ weights: [Float], _ expected: [Float]
    ) -> (box: Box, score: Float) {
        let seed = boxes[best]
        var rest: [Int] = []
        rest.reserveCapacity(remaining.count)
        var importance = 0.0
        var scored = 0.0
        var lower = SIMD3<Double>.zero
        var upper = SIMD3<Double>.zero
        var expectedSum = 0.0
        var members = 0
        for index in remaining {
            let overlap = index == best ? 1 : seed.intersectionOverUnion(boxes[index])
            guard index == best || overlap > threshold else {
                rest.append(index)
                continue
            }
            let u = Double(overlap) * Double(weights[index])
            let us = u * Double(scores[index])
            importance += u
            scored += us
            lower += us * SIMD3<Double>(boxes[index].lower)
            upper += us * SIMD3<Double>(boxes[index].upper)
            expectedSum += Double(expected[index])
            members += 1
        }
        remaining = rest
        let missing = max(0, expectedSum / Double(members) - Double(members))
        let score = importance > 0 ? scored / (importance + missing * importance / Double(members)) : 0
        guard scored > 0 else { return (seed, Float(score)) }
        return (Box(lower: SIMD3<Float>(lower / scored), upper: SIMD3<Float>(upper / scored)), Float(score))
    }
}
