import Core
import Evaluation
import Foundation
import Imaging
import Support
import TestSupport
import Testing

@Suite struct MapTests {
    private func map(_ voxels: [Int32]) -> Volume<Int32> { Volume(shape: SIMD3(1, 1, voxels.count), voxels: voxels) }

    @Test func segmentationsByCaseAndPooled() throws {
        var evaluator = SegmentationEvaluator(classes: 2)
        try evaluator.add("a", prediction: map([1, 1, 2, 0]), truth: map([1, 0, 2, 2]))
        try evaluator.add("b", prediction: map([0, 0, 0, 0]), truth: map([1, 1, 1, 1]))
        try evaluator.add("c", prediction: map([0, 0]), truth: map([0, 0]))
        let result = evaluator.result()
        #expect(evaluator.cases.map(\.dice) == [2.0 / 3, 0, nil])
        #expect(abs((result["dice"] ?? 0) - 1.0 / 3) < 1e-12)
        #expect(abs((result["dice_cls_0"] ?? 0) - 1.0 / 3) < 1e-12 && abs((result["dice_cls_1"] ?? 0) - 2.0 / 3) < 1e-12)
        // Class 0: 1 of 2 and 5 voxels; class 1: 1 of 1 and 2.
        #expect(abs((result["pooled_dice_cls_0"] ?? 0) - 2.0 / 7) < 1e-12)
        #expect(abs((result["seg_dice"] ?? 0) - (2.0 / 7 + 2.0 / 3) / 2) < 1e-12)
        #expect(throws: Problem.self) { try evaluator.add("d", prediction: map([0]), truth: map([0, 0])) }
    }

    @Test func oneForegroundIsComparedWithAllClasses() throws {
        var evaluator = SegmentationEvaluator(classes: 1)
        try evaluator.add("a", prediction: map([1, 1, 0]), truth: map([1, 3, 2]))
        #expect(abs((evaluator.result()["seg_dice"] ?? 0) - 0.8) < 1e-12)
    }

    @Test func panopticQuality() throws {
        var evaluator = InstanceEvaluator(classes: 2)
        // 1–1: 3 of 4 voxels shared (IoU 0.75); 2: half of an object (IoU 0.5) does not match; 3: wrong class.
        try evaluator.add(
            "a", prediction: map([1, 1, 1, 0, 0, 2, 0, 3, 3]), predictedClasses: [1: 0, 2: 0, 3: 1],
            truth: map([7, 7, 7, 7, 0, 8, 8, 9, 9]),
            trueClasses: [7: 0, 8: 0, 9: 0])
        let result = evaluator.result()
        #expect(evaluator.cases[0].matched == 1 && evaluator.cases[0].predicted == 3 && evaluator.cases[0].annotated == 3)
        #expect(result["0_sq"] == 0.75 && result["0_rq"] == 0.4)
        #expect(abs((result["0_pq"] ?? 0) - 0.3) < 1e-12 && result["1_pq"] == 0 && abs((result["pq"] ?? 0) - 0.3) < 1e-12)
        // Nothing of class 1 is annotated: it is not part of the means.
        #expect(evaluator.classesWithoutObjects == [1])
        #expect(abs((result["matched_dice"] ?? 0) - 6.0 / 7) < 1e-12)
        #expect(result["0_precision"] == 0.5 && result["0_recall"] == 1.0 / 3 && result["1_recall"] == nil)
    }

    @Test func idsThatNoMapCanHoldHaveNoVoxel() throws {
        var evaluator = InstanceEvaluator(classes: 1)
        try evaluator.add(
            "a", prediction: map([1, 0]), predictedClasses: [1: 0, 9_999_999_999: 0], truth: map([1, 0]), trueClasses: [1: 0, .max: 0])
        #expect(evaluator.cases[0].predicted == 1 && evaluator.cases[0].annotated == 1 && evaluator.cases[0].matched == 1)
    }

    @Test func nothingIsNoScore() throws {
        var evaluator = InstanceEvaluator(classes: 1)
        try evaluator.add("a", prediction: map([0, 0]), predictedClasses: [:], truth: map([0, 0]), trueClasses: [:])
        #expect(evaluator.result().isEmpty)
    }
}
