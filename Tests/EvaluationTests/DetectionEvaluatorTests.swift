import Boxes
import Core
import Evaluation
import Foundation
import TestSupport
import Testing

@Suite struct DetectionEvaluatorTests {
    private func box(_ numbers: Float...) -> Box { Box(flat: numbers) }

    /// The example of spec 09.
    private func specExample(_ mode: DetectionEvaluator.Mode, classes: Int = 1, referenceBehaviour: Bool = false) -> EvaluationResult {
        var evaluator = DetectionEvaluator(classes: classes, mode: mode, referenceBehaviour: referenceBehaviour)
        evaluator.add(
            Detections(
                boxes: [box(1, 1, 11, 11, 1, 11), box(20, 20, 30, 30, 20, 30), box(40, 40, 48, 50, 40, 50)], scores: [0.9, 0.8, 0.7],
                labels: [0, 0, 0]),
            GroundTruth(boxes: [box(0, 0, 10, 10, 0, 10), box(40, 40, 50, 50, 40, 50)], labels: [0, 0]))
        evaluator.add(Detections(boxes: [box(1, 1, 11, 11, 1, 11)], scores: [0.8], labels: [0]), GroundTruth())
        return evaluator.result()
    }

    private func expectSpecScores(_ result: EvaluationResult, prefix: String = "") {
        for key in ["AP_IoU_0.10_MaxDet_100", "AP_IoU_0.50_MaxDet_100", "mAP_IoU_0.10_0.50_0.05_MaxDet_100"] {
            #expect(abs((result.scores[prefix + key] ?? 0) - 0.7524752) < 5e-8, "\(key)")
        }
        #expect(abs((result.scores[prefix + "FROC_score_IoU_0.10"] ?? 0) - 0.7857143) < 5e-8)
        #expect(result.curves[prefix + "FROC_curve_IoU_0.50"] == [0.5, 0.5, 0.5, 1, 1, 1, 1])
    }

