import Boxes
import Support
import Testing

@Suite struct ATSSMatcherTests {
    private func scene(_ seed: UInt64) -> (anchors: Anchors, objects: [Box]) {
        var random = SeededGenerator(seed: seed)
        let generator = AnchorGenerator(width: [[4, 7], [9, 14]], height: [[5], [12]], depth: [[4, 6], [8, 13]])
        let anchors = generator.anchors(imageSize: SIMD3(24, 50, 41), featureMapSizes: [SIMD3(12, 12, 10), SIMD3(6, 6, 5)])
        // Also far outside the image, and with centres exactly on and between positions.
        let far = [Box(-40, -30, -35, -25, 100, 108), Box(2, 2, 10, 10, 2, 10), Box(0, 0, 8, 8, 0, 8), Box(1, 1, 7, 7, 1, 7)]
        return (anchors, random.boxes(30, extent: 44, largest: 16) + far)
    }

    /// The definition, word by word, over every anchor.
    private func reference(_ anchors: Anchors, _ objects: [Box], candidates: Int, center: Bool) -> [Int32] {
        var best = [Float](repeating: 0, count: anchors.boxes.count)
        var matches = [Int32](repeating: -1, count: anchors.boxes.count)
        for (object, box) in objects.enumerated() {
            var chosen: [Int] = []
            var start = 0
            for count in anchors.perLevel {
                let order = (start..<start + count).sorted {
                    (anchors.boxes[$0].center.distance(to: box.center), $0) < (anchors.boxes[$1].center.distance(to: box.center), $1)
                }
                chosen += order.prefix(candidates * anchors.perPosition)
                start += count
            }
            let overlaps = chosen.map { Double(anchors.boxes[$0].intersectionOverUnion(box)) }
            let mean = overlaps.reduce(0, +) / Double(overlaps.count)
            let deviation = (overlaps.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(overlaps.count - 1)).squareRoot()
            for index in chosen {
                let overlap = anchors.boxes[index].intersectionOverUnion(box)
                guard overlap > 0, Double(overlap) >= mean + deviation, overlap > best[index] else { continue }
                if center, !box.contains(anchors.boxes[index].center, margin: 0.01) { continue }
                best[index] = overlap
                matches[index] = Int32(object)
            }
        }
        return matches
    }

    @Test(arguments: [1, 4, 9], [false, true])
    func gridAndScanAgreeWithTheDefinition(candidates: Int, center: Bool) {
        for seed in 0..<4 {
            let (anchors, objects) = scene(UInt64(seed))
            let matcher = ATSSMatcher(candidates: candidates, centerInGroundTruth: center)
            let matches = matcher.match(anchors: anchors, groundTruth: objects)
            #expect(matches == reference(anchors, objects, candidates: candidates, center: center))
            #expect(matches.contains { $0 >= 0 })
            let scattered = Anchors(boxes: anchors.boxes, perLevel: anchors.perLevel, perPosition: anchors.perPosition)
            #expect(matches == matcher.match(anchors: scattered, groundTruth: objects))
        }
    }

    @Test func withoutObjectsAllIsBackground() {
        let (anchors, _) = scene(0)
        #expect(ATSSMatcher().match(anchors: anchors, groundTruth: []).allSatisfy { $0 == -1 })
    }

    @Test func aPositiveOverlapsItsObject() {
        let (anchors, _) = scene(0)
        // Nowhere near an anchor: the original would make every candidate positive.
        let matches = ATSSMatcher().match(anchors: anchors, groundTruth: [Box(500, 500, 510, 510, 500, 510)])
        #expect(matches.allSatisfy { $0 == -1 })
    }

    @Test func smallLevelsGiveAllTheirAnchors() {
        let generator = AnchorGenerator(width: [[4]], height: [[4]], depth: [[4]])
        let anchors = generator.anchors(imageSize: SIMD3(4, 4, 4), featureMapSizes: [SIMD3(1, 1, 1)])
        #expect(ATSSMatcher(candidates: 9).match(anchors: anchors, groundTruth: [Box(-1, -1, 2, 2, -1, 2)]) == [0])
    }

    @Test func planarAnchorsMatch() {
        let generator = AnchorGenerator(width: [[4, 8]], height: [[4, 8]])
        let anchors = generator.anchors(imageSize: SIMD3(32, 32, 1), featureMapSizes: [SIMD3(8, 8, 1)])
        let object = Box(6, 6, 10, 10)
        let matches = ATSSMatcher().match(anchors: anchors, groundTruth: [object])
        let best = anchors.boxes.indices.max {
            anchors.boxes[$0].intersectionOverUnion(object) < anchors.boxes[$1].intersectionOverUnion(object)
        }
        #expect(best.map { matches[$0] } == 0)
    }

    @Test func aMillionAnchorsInMilliseconds() {
        let sizes: [[Float]] = [[4, 6, 9], [8, 12, 18], [16, 24, 36], [32, 48, 72]]
        let generator = AnchorGenerator(width: sizes, height: sizes, depth: sizes)
        let maps = [SIMD3(32, 32, 32), SIMD3(16, 16, 16), SIMD3(8, 8, 8), SIMD3(4, 4, 4)]
        let anchors = generator.anchors(imageSize: SIMD3(64, 64, 64), featureMapSizes: maps)
        #expect(anchors.boxes.count == 1_010_880)
        var random = SeededGenerator(seed: 5)
        let objects = random.boxes(20, extent: 50, largest: 14)
        let (seconds, matches) = quickest { ATSSMatcher().match(anchors: anchors, groundTruth: objects) }
        #expect(matches.contains { $0 >= 0 })
        // Far above what it takes (see Benchmarks), far below what a scan of all anchors would.
        #expect(seconds < 0.1, "\(seconds) s")
        let (scan, _) = quickest { IoUMatcher(low: 0.3, high: 0.5).match(anchors: anchors, groundTruth: objects) }
        #expect(scan < 1, "\(scan) s")
    }
}
