import Boxes
import Inference
import Support
import Testing

@Suite struct MirroringTests {
    private let box = Box(lower: SIMD3(9, 9, 9), upper: SIMD3(13, 13, 13))
    private let size = SIMD3(repeating: 32)

    @Test func boxLiesWhereTheMirroredVoxelsLie() {
        // Voxels 10…12 stand at 19…21 of a mirrored axis of 32, and their box reaches one voxel further on both sides.
        let mirrored = Mirroring.axis0.unmirrored(box, size: size)
        #expect(mirrored == Box(lower: SIMD3(18, 9, 9), upper: SIMD3(22, 13, 13)))
    }

    @Test func originalMovesTheBoxByOneVoxel() {
        let mirrored = Mirroring.axis0.unmirrored(box, size: size, referenceBehaviour: true)
        #expect(mirrored == Box(lower: SIMD3(19, 9, 9), upper: SIMD3(23, 13, 13)))
    }

    @Test func numberOfTransforms() {
        func axes(_ count: Int, _ dimension: Int = 3) -> [[Int]] { Mirroring.transforms(count, dimension: dimension).map(\.axes) }
        #expect(axes(8) == [[], [0], [1], [0, 1], [2], [0, 2], [1, 2], [0, 1, 2]])
        #expect(axes(100) == axes(8))
        for count in 4..<8 { #expect(axes(count) == [[], [0], [1], [0, 1]]) }
        for count in -1..<4 { #expect(axes(count) == [[]]) }
        #expect(axes(8, 2) == [[], [0], [1], [0, 1]])
    }

    @Test(arguments: 0..<50)
    func twiceIsNothing(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let size = SIMD3(random.integer(in: 1..<50), random.integer(in: 1..<50), random.integer(in: 1..<50))
        // Eighths are exact in Float, so the way back is too.
        func coordinates() -> SIMD3<Float> { SIMD3((0..<3).map { _ in Float(random.integer(in: -80..<400)) / 8 }) }
        let corner = coordinates()
        let box = Box(lower: corner, upper: corner + abs(coordinates()))
        for mirroring in Mirroring.transforms(8) {
            for reference in [false, true] {
                let once = mirroring.unmirrored(box, size: size, referenceBehaviour: reference)
                #expect(once.size == box.size)
                #expect(mirroring.unmirrored(once, size: size, referenceBehaviour: reference) == box)
            }
        }
    }

    private func abs(_ vector: SIMD3<Float>) -> SIMD3<Float> { vector.replacing(with: -vector, where: vector .< 0) }
}
