import Boxes
import Core
import Evaluation
import Testing

@Suite struct NotableFindingsTests {
    private func box(_ start: Float, _ side: Float = 10) -> Box {
        Box(lower: SIMD3(repeating: start), upper: SIMD3(repeating: start + side))
    }

    @Test func whatIsWorthLookingAt() {
        let item = EvaluationCase(
            id: "a",
            detections: Detections(
                boxes: [box(0), box(1), box(50), box(90), box(120)], scores: [0.6, 0.9, 0.3, 0.8, 0.7], labels: [0, 0, 0, 0, 1]),
            truth: GroundTruth(boxes: [box(0), box(50), box(120), box(200, 30)], labels: [0, 0, 0, 0]))
        let findings = NotableFindings([item], iou: 0.1, score: 0.5, count: 9)
        // The better score takes the object; the other detection on it is wrong.
        #expect(findings.bestHits.map(\.detection) == [1, 2] && findings.bestHits.map(\.object) == [0, 1])
        #expect(findings.worstFalsePositives.map(\.detection) == [3, 4, 0])
        #expect(findings.worstFalsePositives.map { $0.iou > 0.9 } == [false, false, true])
        // The largest first; one that a weak detection finds is missed, one that another class lies on too.
        #expect(findings.missed.map(\.object) == [3, 1, 2])
    }

    @Test func oneCaseDoesNotFillTheGallery() {
        func item(_ id: String, _ count: Int) -> EvaluationCase {
            EvaluationCase(
                id: id,
                detections: Detections(
                    boxes: (0..<count).map { box(Float(20 * $0)) },
                    scores: (0..<count).map { 0.9 - Float($0) / 100 - (id == "b" ? 0.5 : 0) },
                    labels: [Int](repeating: 0, count: count)), truth: GroundTruth())
        }
        let findings = NotableFindings([item("a", 9), item("b", 2), item("c", 2)], iou: 0.1, score: 0.5, count: 6)
        #expect(findings.worstFalsePositives.map(\.caseIndex) == [0, 2, 0, 2, 1, 1])
        #expect(NotableFindings([item("a", 9)], iou: 0.1, score: 0.5, count: 6).worstFalsePositives.count == 6)
    }
}
