import Boxes
import Core
import Evaluation
import Testing

@Suite struct CaseEvaluatorTests {
    private func evaluated(_ cases: [(score: Float, positive: Bool)], targetClass: Int? = 1) -> (
        scores: [String: Double], confusion: [[Int]]
    ) {
        let box = Box(flat: [0, 0, 5, 5, 0, 5])
        var evaluator = CaseEvaluator(targetClass: targetClass)
        for (score, positive) in cases {
            // A detection and an object of another class beside it.
            evaluator.add(
                Detections(boxes: [box, box], scores: [score, 0.99], labels: [1, 0]), GroundTruth(boxes: [box], labels: [positive ? 1 : 0]))
        }
        return evaluator.result()
    }

    @Test func rankingAndThreshold() {
        let (scores, confusion) = evaluated([(0.9, true), (0.6, false), (0.4, true), (0.1, false)])
        #expect(confusion == [[1, 1], [1, 1]])
        #expect(scores["auc_case"] == 0.75)
        #expect(abs((scores["ap_case"] ?? 0) - (0.5 + 0.5 * 2 / 3)) < 1e-12)
        #expect(scores["f1_case"] == 0.5 && scores["prec_case"] == 0.5 && scores["rec_case"] == 0.5 && scores["acc_case"] == 0.5)
    }

    @Test func equalScoresAreOneOperatingPoint() {
        let (scores, _) = evaluated([(0.7, true), (0.7, false)])
        #expect(scores["auc_case"] == 0.5 && scores["ap_case"] == 0.5)
    }

    @Test func withoutTargetAnyClassCounts() {
        let (scores, confusion) = evaluated([(0.2, true), (0.1, false)], targetClass: nil)
        #expect(confusion == [[0, 0], [0, 2]])
        #expect(scores["auc_case"] == nil && scores["ap_case"] == 1 && scores["acc_case"] == 1)
    }

    @Test func withoutObjectsOnlyTheAccuracyIsDefined() {
        let (scores, confusion) = evaluated([(0.9, false), (0.1, false)])
        #expect(confusion == [[1, 1], [0, 0]])
        #expect(scores == ["acc_case": 0.5])
    }

    @Test func noCases() {
        let (scores, confusion) = CaseEvaluator().result()
        #expect(confusion == [[0, 0], [0, 0]])
        #expect(scores.isEmpty)
    }
}
