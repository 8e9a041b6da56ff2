import Imaging
import Support
import Testing

@Suite struct ComponentsTests {
    private func mask(_ shape: SIMD3<Int>, _ digits: String) -> Volume<UInt8> {
        Volume(shape: shape, voxels: digits.utf8.map { $0 == UInt8(ascii: "1") ? 1 : 0 })
    }

    private func noise(_ shape: SIMD3<Int>, share: Float, seed: UInt64) -> Volume<UInt8> {
        var generator = SeededGenerator(seed: seed)
        return Volume(shape: shape, voxels: (0..<shape.x * shape.y * shape.z).map { _ in Float(generator.uniform()) < share ? 200 : 0 })
    }

    /// Components voxel by voxel, in C order of their first voxels.
    private func flooded(_ shape: SIMD3<Int>, reach: Int, belongs: (SIMD3<Int>) -> Bool) -> [Int32] {
        var labels = [Int32](repeating: 0, count: shape.x * shape.y * shape.z)
        func offset(_ place: SIMD3<Int>) -> Int { (place.x * shape.y + place.y) * shape.z + place.z }
        var count: Int32 = 0
        for start in 0..<labels.count {
            let place = SIMD3(start / (shape.y * shape.z), start / shape.z % shape.y, start % shape.z)
            guard labels[start] == 0, belongs(place) else { continue }
            count += 1
            labels[start] = count
            var open = [place]
            while let place = open.popLast() {
                for step in 0..<27 {
                    let move = SIMD3(step / 9 - 1, step / 3 % 3 - 1, step % 3 - 1)
                    let next = place &+ move
                    let distance = abs(move.x) + abs(move.y) + abs(move.z)
                    guard (1...reach).contains(distance), all(next .>= 0), all(next .< shape), labels[offset(next)] == 0, belongs(next)
                    else { continue }
                    labels[offset(next)] = count
                    open.append(next)
                }
            }
        }
        return labels
    }

    /// scipy 1.17.1: ndimage.label with structures of connectivity 1, 2, 3; the labels of the foreground voxels in C order.
    @Test func labelsOfScipy() {
        let volume = mask(
            SIMD3(4, 5, 6),
            "001100000001010100001100000000001000000000000000100001010001011000100100000000000000000010001000100000000000100101000101")
        let foreground = volume.voxels.indices.filter { volume.voxels[$0] != 0 }
        let expected: [(Connectivity, Int, [Int32])] = [
            (.faces, 13, [1, 1, 2, 3, 4, 4, 4, 1, 5, 6, 7, 6, 1, 1, 8, 9, 10, 1, 8, 11, 12, 13, 12, 13]),
            (.edges, 6, [1, 1, 2, 3, 3, 3, 3, 1, 4, 5, 4, 5, 1, 1, 1, 1, 5, 1, 1, 6, 5, 5, 5, 5]),
            (.corners, 5, [1, 1, 2, 3, 3, 3, 3, 1, 3, 4, 3, 4, 1, 1, 1, 1, 4, 1, 1, 5, 4, 4, 4, 4]),
        ]
        for (connectivity, count, labels) in expected {
            let result = volume.connectedComponents(connectivity: connectivity)
            #expect(result.count == count)
            #expect(foreground.map { result.labels.voxels[$0] } == labels)
        }
    }

    @Test(arguments: [SIMD3(13, 14, 15), SIMD3(1, 30, 40), SIMD3(40, 30, 1), SIMD3(7, 1, 50)], [Float(0.1), 0.3, 0.5, 0.7])
    func componentsOfNoise(shape: SIMD3<Int>, share: Float) {
        for seed in 0..<3 {
            let volume = noise(shape, share: share, seed: UInt64(seed))
            for (connectivity, reach) in [(Connectivity.faces, 1), (.edges, 2), (.corners, 3)] {
                let (labels, count) = volume.connectedComponents(connectivity: connectivity)
                #expect(labels.voxels == flooded(shape, reach: reach) { volume[$0.x, $0.y, $0.z] != 0 })
                #expect(count == Int(labels.voxels.max() ?? 0))
            }
        }
    }

    @Test(arguments: [SIMD3(13, 14, 15), SIMD3(40, 30, 1), SIMD3(1, 12, 13)], [Float(0.3), 0.6, 0.7, 0.8])
    func holesOfNoise(shape: SIMD3<Int>, share: Float) {
        let volume = noise(shape, share: share, seed: 5)
        // Background that reaches beyond the border, voxel by voxel, in a frame of background (of a 2D image within the plane).
        let frame = shape.z == 1 ? SIMD3(1, 1, 0) : SIMD3(1, 1, 1)
        let framed = volume.padded(lower: frame, upper: frame, with: 0)
        let labels = flooded(framed.shape, reach: 1) { framed[$0.x, $0.y, $0.z] == 0 }
        let outside = Volume(shape: framed.shape, voxels: labels).cropped(frame, frame &+ shape)
        #expect(volume.holesFilled().voxels == outside.voxels.map { $0 == 1 ? 0 : 1 })
    }

    /// scipy 1.17.1: ndimage.binary_fill_holes; sums of mask and result 210 → 214 (3D), 49 → 62 (2D).
    @Test func holesOfScipy() {
        let volume = mask(
            SIMD3(6, 7, 8),
            "0000011111111111011110110111111011000110111001111010110110101110101100100011010101110001101000110111011001011110"
                + "1111001001100100101011101110011111010100011111001011100111001101000011101001111110101010110001111011101111010011"
                + "1110110011011001001111110101011011101100110001101111000111110110110011111100101111011111101110011111100111100110")
        let filled = mask(
            SIMD3(6, 7, 8),
            "0000011111111111011110110111111011000110111001111010110110101110101100100011010101110001111000110111011001011110"
                + "1111001001100100101011101110011111010100011111001011100111001101000011101001111110101110110001111111101111010011"
                + "1110110011011001001111110101111011101100110001101111000111110110110011111100101111011111101110011111100111100110")
        #expect(volume.holesFilled() == filled)
        let flat = mask(SIMD3(9, 9, 1), "010110111001101111010001011100010011110101000111001111000110110011111101101101111")
        #expect(
            flat.holesFilled()
                == mask(flat.shape, "010110111001111111011111011111110011111111000111111111000111110011111111101101111"))
    }

    @Test func emptyAndFullMasks() {
        let shape = SIMD3(3, 4, 5)
        let (empty, full) = (Volume<UInt8>(shape: shape, filledWith: 0), Volume<UInt8>(shape: shape, filledWith: 9))
        #expect(empty.holesFilled() == empty)
        #expect(full.holesFilled().voxels.allSatisfy { $0 == 1 })
        #expect(empty.connectedComponents().count == 0)
        #expect(full.connectedComponents().count == 1)
        // A cavity is filled, a tunnel is not.
        var hollow = Volume<UInt8>(shape: SIMD3(5, 5, 5), filledWith: 1)
        hollow[2, 2, 2] = 0
        #expect(hollow.holesFilled()[2, 2, 2] == 1)
        for k in 2..<5 { hollow[2, 2, k] = 0 }
        #expect(hollow.holesFilled() == hollow)
        // A diagonal gap does not let the outside in.
        hollow[2, 2, 3] = 1
        hollow[2, 2, 4] = 1
        hollow[1, 1, 2] = 0
        #expect(hollow.holesFilled().voxels.allSatisfy { $0 == 1 })
    }
}
