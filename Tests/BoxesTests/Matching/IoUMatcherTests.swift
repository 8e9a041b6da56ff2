import Boxes
import Support
import Testing

@Suite struct IoUMatcherTests {
    private func anchors() -> Anchors {
        let generator = AnchorGenerator(width: [[4, 7], [9, 14]], height: [[5], [12]], depth: [[4, 6], [8, 13]])
        return generator.anchors(imageSize: SIMD3(24, 50, 41), featureMapSizes: [SIMD3(12, 12, 10), SIMD3(6, 6, 5)])
    }

    @Test func thresholdsDivide() {
        let boxes = [Box(0, 0, 10, 10, 0, 10), Box(0, 0, 10, 10, 0, 7), Box(0, 0, 10, 10, 6, 10), Box(50, 50, 60, 60, 50, 60)]
        let anchors = Anchors(boxes: boxes, perLevel: [4], perPosition: 1)
        let object = Box(0, 0, 10, 10, 0, 10)
        #expect(IoUMatcher(low: 0.3, high: 0.5).match(anchors: anchors, groundTruth: [object]) == [0, 0, -2, -1])
        #expect(
            IoUMatcher(low: 0.3, high: 0.8, allowLowQualityMatches: false).match(anchors: anchors, groundTruth: [object]) == [
                0, -2, -2, -1,
            ])
        #expect(IoUMatcher(low: 0.3, high: 0.5).match(anchors: anchors, groundTruth: []) == [-1, -1, -1, -1])
    }

    @Test func everyObjectGetsItsBestAnchorWhereAsked() {
        let anchors = Anchors(boxes: [Box(0, 0, 10, 10, 0, 10), Box(20, 20, 30, 30, 20, 30)], perLevel: [2], perPosition: 1)
        let small = Box(21, 21, 23, 23, 21, 23)
        #expect(IoUMatcher(low: 0.3, high: 0.5).match(anchors: anchors, groundTruth: [small]) == [-1, 0])
        #expect(IoUMatcher(low: 0.3, high: 0.5, allowLowQualityMatches: false).match(anchors: anchors, groundTruth: [small]) == [-1, -1])
        // One anchor is enough; of two objects that want the same the last gets it.
        let twins = Anchors(boxes: [Box(0, 0, 10, 10, 0, 10), Box(0, 0, 10, 10, 0, 10)], perLevel: [2], perPosition: 1)
        #expect(IoUMatcher(low: 0.3, high: 0.5).match(anchors: twins, groundTruth: [Box(1, 1, 3, 3, 1, 3)]) == [0, -1])
        let pair = [Box(1, 1, 3, 3, 1, 3), Box(2, 2, 3, 3, 2, 3)]
        #expect(IoUMatcher(low: 0.3, high: 0.5).match(anchors: twins, groundTruth: pair) == [1, -1])
        // Not overlapping at all is never enough.
        #expect(IoUMatcher(low: 0.3, high: 0.5).match(anchors: anchors, groundTruth: [Box(90, 90, 95, 95, 90, 95)]) == [-1, -1])
    }

    @Test(arguments: [true, false])
    func gridAndScanAgree(lowQuality: Bool) {
        let anchors = anchors()
        let scattered = Anchors(boxes: anchors.boxes, perLevel: anchors.perLevel, perPosition: anchors.perPosition)
        let matcher = IoUMatcher(low: 0.2, high: 0.4, allowLowQualityMatches: lowQuality)
        for seed in 0..<4 {
            var random = SeededGenerator(seed: UInt64(seed))
            let objects = random.boxes(25, extent: 44, largest: 16) + [Box(-9, -9, -1, -1, -9, -1), Box(-30, -9, 90, 90, -9, 90)]
            let matches = matcher.match(anchors: anchors, groundTruth: objects)
            #expect(matches == matcher.match(anchors: scattered, groundTruth: objects))
            // The definition, anchor by anchor.
            for (index, anchor) in anchors.boxes.enumerated() where !lowQuality {
                let overlaps = objects.map { anchor.intersectionOverUnion($0) }
                let best = overlaps.max() ?? 0
                let expected = best >= 0.4 ? Int32(overlaps.firstIndex(of: best) ?? 0) : best >= 0.2 ? -2 : -1
                #expect(matches[index] == expected)
            }
        }
    }
}
