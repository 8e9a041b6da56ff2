import Boxes
import Support
import Testing

@Suite struct WeightedBoxClusteringTests {
    private let boxes = [Box(0, 0, 10, 10, 0, 10), Box(1, 1, 11, 11, 1, 11), Box(20, 20, 30, 30, 20, 30)]

    private func cluster(_ clustering: WeightedBoxClustering, labels: [Int] = [0, 0, 0], weights: [Float] = [1, 0.8, 1]) -> (
        boxes: [Box], scores: [Float], labels: [Int]
    ) {
        clustering.cluster(boxes: boxes, scores: [0.9, 0.6, 0.5], weights: weights, labels: labels, expected: [4, 4, 4])
    }

    @Test func specVector() throws {
        let result = cluster(WeightedBoxClustering(threshold: 0.1))
        #expect(result.labels == [0, 0])
        let merged = try #require(result.boxes.first)
        let expected: [Float] = [0.2342, 0.2342, 10.2342, 10.2342, 0.2342, 10.2342]
        #expect(zip(merged.flat(), expected).allSatisfy { abs($0 - $1) < 5e-5 })
        #expect(abs(result.scores[0] - 0.4028) < 5e-5)
        #expect(result.boxes[1] == boxes[2] && abs(result.scores[1] - 0.125) < 1e-6)
    }

    @Test func classesStayApart() {
        let result = cluster(WeightedBoxClustering(threshold: 0.1), labels: [2, 1, 1])
        #expect(result.labels == [1, 1, 2])
        #expect(result.boxes == [boxes[1], boxes[2], boxes[0]])
    }

    @Test func weakClustersAreDropped() {
        #expect(cluster(WeightedBoxClustering(threshold: 0.1, scoreThreshold: 0.2)).scores.count == 1)
        #expect(cluster(WeightedBoxClustering(threshold: 0.1, scoreThreshold: 0.5)).scores.isEmpty)
    }

    @Test func missingMembersLowerTheScore() {
        let forgiving = cluster(WeightedBoxClustering(threshold: 0.1, missingWeight: 0))
        #expect(abs(forgiving.scores[1] - 0.5) < 1e-6)
        // More members than expected raise nothing.
        let crowded = WeightedBoxClustering(threshold: 0.1).cluster(
            boxes: [boxes[0], boxes[0]], scores: [0.5, 0.5], weights: [1, 1], labels: [0, 0], expected: [1, 1])
        #expect(crowded.scores == [0.5])
    }

    @Test func largerBoxesCountForMoreWhereAsked() {
        let pair = [Box(0, 0, 10, 10, 0, 10), Box(0, 0, 10, 10, 0, 8)]
        func score(_ byVolume: Bool) -> Float {
            WeightedBoxClustering(threshold: 0.1, weightsByVolume: byVolume)
                .cluster(boxes: pair, scores: [0.9, 0.1], weights: [1, 1], labels: [0, 0], expected: [2, 2]).scores[0]
        }
        #expect(abs(score(false) - (0.9 + 0.8 * 0.1) / 1.8) < 1e-6)
        #expect(abs(score(true) - (0.9 + 0.64 * 0.1) / 1.64) < 1e-6)
    }

    @Test func unweightedBoxesScoreNothing() {
        #expect(cluster(WeightedBoxClustering(threshold: 0.1), weights: [0, 0, 0]).scores.isEmpty)
        #expect(WeightedBoxClustering(threshold: 0.1).cluster(boxes: [], scores: [], weights: [], labels: [], expected: []).boxes.isEmpty)
    }

    @Test func boxesThatAreNotANumberStandAlone() {
        let broken = Box(lower: SIMD3(repeating: .nan), upper: SIMD3(repeating: .nan))
        let result = WeightedBoxClustering(threshold: 0.1).cluster(
            boxes: [broken, boxes[0], broken], scores: [0.9, 0.8, 0.7], weights: [1, 1, 1], labels: [0, 0, 0], expected: [1, 1, 1])
        #expect(result.scores == [0.9, 0.8, 0.7])
    }

    @Test func fiveThousandBoxesInMilliseconds() {
        var random = SeededGenerator(seed: 13)
        let boxes = random.clusteredBoxes(5000, clusters: 400, extent: 200)
        let scores = random.scores(5000)
        let labels = boxes.map { _ in random.integer(in: 0..<2) }
        let ones = [Float](repeating: 1, count: 5000)
        let (seconds, result) = quickest {
            WeightedBoxClustering(threshold: 0.5).cluster(boxes: boxes, scores: scores, weights: ones, labels: labels, expected: ones)
        }
        #expect(result.boxes.count > 300)
        #expect(seconds < 0.3, "\(seconds) s")
    }
}
