import Boxes
import Core
import Inference
import Support
import Testing

@Suite struct SlidingWindowTests {
    /// Finds the bright voxels of every patch: a box of the box rule (one voxel further on every side, clipped) with the voxel's value.
    private func brightVoxels(_ patch: SIMD3<Int>, channels: Int = 1) -> SlidingWindow.Network {
        { batch, count in
            let voxels = patch.x * patch.y * patch.z
            #expect(batch.count == count * channels * voxels)
            return (0..<count).map { position in
                var found = Detections()
                for index in 0..<voxels where batch[position * channels * voxels + index] > 0 {
                    let voxel = SIMD3<Float>(SIMD3(index / patch.z / patch.y, index / patch.z % patch.y, index % patch.z))
                    var box = Box(lower: voxel - 1, upper: voxel + 1)
                    if patch.z == 1 {
                        box.lower.z = 0
                        box.upper.z = 1
                    }
                    found.boxes.append(box)
                    found.scores.append(batch[position * channels * voxels + index])
                    found.labels.append(0)
                }
                return found
            }
        }
    }

    private func image(_ shape: SIMD3<Int>, bright: [(SIMD3<Int>, Float)]) -> [Float] {
        var voxels = [Float](repeating: 0, count: shape.x * shape.y * shape.z)
        for (voxel, value) in bright { voxels[(voxel.x * shape.y + voxel.y) * shape.z + voxel.z] = value }
        return voxels
    }

    @Test(arguments: [(SIMD3(20, 17, 9), SIMD3(8, 8, 4)), (SIMD3(8, 30, 8), SIMD3(8, 16, 8))])
    func everyMirroringAndTileFindsTheSameBox(shape: SIMD3<Int>, patch: SIMD3<Int>) throws {
        let bright = [(SIMD3(0, 0, 0), Float(0.5)), (SIMD3(7, 11, 5), 0.75), (shape &- 1, 0.25)]
        let window = SlidingWindow(patchSize: patch, batchSize: 3)
        var steps: [Int] = []
        let raw = try window.predict(
            image: image(shape, bright: bright), channels: 1, shape: shape, models: [brightVoxels(patch), brightVoxels(patch)]
        ) { done, total in
            steps.append(done)
            #expect(total == 16 * TileGrid(shape: shape, patchSize: patch).origins.count)
        }
        #expect(steps == steps.sorted() && steps.last == 16 * TileGrid(shape: shape, patchSize: patch).origins.count)
        #expect(raw.members.count == 16 && raw.shape == shape && raw.dimension == 3)
        let expected = Set(bright.map { Box(lower: SIMD3<Float>($0.0) - 1, upper: SIMD3<Float>($0.0) + 1) })
        for member in raw.members {
            #expect(Set(member.detections.boxes) == expected)
            #expect(Set(member.detections.scores) == [0.25, 0.5, 0.75])
            #expect(member.weights.allSatisfy { (0.4...1).contains($0) })
        }
        #expect(raw.members.map(\.name).last == "model1_t7")
    }

    @Test func originalMovesMirroredBoxes() throws {
        let shape = SIMD3(12, 12, 12)
        var window = SlidingWindow(patchSize: SIMD3(8, 8, 8), batchSize: 2, transforms: 4)
        window.referenceBehaviour = true
        let raw = try window.predict(
            image: image(shape, bright: [(SIMD3(5, 6, 7), 1)]), channels: 1, shape: shape, models: [brightVoxels(SIMD3(8, 8, 8))])
        let centers = raw.members.map { Set($0.detections.boxes.map(\.center)) }
        #expect(centers == [[SIMD3(5, 6, 7)], [SIMD3(6, 6, 7)], [SIMD3(5, 7, 7)], [SIMD3(6, 7, 7)]])
    }

