import Boxes
import Core
import Imaging
import Support
import Testing

@Suite struct InstanceBoxesTests {
    @Test func boxRule() {
        var volume = Volume<Int32>(shape: SIMD3(4, 5, 6), filledWith: 0)
        volume[0, 0, 0] = 7
        volume[3, 4, 5] = 2
        volume[1, 1, 1] = 2
        volume[2, 2, 2] = -1
        let found = volume.instanceBoxes()
        #expect(found.map(\.id) == [2, 7])
        // Half a voxel beyond the outer voxels on each side, not clipped.
        #expect(found.map(\.box) == [Box(flat: [0, 0, 4, 5, 0, 6]), Box(flat: [-1, -1, 1, 1, -1, 1])])
    }

    @Test func planarInstances() {
        let volume = Volume<Int32>(shape: SIMD3(2, 3, 1), voxels: [0, 1, 1, 0, 0, 1])
        #expect(volume.instanceBoxes(dimension: 2).map(\.box) == [Box(flat: [-1, 0, 2, 3])])
        #expect(Volume<Int32>(shape: SIMD3(2, 3, 1), filledWith: 0).instanceBoxes(dimension: 2).isEmpty)
    }

    @Test func agreesWithTheDefinition() {
        var random = SeededGenerator(seed: 29)
        let shape = SIMD3(6, 7, 8)
        var volume = Volume<Int32>(shape: shape, filledWith: 0)
        for index in volume.voxels.indices { volume.voxels[index] = Int32(max(-1, random.integer(in: -60..<9))) }
        var expected: [Int: Box] = [:]
        for i in 0..<shape.x {
            for j in 0..<shape.y {
                for k in 0..<shape.z where volume[i, j, k] > 0 {
                    let here = SIMD3<Float>(Float(i), Float(j), Float(k))
                    let known = expected[Int(volume[i, j, k])] ?? Box(lower: here - 1, upper: here + 1)
                    expected[Int(volume[i, j, k])] = Box(
                        lower: pointwiseMin(known.lower, here - 1), upper: pointwiseMax(known.upper, here + 1))
                }
            }
        }
        let found = volume.instanceBoxes()
        #expect(found.map(\.id) == expected.keys.sorted())
        #expect(found.allSatisfy { expected[$0.id] == $0.box })
    }
}