    @Test func specVectorFast() {
        let result = specExample(.fast)
        expectSpecScores(result)
        #expect(
            Set(result.scores.keys) == [
                "AP_IoU_0.10_MaxDet_100", "AP_IoU_0.50_MaxDet_100", "mAP_IoU_0.10_0.50_0.05_MaxDet_100", "FROC_score_IoU_0.10",
                "FROC_score_IoU_0.50",
            ])
        #expect(result.curves["FROC_fpi_thresholds"] == [0.125, 0.25, 0.5, 1, 2, 4, 8])
        #expect(result.histograms.isEmpty && result.cases == 2)
    }

    @Test func fullModeScoresEachClass() {
        let result = specExample(.full)
        expectSpecScores(result)
        expectSpecScores(result, prefix: "0_")
        #expect(result.scores.count == 2 * (9 + 9 + 1))
        #expect(result.scores["AP_IoU_0.90_MaxDet_100"] == 0)
        // No hit at all: 0 where the original has NaN.
        #expect(result.scores["FROC_score_IoU_0.90"] == 0)
        #expect(specExample(.full, referenceBehaviour: true).scores["FROC_score_IoU_0.90"]?.isNaN == true)
    }

    @Test func classesWithoutObjectsStayOutOfTheMean() {
        let result = specExample(.full, classes: 2)
        expectSpecScores(result)
        #expect(result.classesWithoutGroundTruth == [1])
        #expect(result.scores["1_AP_IoU_0.10_MaxDet_100"] == nil)
        #expect(result.scores["1_FROC_score_IoU_0.10"] == nil)
        let original = specExample(.full, classes: 2, referenceBehaviour: true)
        #expect(abs((original.scores["AP_IoU_0.10_MaxDet_100"] ?? 0) - (0.7524752 - 1) / 2) < 5e-8)
        #expect(original.scores["1_froc_score"] == 0 && original.scores["1_FROC_score_IoU_0.10"] == nil)
    }

    @Test(arguments: [DetectionEvaluator.Mode.fast, .full]) func withoutAnyObjectNoScoreIsDefined(mode: DetectionEvaluator.Mode) {
        var evaluator = DetectionEvaluator(classes: 2, mode: mode)
        #expect(evaluator.result().scores.isEmpty)
        evaluator.add(Detections(boxes: [box(0, 0, 5, 5, 0, 5)], scores: [0.5], labels: [0]), GroundTruth())
        #expect(evaluator.result().scores.isEmpty)
        // Objects that nothing finds are another matter.
        evaluator.add(Detections(), GroundTruth(boxes: [box(0, 0, 5, 5, 0, 5)], labels: [0]))
        #expect(evaluator.result().scores["AP_IoU_0.10_MaxDet_100"] == 0 && evaluator.result().scores["FROC_score_IoU_0.10"] == 0)
    }

    /// 11 of 85 false positives in 88 images are 1/8 per image exactly; 11 / 85 · 85 / 88 is rounded to more.
    @Test func pointsOnARateAreDecidedByCounts() {
        let object = box(0, 0, 10, 10, 0, 10)
        func curve(referenceBehaviour: Bool) -> [Double]? {
            var evaluator = DetectionEvaluator(classes: 1, mode: .full, referenceBehaviour: referenceBehaviour)
            for index in 0..<88 {
                // 11 false positives first, then 44 objects found, then 74 false positives more.
                let found: [(Box, Float)] = [
                    index < 11 ? (box(50, 50, 60, 60, 50, 60), 0.9) : nil, index < 44 ? (object, 0.5) : nil,
                    index >= 14 ? (box(80, 80, 90, 90, 80, 90), 0.1) : nil,
                ].compactMap { $0 }
                evaluator.add(
                    Detections(boxes: found.map(\.0), scores: found.map(\.1), labels: found.map { _ in 0 }),
                    GroundTruth(boxes: index < 44 ? [object] : [], labels: index < 44 ? [0] : []))
            }
            return evaluator.result().curves["FROC_curve_IoU_0.10"]
        }
        #expect(curve(referenceBehaviour: false)?.first == 1)
        #expect(curve(referenceBehaviour: true)?.first.map { $0 < 1e-9 } == true)
    }

    @Test func theBestDetectionsOfEachClassCount() {
        let object = box(0, 0, 10, 10, 0, 10)
        let far = box(50, 50, 60, 60, 50, 60)
        func score(maxDetections: Int) -> Double? {
            var evaluator = DetectionEvaluator(classes: 2, mode: .fast, maxDetections: maxDetections)
            evaluator.add(
                Detections(boxes: [far, far, object, object], scores: [0.9, 0.8, 0.1, 0.05], labels: [0, 0, 0, 1]),
                GroundTruth(boxes: [object, object], labels: [0, 1]))
            return evaluator.result().scores["AP_IoU_0.10_MaxDet_\(maxDetections)"]
        }
        #expect(abs((score(maxDetections: 3) ?? 0) - (1.0 / 3 + 1) / 2) < 1e-9)
        #expect(abs((score(maxDetections: 2) ?? 0) - 0.5) < 1e-9)
    }

    @Test func eachObjectIsFoundOnce() {
        let object = box(0, 0, 10, 10, 0, 10)
        var evaluator = DetectionEvaluator(classes: 1, mode: .full)
        evaluator.add(
            Detections(boxes: [object, object], scores: [0.9, 0.8], labels: [0, 0]), GroundTruth(boxes: [object, object], labels: [0, 0]))
        evaluator.add(Detections(boxes: [object, object], scores: [0.7, 0.6], labels: [0, 0]), GroundTruth(boxes: [object], labels: [0]))
        let histogram = evaluator.result().histograms.first { $0.classID == nil && $0.iou == 0.5 }
        #expect(histogram?.truePositives.reduce(0, +) == 3)
        #expect(histogram?.falsePositives.firstIndex(of: 1) == 30 && histogram?.missed == 0)
    }

    @Test func histogramsCountScoresAndMisses() throws {
        let object = box(0, 0, 10, 10, 0, 10)
        var evaluator = DetectionEvaluator(classes: 2, mode: .full)
        evaluator.add(
            Detections(boxes: [object, object], scores: [1, 0], labels: [0, 1]), GroundTruth(boxes: [object, object], labels: [0, 0]))
        let histograms = evaluator.result().histograms
        #expect(histograms.count == 2 * 3)
        let all = try #require(histograms.first { $0.classID == nil && $0.iou == 0.1 })
        #expect(all.truePositives[49] == 1 && all.falsePositives[0] == 1 && all.missed == 1)
        #expect(histograms.first { $0.classID == 1 && $0.iou == 0.1 }?.missed == 0)
    }

    @Test func unknownClassesAreLeftOutAndNamed() {
        var evaluator = DetectionEvaluator(classes: 1, mode: .fast)
        evaluator.add(
            Detections(boxes: [box(0, 0, 9, 9, 0, 9)], scores: [0.5], labels: [3]), GroundTruth(boxes: [box(0, 0, 9, 9, 0, 9)], labels: [2])
        )
        #expect(evaluator.result().unknownClasses == [2, 3])
        #expect(evaluator.result().table(labels: ["lesion"]).contains("not classes of the task: 2, 3"))
    }

    @Test func tableNamesTheClasses() {
        let table = specExample(.full, classes: 2).table(labels: ["nodule", "cyst"])
        let lines = table.split(separator: "\n").map(String.init)
        #expect(lines.first == "2 cases")
        #expect(lines.contains { $0.hasPrefix("nodule") && $0.contains("0.7525") && $0.contains("0.7857") })
        #expect(lines.last == "without annotated objects, not part of the means: cyst")
        #expect(Set(lines[1...4].map(\.count)).count == 1)
    }

    @Test func filesHoldNumbers() throws {
        try withTemporaryFolder { folder in
            let result = specExample(.full)
            try result.write(in: folder)
            let object = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appendingPathComponent("results_boxes.json")))
            let scores = try #require(object as? [String: Double])
            #expect(scores.mapValues { Float($0) } == result.scores.mapValues { Float($0) })
            #expect(try EvaluationResult.read(in: folder) == result)
        }
    }
}