    @Test func planesAreMirroredInThePlane() throws {
        let shape = SIMD3(20, 14, 1)
        let window = SlidingWindow(patchSize: SIMD3(8, 8, 1), batchSize: 4)
        let raw = try window.predict(
            image: image(shape, bright: [(SIMD3(13, 2, 0), 1)]), channels: 1, shape: shape, models: [brightVoxels(SIMD3(8, 8, 1))])
        #expect(raw.dimension == 2 && raw.members.count == 4)
        for member in raw.members { #expect(Set(member.detections.boxes) == [Box(lower: SIMD3(12, 1, 0), upper: SIMD3(14, 3, 1))]) }
    }

    @Test func paddedPatchFindsTheBoxInItsPlace() throws {
        let shape = SIMD3(5, 6, 7)
        let raw = try SlidingWindow(patchSize: SIMD3(8, 8, 8), batchSize: 1).predict(
            image: image(shape, bright: [(SIMD3(2, 3, 3), 1)]), channels: 1, shape: shape, models: [brightVoxels(SIMD3(8, 8, 8))])
        #expect(raw.members.allSatisfy { $0.detections.boxes == [Box(lower: SIMD3(1, 2, 2), upper: SIMD3(3, 4, 4))] })
    }

    @Test func channelsLieOneAfterAnotherInEveryPatch() throws {
        let shape = SIMD3(4, 4, 4)
        let voxels = [Float](repeating: 1, count: 64) + [Float](repeating: 2, count: 64)
        let raw = try SlidingWindow(patchSize: SIMD3(2, 2, 2), batchSize: 5, overlap: 0, transforms: 1).predict(
            image: voxels, channels: 2, shape: shape,
            models: [
                { batch, count in
                    for patch in 0..<count {
                        #expect(batch[patch * 16..<patch * 16 + 8].allSatisfy { $0 == 1 })
                        #expect(batch[patch * 16 + 8..<patch * 16 + 16].allSatisfy { $0 == 2 })
                    }
                    return Array(repeating: Detections(), count: count)
                }
            ])
        #expect(raw.members.count == 1)
    }

    @Test func onlyTheBestBoxesStay() throws {
        let shape = SIMD3(8, 8, 8)
        let bright = (0..<8).map { (SIMD3($0, $0, $0), Float($0 + 1) / 10) }
        let window = SlidingWindow(patchSize: shape, batchSize: 1, transforms: 1, keptBoxes: 3)
        let raw = try window.predict(image: image(shape, bright: bright), channels: 1, shape: shape, models: [brightVoxels(shape)])
        #expect(raw.members[0].detections.scores == [0.8, 0.7, 0.6])
        #expect(raw.members[0].detections.boxes.map(\.center.x) == [7, 6, 5])
        #expect(raw.members[0].weights.count == 3 && raw.members[0].tiles == [0, 0, 0])
    }

    @Test func weightsOfModelsMultiply() throws {
        let shape = SIMD3(8, 8, 8)
        let voxels = image(shape, bright: [(SIMD3(4, 4, 4), 1)])
        let window = SlidingWindow(patchSize: shape, batchSize: 1, transforms: 1)
        let network = brightVoxels(shape)
        let raw = try window.predict(image: voxels, channels: 1, shape: shape, models: [network, network], modelWeights: [1, 0.25])
        #expect(raw.members.map(\.weights) == [[1], [0.25]])
    }

    @Test func mistakesAreNamed() {
        let shape = SIMD3(8, 8, 8)
        let voxels = [Float](repeating: 0, count: 512)
        let window = SlidingWindow(patchSize: shape, batchSize: 1)
        #expect { try window.predict(image: voxels, channels: 2, shape: shape, models: []) } throws: { "\($0)".contains("512 voxels") }
        #expect { try window.predict(image: voxels, channels: 1, shape: shape, models: [{ _, _ in [] }]) } throws: {
            "\($0)".contains("0 of 1 patches")
        }
        let broken: SlidingWindow.Network = { _, count in
            Array(repeating: Detections(boxes: [Box(lower: .zero, upper: .one)], scores: [.nan], labels: [0]), count: count)
        }
        #expect { try window.predict(image: voxels, channels: 1, shape: shape, models: [broken]) } throws: {
            "\($0)".contains("not finite")
        }
        #expect(throws: Problem.self) {
            try SlidingWindow(patchSize: shape, batchSize: 1, overlap: 1).predict(image: voxels, channels: 1, shape: shape, models: [])
        }
        #expect(throws: Problem.self) {
            try SlidingWindow(patchSize: SIMD3(4, 4, 1), batchSize: 1).predict(image: voxels, channels: 1, shape: shape, models: [])
        }
    }
}
