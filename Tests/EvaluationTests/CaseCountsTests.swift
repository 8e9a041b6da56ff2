import Boxes
import Core
import Evaluation
import Testing

/// Cases are counted as scores count them.
@Suite struct CaseCountsTests {
    private static func box(_ at: Float) -> Box { Box(lower: SIMD3(at, at, at), upper: SIMD3(at + 8, at + 8, at + 8)) }

    private func counts(_ found: [(Float, Float, Int)], _ truth: [(Float, Int)], score: Double = 0.5, limit: Int = 100) -> CaseCounts {
        CaseCounts(
            EvaluationCase(
                id: "a", detections: Detections(boxes: found.map { Self.box($0.0) }, scores: found.map(\.1), labels: found.map(\.2)),
                truth: GroundTruth(boxes: truth.map { Self.box($0.0) }, labels: truth.map(\.1))), iou: 0.1, score: score, classes: 2,
            maxDetections: limit)
    }

    @Test func aSecondDetectionOfAnObjectIsWrong() {
        let found = counts([(0, 0.9, 0), (1, 0.85, 0), (30, 0.6, 0), (30, 0.4, 0)], [(0, 0), (30, 0), (60, 0)])
        #expect(found.objects == 3 && found.found == 2 && found.missed == 1 && found.falsePositives == 1)
        #expect(found.highestFalsePositive == 0.85)
        #expect(counts([(0, 0.9, 0)], []).falsePositives == 1 && counts([], [(0, 0)]).highestFalsePositive == nil)
    }

    /// Objects of two classes in one place are found by detections of their own class each.
    @Test func classesAreTakenApart() {
        let both = counts([(0, 0.9, 0), (1, 0.8, 1)], [(0, 0), (1, 1)])
        #expect(both.found == 2 && both.falsePositives == 0)
        #expect(counts([(0, 0.9, 1)], [(0, 0)]).falsePositives == 1)
    }

    @Test func onlyTheBestCount() {
        #expect(counts([(0, 0.9, 0), (30, 0.8, 0)], [(30, 0)], limit: 1) == counts([(0, 0.9, 0)], [(30, 0)]))
        // The score itself counts.
        #expect(counts([(0, 0.5, 0)], [(0, 0)]).found == 1)
    }
}
