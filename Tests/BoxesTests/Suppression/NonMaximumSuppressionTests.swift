import Boxes
import Support
import Testing

@Suite struct NonMaximumSuppressionTests {
    /// The definition: a box stays unless a kept better one overlaps it too much.
    private func reference(_ boxes: [Box], _ scores: [Float], _ labels: [Int], _ threshold: Float) -> [Int] {
        var kept: [Int] = []
        for index in boxes.indices.sorted(by: { (-scores[$0], $0) < (-scores[$1], $1) })
        where !kept.contains(where: { labels[$0] == labels[index] && boxes[$0].intersectionOverUnion(boxes[index]) > threshold }) {
            kept.append(index)
        }
        return kept
    }

    @Test(arguments: [1e-5, 0.1, 0.3, 0.5, 0.6, 0.9] as [Float], [2, 3])
    func agreesWithTheDefinition(threshold: Float, dimension: Int) {
        var random = SeededGenerator(seed: 7)
        let boxes = random.boxes(300, dimension: dimension)
        // Coarse scores, so that many are equal.
        let scores = random.scores(300).map { ($0 * 40).rounded() / 40 }
        let labels = boxes.map { _ in random.integer(in: 0..<3) }
        let one = [Int](repeating: 0, count: 300)
        #expect(nonMaximumSuppression(boxes, scores: scores, threshold: threshold) == reference(boxes, scores, one, threshold))
        #expect(
            nonMaximumSuppression(boxes, scores: scores, labels: labels, threshold: threshold)
                == reference(boxes, scores, labels, threshold))
        let limited = nonMaximumSuppression(boxes, scores: scores, labels: labels, threshold: threshold, limit: 17)
        #expect(limited == Array(reference(boxes, scores, labels, threshold).prefix(17)))
    }

    @Test func ofBoxesWithoutVolumeTheBestStays() {
        let boxes = [Box(0, 0, 10, 10, 0, 10), Box(5, 5, 5, 8, 5, 8), Box(50, 50, 50, 80, 50, 80), Box(20, 20, 25, 25, 20, 25)]
        #expect(nonMaximumSuppression(boxes, scores: [0.9, 0.8, 0.7, 0.6], threshold: 0) == [0, 1, 3])
    }

    @Test func boxesThatAreNotANumberSuppressNothing() {
        let broken = Box(lower: SIMD3(repeating: .nan), upper: SIMD3(repeating: .nan))
        let box = Box(0, 0, 10, 10, 0, 10)
        #expect(nonMaximumSuppression([broken, box, broken, box], scores: [0.9, 0.8, 0.7, 0.6], threshold: 0.1) == [0, 1, 2])
    }

    @Test func nothingToSuppress() {
        #expect(nonMaximumSuppression([], scores: [], threshold: 0.5) == [])
        #expect(nonMaximumSuppression([], scores: [], labels: [], threshold: 0.5) == [])
    }

    @Test func notANumberComesLast() {
        let boxes = (0..<4).map { Box(lower: SIMD3(repeating: Float(20 * $0)), upper: SIMD3(repeating: Float(20 * $0 + 5))) }
        #expect(nonMaximumSuppression(boxes, scores: [.nan, 0.1, -0.5, 0.7], threshold: 0.5) == [3, 1, 2, 0])
        #expect(([0, -0.0, 1, -1, -.infinity, .infinity] as [Float]).fallingOrder() == [5, 2, 0, 1, 3, 4])
    }

    @Test(arguments: [0.1, 0.6] as [Float])
    func tenThousandBoxesInMilliseconds(threshold: Float) {
        var random = SeededGenerator(seed: 11)
        let boxes = random.clusteredBoxes(10_000, clusters: 800, extent: 200)
        let scores = random.scores(10_000)
        let (seconds, kept) = quickest { nonMaximumSuppression(boxes, scores: scores, threshold: threshold) }
        #expect(kept.count > 200)
        #expect(seconds < 0.5, "\(seconds) s")
    }
}
