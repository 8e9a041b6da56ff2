import Boxes
import Core
import Evaluation
import Testing

@Suite struct SizeTests {
    /// The box of an object of `side` mm; by the box rule it is a voxel larger.
    private func cube(_ start: Float, _ side: Float) -> Box {
        Box(lower: SIMD3(start, 0, 0), upper: SIMD3(start + side / 2 + 1, side + 1, side + 1))
    }

    /// Objects of 5, 10 and 20 mm (2 mm per voxel along axis 0); the small one is missed, beside it lies a small false positive.
    private var item: EvaluationCase {
        EvaluationCase(
            id: "a",
            detections: Detections(boxes: [cube(100, 10), cube(200, 20), cube(400, 5)], scores: [0.9, 0.4, 0.95], labels: [0, 0, 0]),
            truth: GroundTruth(boxes: [cube(0, 5), cube(100, 10), cube(200, 20)], labels: [0, 0, 0]), spacing: SIMD3(2, 1, 1))
    }

    @Test func sizesAreMillimetres() {
        #expect(item.size(of: cube(0, 10)) == 10)
        var flat = item
        flat.dimension = 2
        flat.spacing = SIMD3(1, 4, 9)
        #expect(flat.size(of: Box(lower: .zero, upper: SIMD3(5, 5, 1))) == 8)
        #expect(flat.sides(of: Box(lower: .zero, upper: SIMD3(5, 5, 1))) == SIMD3(4, 16, 9))
        // Boxes of no grid that is known.
        flat.spacing = nil
        #expect(flat.size(of: Box(lower: .zero, upper: SIMD3(4, 4, 1))) == 4)
    }

    /// An object has one size, whatever slices it is stored in: 24 mm in slices of 24, 8 and 1 mm.
    @Test(arguments: [24, 8, 1]) func sizesDoNotDependOnTheSlices(thickness: Int) {
        var item = item
        item.spacing = SIMD3(Double(thickness), 1, 1)
        let box = Box(lower: SIMD3(-1, -1, -1), upper: SIMD3(Float(24 / thickness), 24, 24))
        #expect(abs(item.size(of: box) - 24) < 1e-12)
    }

    @Test func eachRangeForItself() throws {
        let sizes = try SizeEvaluation([item], classes: 1, limits: [7, 15], operatingScore: 0.5)
        #expect(sizes.unit == "mm" && sizes.ranges.map(\.objects) == [1, 1, 1])
        #expect(sizes.ranges.map(\.name) == ["below 7", "7 to 15", "from 15"])
        let key = "AP_IoU_0.50_MaxDet_100"
        // The small false positive is wrong among the small ones only.
        #expect(sizes.ranges[0].scores[key] == 0)
        #expect(sizes.ranges[1].scores[key].map { abs($0 - 1) < 1e-12 } == true)
        #expect(sizes.ranges[2].scores[key].map { abs($0 - 1) < 1e-12 } == true)
        #expect(sizes.ranges.map { $0.sensitivity["0.1"] } == [0, 1, 1])
        #expect(sizes.ranges.map { $0.sensitivityAtOperatingScore["0.1"] } == [0, 1, 0])
    }

    @Test func thirdsByDefault() throws {
        let cases = randomCases(60, detections: 4, seed: 2)
        let sizes = try SizeEvaluation(cases, classes: 2, operatingScore: 0)
        let total = cases.reduce(0) { $0 + $1.truth.count }
        #expect(sizes.ranges.map(\.name) == ["small", "medium", "large"] && sizes.ranges.reduce(0) { $0 + $1.objects } == total)
        for range in sizes.ranges { #expect(abs(range.objects - total / 3) <= 1) }
        let same = try SizeEvaluation(
            [item, item].map { item in
                var item = item
                item.truth = GroundTruth(boxes: [cube(0, 5)], labels: [0])
                return item
            }, classes: 1, operatingScore: 0)
        #expect(same.ranges.count == 1 && same.ranges[0].objects == 2)
    }
}
