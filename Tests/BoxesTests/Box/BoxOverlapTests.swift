import Boxes
import Support
import Testing

@Suite struct BoxOverlapTests {
    private let a = Box(0, 0, 10, 10, 0, 10)
    private let b = Box(1, 1, 11, 11, 1, 11)
    private let c = Box(20, 20, 30, 30, 20, 30)

    @Test func specVectors() {
        #expect(abs(a.intersectionOverUnion(b) - 729.0 / 1271) < 1e-6)
        #expect(abs(a.generalizedIntersectionOverUnion(b) - 0.5285) < 5e-5)
        #expect(abs(a.generalizedIntersectionOverUnion(c) + 0.9259) < 5e-5)
        #expect(a.intersectionOverUnion(c) == 0)
        #expect(a.intersectionOverUnion(a) == 1)
    }

    @Test func planarBoxesHaveAreas() {
        let square = Box(0, 0, 2, 3)
        #expect(square.volume == 6)
        #expect(abs(square.intersectionOverUnion(Box(1, 0, 3, 3)) - 3.0 / 9) < 1e-6)
        #expect(square.flat(dimension: 2) == [0, 0, 2, 3])
        #expect(!square.hasSide(below: 2, dimension: 2))
        #expect(square.hasSide(below: 2, dimension: 3))
    }

    @Test func boxesWithoutVolumeNeverOverlap() {
        let point = Box(3, 3, 3, 3, 3, 3)
        #expect(point.intersectionOverUnion(point) == 0)
        #expect(point.intersectionOverUnion(a) == 0)
        #expect(point.generalizedIntersectionOverUnion(a) == 0)
    }

    @Test func clippingAndSides() {
        let shape = SIMD3<Float>(8, 12, 9)
        #expect(Box(-1, -2, 9, 11, 3, 20).clipped(to: shape) == Box(0, 0, 8, 11, 3, 9))
        #expect(Box(10, 0, 20, 5, 0, 5).clipped(to: shape).hasSide(below: 0.01))
        #expect(a.hasSide(below: 10.5) && !a.hasSide(below: 10))
        #expect(Box(0, 0, 10, 10, 0, 1).hasSide(below: 2) && !Box(0, 0, 10, 10, 0, 1).hasSide(below: 2, dimension: 2))
    }

    @Test func centresInside() {
        #expect(a.contains(SIMD3(0.02, 5, 9.98), margin: 0.01))
        #expect(!a.contains(SIMD3(0.005, 5, 5), margin: 0.01))
        #expect(!a.contains(SIMD3(5, 5, 10.5)))
    }

    @Test func numbersInTheOriginalsOrder() {
        let box = Box(1, 2, 3, 4, 5, 6)
        #expect(box.lower == SIMD3(1, 2, 5) && box.upper == SIMD3(3, 4, 6))
        #expect([box, a].flat() == [1, 2, 3, 4, 5, 6, 0, 0, 10, 10, 0, 10])
        #expect(Box.boxes(flat: [box, a].flat(), dimension: 3) == [box, a])
        #expect(Box.boxes(flat: [box, a].flat(dimension: 2), dimension: 2).map(\.upper.z) == [1, 1])
    }

    @Test func overlapIsSymmetricAndBounded() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let (one, other) = (generator.box(), generator.box())
            let overlap = one.intersectionOverUnion(other)
            #expect(overlap == other.intersectionOverUnion(one) && (0...1).contains(overlap))
            let general = one.generalizedIntersectionOverUnion(other)
            #expect(general >= -1 && general <= overlap + 1e-6)
        }
    }
}
