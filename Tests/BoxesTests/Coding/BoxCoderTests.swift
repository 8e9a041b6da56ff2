import Boxes
import Support
import Testing

@Suite struct BoxCoderTests {
    private let anchor = Box(0, 0, 10, 10, 0, 10)

    private func isClose(_ a: [Float], _ b: [Float], _ tolerance: Float) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
    }

    @Test func specVectors() {
        #expect(isClose(BoxCoder().encode([Box(1, 1, 11, 11, 1, 11)], anchors: [anchor]), [0.1, 0.1, 0, 0, 0.1, 0], 1e-6))
        let decoded = BoxCoder().decode([0.1, -0.2, 0.3, 0, 0.5, 5], anchors: [anchor]).flat()
        #expect(isClose(decoded, [-0.7493, -2, 12.7493, 8, -302.5, 322.5], 1e-3))
    }

    @Test(arguments: [2, 3])
    func decodingUndoesEncoding(dimension: Int) {
        var random = SeededGenerator(seed: 17)
        let anchors = random.boxes(100, dimension: dimension)
        let boxes = random.boxes(100, dimension: dimension)
        let weights: [Float] = dimension == 2 ? [10, 10, 5, 5] : [10, 10, 5, 5, 8, 4]
        for coder in [BoxCoder(dimension: dimension), BoxCoder(dimension: dimension, weights: weights)] {
            let deltas = coder.encode(boxes, anchors: anchors)
            #expect(deltas.count == 100 * Box.width(dimension: dimension))
            for (box, back) in zip(boxes, coder.decode(deltas, anchors: anchors)) {
                #expect(isClose(box.flat(), back.flat(), 1e-3))
            }
        }
    }

    @Test func planarBoxesStayPlanar() {
        let flat = Box(0, 0, 10, 10)
        let decoded = BoxCoder(dimension: 2).decode([0.1, 0, 0, 0], anchors: [flat])
        #expect(decoded.map(\.lower.z) == [0] && decoded.map(\.upper.z) == [1])
    }
}
