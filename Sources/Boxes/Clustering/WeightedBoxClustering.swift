/// Merges the boxes that several models found for one object into their weighted mean, class by class (Jaeger et al. 2018; spec 08).
public struct WeightedBoxClustering: Sendable {
    /// Boxes that overlap the best one by more than this IoU belong to its cluster.
    public let threshold: Float
    /// Clusters must score above this.
    public let scoreThreshold: Float
    /// How much an expected but missing box lowers the score, 0…1.
    public let missingWeight: Double
    /// Whether larger boxes count for more.
    public let weightsByVolume: Bool

    public init(threshold: Float, scoreThreshold: Float = 0, missingWeight: Double = 1, weightsByVolume: Bool = false) {
        self.threshold = threshold
        self.scoreThreshold = scoreThreshold
        self.missingWeight = missingWeight
        self.weightsByVolume = weightsByVolume
    }

    /// - Parameters:
    ///   - boxes: of all models and mirrorings, on one grid.
    ///   - scores: one per box, as all lists that follow.
    ///   - weights: importance of each box beside its score.
    ///   - labels: class of each box; only boxes of one class are merged.
    ///   - expected: how many boxes a complete cluster has; missing ones lower its score.
    /// - Returns: clusters by class, then by the score of their best member.
    public func cluster(
        boxes: [Box], scores: [Float], weights: [Float], labels: [Int], expected: [Float]
    ) -> (boxes: [Box], scores: [Float], labels: [Int]) {
        var groups: [Int: [Member]] = [:]
        for index in scores.fallingOrder() {
            groups[labels[index], default: []].append(
                Member(box: boxes[index], score: scores[index], weight: weights[index], expected: expected[index]))
        }
        var result: (boxes: [Box], scores: [Float], labels: [Int]) = ([], [], [])
        for (label, group) in groups.sorted(by: { $0.key < $1.key }) {
            for cluster in clusters(of: group) where cluster.score > scoreThreshold {
                result.boxes.append(cluster.box)
                result.scores.append(cluster.score)
                result.labels.append(label)
            }
        }
        return result
    }

    private struct Member {
        let box: Box
        let score: Float
        let weight: Float
        let expected: Float
    }

    /// The clusters of `group`, which is sorted by score.
    private func clusters(of group: [Member]) -> [(box: Box, score: Float)] {
        var result: [(box: Box, score: Float)] = []
        var members = group
        var columns = BoxColumns(capacity: members.count)
        for member in members { columns.append(member.box) }
        var isTaken = [Bool](repeating: false, count: members.count)
        var left = members.count
        var seed = 0
        var cluster: [(index: Int, overlap: Float)] = []
        while left > 0 {
            if isTaken[seed] {
                seed += 1
                continue
            }
            if left * 2 < members.count - seed {
                // Most of the rest belongs to clusters already: go on with the others alone.
                members = (seed..<members.count).filter { !isTaken[$0] }.map { members[$0] }
                isTaken = [Bool](repeating: false, count: members.count)
                columns = BoxColumns(capacity: members.count)
                for member in members { columns.append(member.box) }
                seed = 0
            }
            cluster.removeAll(keepingCapacity: true)
            cluster.append((seed, 1))
            columns.remove(at: seed)
            columns.collect(overlapping: members[seed].box, by: threshold, from: seed, into: &cluster)
            for (index, _) in cluster {
                columns.remove(at: index)
                isTaken[index] = true
            }
            left -= cluster.count
            result.append(merge(cluster, of: members))
        }
        return result
    }

    private func merge(_ cluster: [(index: Int, overlap: Float)], of members: [Member]) -> (box: Box, score: Float) {
        var importance = 0.0
        var scored = 0.0
        var lower = SIMD3<Double>.zero
        var upper = SIMD3<Double>.zero
        var expected = 0.0
        for (index, overlap) in cluster {
            let member = members[index]
            var weight = Double(overlap) * Double(member.weight)
            if weightsByVolume { weight *= Double(member.box.volume) }
            let weightedScore = weight * Double(member.score)
            importance += weight
            scored += weightedScore
            lower += weightedScore * SIMD3<Double>(member.box.lower)
            upper += weightedScore * SIMD3<Double>(member.box.upper)
            expected += Double(member.expected)
        }
        let found = Double(cluster.count)
        let missing = max(0, expected / found - found)
        // Without any importance (all weights 0) nothing speaks for the cluster.
        let score = importance > 0 ? scored / (importance + missingWeight * missing * importance / found) : 0
        guard scored > 0 else { return (members[cluster[0].index].box, Float(score)) }
        return (Box(lower: SIMD3<Float>(lower / scored), upper: SIMD3<Float>(upper / scored)), Float(score))
    }
}
