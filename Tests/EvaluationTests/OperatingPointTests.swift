import Boxes
import Core
import Evaluation
import Support
import Testing

@Suite struct OperatingPointTests {
    private let object = Box(lower: SIMD3(0, 0, 0), upper: SIMD3(10, 10, 10))

    private func box(_ index: Int) -> Box { Box(lower: SIMD3(Float(100 * index), 0, 0), upper: SIMD3(Float(100 * index + 10), 10, 10)) }

    /// Two scans with two objects each; by falling score: hit .9, false .8, hit .7, hit .5 and false .5 (tied), false .3; one object is missed.
    private var found: (detections: [Detections], truths: [GroundTruth]) {
        (
            [
                Detections(boxes: [box(0), box(5), box(1)], scores: [0.9, 0.8, 0.7], labels: [0, 0, 0]),
                Detections(boxes: [box(0), box(6), box(7)], scores: [0.5, 0.5, 0.3], labels: [0, 0, 0]),
            ], [GroundTruth(boxes: [box(0), box(1)], labels: [0, 0]), GroundTruth(boxes: [box(0), box(2)], labels: [0, 0])]
        )
    }

    private func point(_ criterion: OperatingPoint.Criterion, classes: Int = 1) -> OperatingPoint {
        OperatingPoint(criterion, detections: found.detections, truths: found.truths, classes: classes)
    }

    @Test func falsePositivesPerScan() throws {
        let half = try #require(point(.falsePositivesPerScan(0.5)).classes[0])
        #expect(half.score == 0.7 && half.sensitivity == 0.5 && half.falsePositivesPerScan == 0.5 && half.precision == 2.0 / 3)
        // The tied hit comes only together with its false positive.
        #expect(try #require(point(.falsePositivesPerScan(0.9)).classes[0]).score == 0.7)
        #expect(try #require(point(.falsePositivesPerScan(1)).classes[0]).score == 0.5)
        #expect(try #require(point(.falsePositivesPerScan(10)).classes[0]).score == 0.3)
        #expect(try #require(point(.falsePositivesPerScan(0)).classes[0]).score == 0.9)
    }

    @Test func sensitivityAndF1() throws {
        #expect(try #require(point(.sensitivity(0.75)).classes[0]).score == 0.5)
        #expect(try #require(point(.sensitivity(0.2)).classes[0]).score == 0.9)
        // Out of reach: everything counts.
        #expect(try #require(point(.sensitivity(1)).classes[0]).score == 0.3)
        // F1: .4, .33, .57, .67, .6.
        #expect(try #require(point(.f1).classes[0]).score == 0.5)
    }

    @Test func nothingCountsWhereTheBestIsTooMuch() throws {
        let wrong = Detections(boxes: [box(9)], scores: [0.6], labels: [0])
        let point = OperatingPoint(.falsePositivesPerScan(0.5), detections: [wrong], truths: [GroundTruth()], classes: 2)
        let threshold = try #require(point.classes[0])
        #expect(threshold.score > 0.6 && threshold.falsePositivesPerScan == 0 && threshold.sensitivity == nil)
        #expect(point.classes[1] == nil)
    }

    @Test func textAndFile() throws {
        for text in ["fp-per-scan=1", "fp-per-scan=0.25", "sensitivity=0.9", "f1"] {
            #expect(OperatingPoint.Criterion(text)?.description == text)
        }
        for text in ["", "f1=1", "sensitivity", "sensitivity=0", "sensitivity=2", "fp-per-scan=-1", "fp-per-scan=x"] {
            #expect(OperatingPoint.Criterion(text) == nil)
        }
        let point = point(.f1)
        #expect(try JSONFile.decode(OperatingPoint.self, from: JSONFile.encode(point), named: "test") == point)
    }
}
