import Boxes
import Core
import Planning
import Support
import Testing

@Suite struct AnchorTests {
    private func randomBoxes(_ count: Int) -> [Box] {
        var generator = SeededGenerator(seed: 3)
        return (0..<count).map { _ in
            let half = SIMD3<Float>(
                Float(generator.uniform(2, 20)), Float(generator.uniform(2, 30)), Float(generator.uniform(3, 25)))
            return Box(lower: -half, upper: half)
        }
    }

    @Test func objectiveIsTheMeanOfTheBestIoU() {
        let boxes = randomBoxes(101) + randomBoxes(7)
        let sizes = [[3, 9, 14], [5, 6, 40], [2, 8, 20]]
        let levels: [[Double]] = [[1, 1, 1], [2, 2, 2], [2, 4, 4]]
        var expected = 0.0
        for box in boxes {
            var best: Float = 0
            for level in [[1, 1, 1]] + levels {
                for a in sizes[0] {
                    for b in sizes[1] {
                        for c in sizes[2] {
                            let half = SIMD3(Float(a) * Float(level[0]), Float(b) * Float(level[1]), Float(c) * Float(level[2])) / 2
                            best = max(best, box.intersectionOverUnion(Box(lower: -half, upper: half)))
                        }
                    }
                }
            }
            expected += Double(best)
        }
        let objective = AnchorObjective(boxes: boxes, levels: levels)
        #expect(abs(objective.meanBestIoU(sizes) - expected / Double(boxes.count)) < 1e-5)
    }

    @Test func searchIsSeededAndBeatsTheStart() throws {
        let boxes = randomBoxes(60)
        let levels: [[Double]] = [[1, 1, 1], [2, 2, 2]]
        let search = AnchorSearch(runs: 2, evaluations: 600)
        let first = try search.run(boxes: boxes, levels: levels, seed: 5)
        let again = try search.run(boxes: boxes, levels: levels, seed: 5)
        #expect(first.sizes == again.sizes && first.meanBestIoU == again.meanBestIoU)
        let start = AnchorObjective(boxes: boxes, levels: levels).meanBestIoU(Array(repeating: [4, 8, 16], count: 3))
        #expect(first.meanBestIoU > start + 0.01)
        #expect(first.sizes.joined().allSatisfy { $0 >= 1 } && first.sizes.allSatisfy { $0 == $0.sorted() })
    }

    @Test func aSampleOfManyObjectsLeadsToTheSameQuality() throws {
        let boxes = randomBoxes(400)
        var search = AnchorSearch(runs: 2, evaluations: 1500)
        let full = try search.run(boxes: boxes, levels: [[1, 1, 1], [2, 2, 2]], seed: 1)
        search.sampleSize = 150
        let sampled = try search.run(boxes: boxes, levels: [[1, 1, 1], [2, 2, 2]], seed: 1)
        #expect(abs(full.meanBestIoU - sampled.meanBestIoU) < 0.01)
        // The score is that of all objects.
        let score = AnchorObjective(boxes: boxes, levels: [[1, 1, 1], [2, 2, 2]]).meanBestIoU(sampled.sizes)
        #expect(score == sampled.meanBestIoU)
    }

    @Test func equalObjectsAreMatchedExactly() throws {
        let box = Box(lower: SIMD3(0, 0, 0), upper: SIMD3(7, 9, 12))
        let found = try AnchorSearch(runs: 2, evaluations: 1500).run(boxes: [box, box, box], levels: [[1, 1, 1]], seed: 0)
        #expect(found.meanBestIoU > 0.999)
        #expect(found.sizes[0].contains(7) && found.sizes[1].contains(9) && found.sizes[2].contains(12))
    }

    @Test func levelFactors() {
        let strides = [[1, 2, 2], [2, 2, 2], [2, 2, 2], [1, 2, 2]]
        #expect(LevelStrides.factors(strides: strides, decoderLevels: [1, 2, 3, 4]) == [[1, 1, 1], [2, 2, 2], [4, 4, 4], [4, 8, 8]])
        #expect(LevelStrides.factors(strides: strides, decoderLevels: [2, 3]) == [[2, 1, 1], [4, 2, 2]])
        #expect(
            LevelStrides.factors(strides: [[2, 2, 2], [1, 2, 2], [1, 2, 2]], decoderLevels: [2, 3]) == [[0.5, 1, 1], [0.5, 2, 2]])
    }

    @Test func unusualSizesAreLeftOutUnlessAllAreEqual() {
        let boxes = (1...1000).map { Box(lower: .zero, upper: SIMD3(repeating: Float($0))) }
        let kept = ScaledObjects(perCase: [boxes]).ordinary(dim: 3)
        #expect(kept.count == 990 && kept.first == boxes[5] && kept.last == boxes[994])
        let same = Array(repeating: boxes[3], count: 5)
        #expect(ScaledObjects(perCase: [same]).ordinary(dim: 3).count == 5)
    }
}
