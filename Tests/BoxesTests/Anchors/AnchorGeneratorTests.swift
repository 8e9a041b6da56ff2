import Boxes
import Support
import Testing

@Suite struct AnchorGeneratorTests {
    @Test func specVector() {
        let sizes: [[Float]] = [[4, 8, 16], [8, 16, 32], [16, 32, 64], [32, 64, 128]]
        let generator = AnchorGenerator(width: sizes, height: sizes, depth: sizes)
        let maps = [SIMD3(16, 16, 16), SIMD3(8, 8, 8), SIMD3(4, 4, 4), SIMD3(2, 2, 2)]
        let anchors = generator.anchors(imageSize: SIMD3(32, 64, 64), featureMapSizes: maps)
        #expect(anchors.perLevel == [110592, 13824, 1728, 216])
        #expect(anchors.perPosition == 27)
        #expect(Array(anchors.boxes.prefix(3)) == [Box(-2, -2, 2, 2, -2, 2), Box(-2, -2, 2, 2, -4, 4), Box(-2, -2, 2, 2, -8, 8)])
        // The next position lies one stride further along axis 2, the next row along axis 1.
        #expect(anchors.boxes[27].center == SIMD3(0, 0, 4))
        #expect(anchors.boxes[27 * 16].center == SIMD3(0, 4, 0))
        #expect(anchors.boxes[27 * 16 * 16].center == SIMD3(2, 0, 0))
        #expect(anchors.boxes.last?.center == SIMD3(16, 32, 32))
    }

    @Test func planarAnchors() {
        let generator = AnchorGenerator(width: [[4]], height: [[6, 8]])
        let anchors = generator.anchors(imageSize: SIMD3(8, 8, 1), featureMapSizes: [SIMD3(2, 2, 1)])
        #expect(anchors.boxes.count == 8)
        #expect(anchors.boxes.allSatisfy { $0.lower.z == 0 && $0.upper.z == 1 })
        #expect(anchors.boxes[2] == Box(-2, 1, 2, 7))
    }

    @Test func classicAnchorsRoundHalfSides() {
        let generator = AnchorGenerator(sizes: [[16]], aspectRatios: [[0.5, 1]], depths: [[8]])
        #expect(generator.cells == [[Box(-11, -6, 11, 6, -4, 4), Box(-8, -8, 8, 8, -4, 4)]])
        #expect(AnchorGenerator(sizes: [[16]], aspectRatios: [[1]]).cells == [[Box(-8, -8, 8, 8)]])
    }

    @Test func oddSizesHaveWholeStrides() {
        let generator = AnchorGenerator(width: [[3]], height: [[3]], depth: [[3]])
        let anchors = generator.anchors(imageSize: SIMD3(33, 50, 47), featureMapSizes: [SIMD3(9, 13, 12)])
        #expect(anchors.boxes.last?.center == SIMD3<Float>(24, 36, 33))
    }
}
