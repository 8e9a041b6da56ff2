import Boxes
import Support
import Testing

@Suite struct ObjectBoundsTests {
    @Test func theBoxRuleAddsHalfAVoxelOnEverySide() {
        // Voxels 3…5, 7…7 and −1…2.
        let box = Box(lower: SIMD3(2, 6, -2), upper: SIMD3(6, 8, 3))
        let bounds = ObjectBounds(box, dimension: 3)
        #expect(bounds == ObjectBounds(lower: SIMD3(2.5, 6.5, -1.5), upper: SIMD3(5.5, 7.5, 2.5)))
        #expect(bounds.size == SIMD3(3, 1, 4) && bounds.center == SIMD3(4, 7, 0.5))
        #expect((0..<3).map { bounds.voxels(along: $0) } == [3..<6, 7..<8, -1..<3])
        #expect(bounds.box(dimension: 3) == box)
    }

    @Test func aBoxOfLessThanAVoxelHasNoExtent() {
        let bounds = ObjectBounds(Box(lower: SIMD3(1, 2.25, 3), upper: SIMD3(2, 2.75, 3)), dimension: 3)
        #expect(bounds.lower == SIMD3(1.5, 2.5, 3) && bounds.upper == bounds.lower)
        #expect(bounds.box(dimension: 3) == Box(lower: SIMD3(1, 2, 2.5), upper: SIMD3(2, 3, 3.5)))
    }

    @Test func aFlatObjectHasOneVoxelOnTheThirdAxis() {
        let box = Box(lower: SIMD3(2, 6, 0), upper: SIMD3(6, 8, 1))
        let bounds = ObjectBounds(box, dimension: 2)
        #expect(bounds.size == SIMD3(3, 1, 1) && bounds.center.z == 0 && bounds.voxels(along: 2) == 0..<1)
        #expect(bounds.box(dimension: 2) == box)
    }

    /// Of two faces on the centre of a voxel the first counts, also where single precision has moved them a little.
    @Test(arguments: [0, 1e-4, -1e-4]) func facesOnCentres(noise: Double) {
        let bounds = ObjectBounds(lower: SIMD3(repeating: 3 + noise), upper: SIMD3(6 + noise, 6 - noise, 6))
        #expect((0..<3).map { bounds.voxels(along: $0) } == [3..<6, 3..<6, 3..<6])
    }

    /// A slice through the middle meets the object.
    @Test func middleVoxels() {
        var random = SeededGenerator(seed: 4)
        for index in 0..<500 {
            // Halves too, where the middle is between two voxels.
            let lower = index % 2 == 0 ? random.uniform(-5, 50) : Double(random.integer(in: -10..<100)) / 2
            let upper = lower + (index % 2 == 0 ? random.uniform(0, 9) : Double(random.integer(in: 0..<18)) / 2)
            let bounds = ObjectBounds(lower: SIMD3(repeating: lower), upper: SIMD3(repeating: upper))
            let (voxel, middle) = (bounds.middleVoxel(along: 0), (lower + upper) / 2)
            let voxels = bounds.voxels(along: 0)
            #expect(voxels.contains(voxel) && voxels.allSatisfy { abs(Double($0) - middle) > abs(Double(voxel) - middle) - 1e-9 })
        }
        let nowhere = ObjectBounds(lower: SIMD3(repeating: .nan), upper: SIMD3(repeating: .infinity))
        #expect(nowhere.middleVoxel(along: 0) >= 1_000_000_000)
    }

    @Test func thinObjectsHaveTheNearestVoxel() {
        func voxels(_ lower: Double, _ upper: Double) -> Range<Int> {
            ObjectBounds(lower: SIMD3(repeating: lower), upper: SIMD3(repeating: upper)).voxels(along: 0)
        }
        #expect(voxels(2.1, 2.4) == 2..<3 && voxels(2.55, 2.95) == 3..<4 && voxels(-0.4, -0.2) == 0..<1 && voxels(2.5, 2.5) == 2..<3)
        for far in [1e12, 1e300, .infinity, -.infinity, .nan] { #expect(!voxels(far, far).overlaps(0..<100_000)) }
    }

    /// From voxels to a box and back, at any place.
    @Test func boxesOfVoxelsAreReversible() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let first = SIMD3((0..<3).map { _ in random.integer(in: -3..<900) })
            let last = first &+ SIMD3((0..<3).map { _ in random.integer(in: 0..<90) })
            let box = Box(lower: SIMD3<Float>(first &- 1), upper: SIMD3<Float>(last &+ 1))
            let bounds = ObjectBounds(box, dimension: 3)
            #expect(bounds.box(dimension: 3) == box)
            for axis in 0..<3 { #expect(bounds.voxels(along: axis) == first[axis]..<last[axis] + 1) }
        }
    }
}
