import Inference
import Support
import Testing

@Suite struct PatchReaderTests {
    private func patch(
        _ image: [Float], channels: Int, shape: SIMD3<Int>, origin: SIMD3<Int>, size: SIMD3<Int>, mirroring: Mirroring = [],
        padding: Padding = .symmetric
    ) -> [Float] {
        var result = [Float](repeating: .nan, count: channels * size.x * size.y * size.z)
        image.withUnsafeBufferPointer { voxels in
            result.withUnsafeMutableBufferPointer { target in
                PatchReader(voxels: voxels, channels: channels, shape: shape, padding: padding)
                    .read(origin: origin, size: size, mirroring: mirroring, into: target)
            }
        }
        return result
    }

    @Test func repeatsTheBorderAndMirrorsAsOftenAsNeeded() {
        let row: [Float] = [1, 2, 3]
        let shape = SIMD3(1, 1, 3)
        let wide = patch(row, channels: 1, shape: shape, origin: SIMD3(0, 0, -5), size: SIMD3(1, 1, 14))
        #expect(wide == [2, 3, 3, 2, 1, 1, 2, 3, 3, 2, 1, 1, 2, 3])
        let constant = patch(
            row, channels: 1, shape: shape, origin: SIMD3(0, 0, -2), size: SIMD3(2, 1, 4), padding: .constant(7))
        #expect(constant == [7, 7, 1, 2, 7, 7, 7, 7])
    }

    @Test(arguments: 0..<60)
    func everyVoxelComesFromItsPlace(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func vector(_ range: Range<Int>) -> SIMD3<Int> {
            SIMD3(random.integer(in: range), random.integer(in: range), random.integer(in: range))
        }
        let shape = vector(1..<9)
        let size = vector(1..<12)
        let origin = vector(-6..<8)
        let channels = 2
        let image = (0..<channels * shape.x * shape.y * shape.z).map { Float($0) }
        func source(_ position: Int, _ length: Int) -> Int {
            var position = position
            while position < 0 || position >= length { position = position < 0 ? -1 - position : 2 * length - 1 - position }
            return position
        }
        for mirroring in Mirroring.transforms(8) {
            let result = patch(image, channels: channels, shape: shape, origin: origin, size: size, mirroring: mirroring)
            var expected: [Float] = []
            for channel in 0..<channels {
                for i in 0..<size.x {
                    for j in 0..<size.y {
                        for k in 0..<size.z {
                            var voxel = SIMD3(i, j, k)
                            for axis in mirroring.axes { voxel[axis] = size[axis] - 1 - voxel[axis] }
                            voxel &+= origin
                            for axis in 0..<3 { voxel[axis] = source(voxel[axis], shape[axis]) }
                            expected.append(image[((channel * shape.x + voxel.x) * shape.y + voxel.y) * shape.z + voxel.z])
                        }
                    }
                }
            }
            #expect(result == expected)
        }
    }

    @Test func readingIsBoundByMemory() {
        let shape = SIMD3(repeating: 160)
        let size = SIMD3(repeating: 128)
        let image = [Float](repeating: 1, count: shape.x * shape.y * shape.z)
        var target = [Float](repeating: 0, count: size.x * size.y * size.z)
        for (name, origin, mirroring) in [
            ("inside", SIMD3(16, 16, 16), Mirroring()), ("mirrored", SIMD3(16, 16, 16), [.axis0, .axis2]),
            ("padded", SIMD3(-8, 8, -8), Mirroring()),
        ] {
            let time = image.withUnsafeBufferPointer { voxels in
                target.withUnsafeMutableBufferPointer { target in
                    let reader = PatchReader(voxels: voxels, channels: 1, shape: shape)
                    return ContinuousClock().measure { reader.read(origin: origin, size: size, mirroring: mirroring, into: target) }
                }
            }
            print("reading a patch of 128³ voxels, \(name): \(time)")
            #expect(time < .milliseconds(200))
            #expect(target.allSatisfy { $0 == 1 })
        }
    }
}
