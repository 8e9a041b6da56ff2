import Boxes
import Inference
import Testing

@Suite struct TileWeightTests {
    @Test(arguments: [(SIMD3<Float>(32, 32, 32), Float(1)), (SIMD3(0, 0, 0), 0.5), (SIMD3(10, 32, 60), 0.8575)])
    func fallsTowardsTheCorners(center: SIMD3<Float>, expected: Float) {
        let weight = TileWeight(tile: SIMD3(repeating: 64))
        #expect(abs(weight.weight(center: center) - expected) < 1e-4)
        #expect(abs(weight.weight(Box(lower: center - 3, upper: center + 3)) - expected) < 1e-4)
    }

    @Test func leavesAxis2OutInAPlane() {
        let weight = TileWeight(tile: SIMD3(64, 64, 1), dimension: 2)
        #expect(weight.weight(Box(lower: SIMD3(-2, -2, 0), upper: SIMD3(2, 2, 1))) == 0.5)
        #expect(weight.weight(Box(lower: SIMD3(30, 30, 0), upper: SIMD3(34, 34, 1))) == 1)
    }
}
