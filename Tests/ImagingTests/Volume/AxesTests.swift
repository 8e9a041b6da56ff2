import Imaging
import Support
import Testing

/// A volume whose voxels tell where they are: 100 i + 10 j + k.
func coordinates(_ shape: SIMD3<Int>) -> Volume<Int32> {
    var volume = Volume<Int32>(shape: shape, filledWith: 0)
    for i in 0..<shape.x {
        for j in 0..<shape.y { for k in 0..<shape.z { volume[i, j, k] = Int32(100 * i + 10 * j + k) } }
    }
    return volume
}

@Suite struct AxesTests {
    static let permutations = [SIMD3(0, 1, 2), SIMD3(0, 2, 1), SIMD3(1, 0, 2), SIMD3(1, 2, 0), SIMD3(2, 0, 1), SIMD3(2, 1, 0)]
    static let flips = (0..<8).map { bits in (0..<3).map { bits >> $0 & 1 == 1 } }

    /// Result voxel `index` is source voxel `source`, straight from the definition.
    private func source(_ index: SIMD3<Int>, axes: SIMD3<Int>, flips: [Bool], shape: SIMD3<Int>) -> SIMD3<Int> {
        var result = SIMD3<Int>.zero
        for axis in 0..<3 { result[axes[axis]] = flips[axis] ? shape[axes[axis]] - 1 - index[axis] : index[axis] }
        return result
    }

    @Test(arguments: permutations, flips)
    func everyPermutationAndFlip(axes: SIMD3<Int>, flips: [Bool]) {
        for shape in [SIMD3(3, 4, 5), SIMD3(1, 7, 2), SIMD3(35, 33, 40)] {
            let volume = coordinates(shape)
            let result = volume.reoriented(axes: axes, flips: flips)
            #expect(result.shape == SIMD3(shape[axes.x], shape[axes.y], shape[axes.z]))
            var wrong = 0
            for i in 0..<result.shape.x {
                for j in 0..<result.shape.y {
                    for k in 0..<result.shape.z {
                        let from = source(SIMD3(i, j, k), axes: axes, flips: flips, shape: shape)
                        if result[i, j, k] != volume[from.x, from.y, from.z] { wrong += 1 }
                    }
                }
            }
            #expect(wrong == 0)
            #expect(result == volume.transposed(axes).flipped(flips))
        }
    }

    @Test(arguments: permutations, flips)
    func voxelsStayInThePatient(axes: SIMD3<Int>, flips: [Bool]) {
        let geometry = RoundTripTests.geometry
        let turned = geometry.reoriented(axes: axes, flips: flips)
        for index in [SIMD3(0, 0, 0), SIMD3(1, 2, 3), turned.size &- 1] where all(index .< turned.size) {
            let from = source(index, axes: axes, flips: flips, shape: geometry.size)
            #expect(near(turned.position(of: real(index)), geometry.position(of: real(from))))
        }
    }

    @Test(arguments: permutations, flips)
    func axisCodesAreReached(axes: SIMD3<Int>, flips: [Bool]) throws {
        let start = RoundTripTests.geometry.reoriented(axes: axes, flips: flips)
        for codes in ["LPS", "RAS", "SRA", "AIL"] {
            let map = try start.axes(to: codes)
            #expect(start.reoriented(axes: map.axes, flips: map.flips).axisCodes == codes)
        }
    }

    @Test func axisCodesOfKnownDirections() throws {
        let size = SIMD3(2, 2, 2)
        func codes(_ direction: [Double]) -> String {
            Geometry(size: size, spacing: SIMD3(1, 1, 1), direction: direction).axisCodes
        }
        #expect(codes(Geometry.identity) == "LPS")
        #expect(codes([-1, 0, 0, 0, -1, 0, 0, 0, 1]) == "RAS")
        // Sagittal slices: x runs to the back, y downwards, z to the right.
        #expect(codes([0, 0, -1, 1, 0, 0, 0, -1, 0]) == "PIR")
        // 45° between two axes: each letter once.
        let half = 0.5.squareRoot()
        #expect(Set(codes([half, -half, 0, half, half, 0, 0, 0, 1])).count == 3)
        #expect(throws: Problem.self) { try RoundTripTests.geometry.axes(to: "LLS") }
        #expect(throws: Problem.self) { try RoundTripTests.geometry.axes(to: "LP") }
        #expect(throws: Problem.self) { try RoundTripTests.geometry.axes(to: "XYZ") }
    }

    private func real(_ index: SIMD3<Int>) -> SIMD3<Double> { SIMD3(Double(index.x), Double(index.y), Double(index.z)) }
    private func near(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Bool { (0..<3).allSatisfy { abs(a[$0] - b[$0]) < 1e-9 } }
}
