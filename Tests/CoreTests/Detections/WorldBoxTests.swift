import Boxes
import Core
import Imaging
import Testing

@Suite struct WorldBoxTests {
    @Test func theBoxRuleAddsHalfAVoxelOnEachSide() {
        // Voxels 2…4, 3…3 and 10…19.
        let box = Box(lower: SIMD3(1, 2, 9), upper: SIMD3(5, 4, 20))
        let place = WorldBox(box, in: Geometry(size: SIMD3(30, 30, 30), spacing: SIMD3(2, 1, 0.5), origin: SIMD3(100, 0, -50)))
        #expect(place.size == SIMD3(6, 1, 5))
        #expect(place.center == SIMD3(100 + 14.5 * 0.5, 3, -50 + 6))
        #expect(place.lower == SIMD3(100 + 14.5 * 0.5 - 2.5, 2.5, -47) && place.upper == SIMD3(100 + 14.5 * 0.5 + 2.5, 3.5, -41))
    }

    /// Bounds of an oblique box are those of its corners.
    @Test func boundsOfObliqueImages() {
        let (c, s) = (0.8, 0.6)
        let geometry = Geometry(
            size: SIMD3(40, 40, 40), spacing: SIMD3(1, 2, 0.7), origin: SIMD3(5, -3, 8), direction: [c, -s, 0, s, c, 0, 0, 0, 1])
        let box = Box(lower: SIMD3(3, 4, 5), upper: SIMD3(13, 9, 22))
        let place = WorldBox(box, in: geometry)
        var (lower, upper) = (SIMD3(repeating: Double.infinity), SIMD3(repeating: -Double.infinity))
        for corner in 0..<8 {
            var index = SIMD3<Double>.zero
            for axis in 0..<3 {
                let isUpper = corner >> axis & 1 == 1
                index[axis] = isUpper ? Double(box.upper[axis]) - 0.5 : Double(box.lower[axis]) + 0.5
            }
            let point = geometry.position(of: index)
            for axis in 0..<3 {
                lower[axis] = min(lower[axis], point[axis])
                upper[axis] = max(upper[axis], point[axis])
            }
        }
        for axis in 0..<3 {
            #expect(abs(place.lower[axis] - lower[axis]) < 1e-9)
            #expect(abs(place.upper[axis] - upper[axis]) < 1e-9)
        }
    }
}
