import Boxes
import Core
import Imaging
import Inference
import Support
import Testing

@Suite struct SegmentationEnsemblerTests {
    private let shape = SIMD3(20, 17, 11)
    private let patch = SIMD3(8, 8, 16)

    private func value(_ index: Int) -> Float { Float(index * 7919 % 1000) / 1000 }

    /// A network whose probabilities are the voxels themselves, and one less them for the second class where there is one.
    private func mirror(_ classes: Int, scale: Float = 1) -> SlidingWindow.SegmentingNetwork {
        { batch, count in
            let voxels = batch.count / count
            let probabilities = (0..<count).flatMap { position -> [Float] in
                let patch = batch[position * voxels..<(position + 1) * voxels].map { $0 * scale }
                return classes == 1 ? patch : patch + patch.map { 1 - $0 }
            }
            return PatchOutput(detections: [Detections](repeating: Detections(), count: count), probabilities: probabilities)
        }
    }

    private func probabilities(
        _ networks: [SlidingWindow.SegmentingNetwork], classes: Int, weights: [Float] = []
    ) throws -> (image: [Float], found: [Volume<Float>]) {
        let image = (0..<shape.x * shape.y * shape.z).map(value)
        let ensembler = SegmentationEnsembler(shape: shape, tile: patch, classes: classes)
        let window = SlidingWindow(patchSize: patch, batchSize: 3)
        let raw = try image.withUnsafeBufferPointer {
            try window.predict(
                image: $0, channels: 1, shape: shape, networks: networks, modelWeights: weights, segmentation: ensembler)
        }
        #expect(raw.members.count == 8 * networks.count)
        return (image, ensembler.probabilities().volumes)
    }

    /// Whatever a network says of a voxel comes out at that voxel, over all tiles, mirrorings and padding.
    @Test(arguments: [1, 2])
    func everyVoxelComesBack(classes: Int) throws {
        let (image, found) = try probabilities([mirror(classes)], classes: classes)
        #expect(found.count == classes)
        for index in image.indices {
            #expect(abs(found[0].voxels[index] - image[index]) < 1e-5)
            if classes == 2 { #expect(abs(found[1].voxels[index] - (1 - image[index])) < 1e-5) }
        }
    }

    @Test func modelsCountByTheirWeights() throws {
        let (image, found) = try probabilities([mirror(1), mirror(1, scale: 0.5)], classes: 1, weights: [1, 3])
        for index in image.indices { #expect(abs(found[0].voxels[index] - image[index] * 0.625) < 1e-5) }
    }

    @Test func wrongCountsAreNamed() {
        let network: SlidingWindow.SegmentingNetwork = { _, count in
            PatchOutput(detections: [Detections](repeating: Detections(), count: count), probabilities: [1])
        }
        #expect(throws: Problem.self) { try probabilities([network], classes: 1) }
    }

    @Test func labelsReturnToTheImage() throws {
        var properties = CaseProperties(
            caseID: "case", geometry: Geometry(size: SIMD3(9, 14, 20), spacing: SIMD3(1, 1, 1)),
            orientation: AxisMap(source: SIMD3(2, 0, 1), flipped: [true, false, true]), cropLower: SIMD3(3, 1, 2),
            cropUpper: SIMD3(19, 8, 13))
        // Turned 20 × 9 × 14, cropped 16 × 7 × 11, transposed 7 × 16 × 11.
        properties.sizeAfterResampling = SIMD3(7, 16, 11)
        properties.spacingAfterResampling = SIMD3(1, 1, 1)
        var expected = Volume<UInt8>(shape: SIMD3(9, 14, 20), filledWith: 0)
        var generator = SeededGenerator(seed: 3)
        let turned = { (volume: Volume<UInt8>) in
            volume.reoriented(axes: properties.orientation.source, flips: properties.orientation.flipped)
                .cropped(properties.cropLower, properties.cropUpper).transposed(SIMD3(1, 0, 2))
        }
        for index in 0..<expected.count { expected.voxels[index] = UInt8(generator.integer(in: 0..<3)) }
        let preprocessed = turned(expected)
        let restoration = try Restoration(properties: properties, plan: plan(transposeBackward: [1, 0, 2]))
        let classes = (1...2).map { label in
            Volume<Float>(shape: preprocessed.shape, voxels: preprocessed.voxels.map { $0 == label ? 0.8 : 0.05 })
        }
        let labels = restoration.placed(restoration.cropped(ClassProbabilities(classes)).labels())
        #expect(labels.shape == expected.shape)
        #expect(turned(labels) == preprocessed)
        // Outside of the crop there is nothing.
        #expect(labels.voxels.filter { $0 > 0 }.count == preprocessed.voxels.filter { $0 > 0 }.count)
    }

    @Test func airIsLeftOut() throws {
        var image = [Float](repeating: -1, count: 32 * 8 * 8)
        for index in 24 * 64..<32 * 64 { image[index] = Float(index % 10) }
        for (skips, expected) in [(false, 7), (true, 2)] {
            let window = SlidingWindow(patchSize: SIMD3(8, 8, 8), batchSize: 1, transforms: 1, skipsAir: skips)
            var tiles = 0
            _ = try window.predict(
                image: image, channels: 1, shape: SIMD3(32, 8, 8),
                models: [
                    { _, count in
                        tiles += count
                        return [Detections](repeating: Detections(), count: count)
                    }
                ])
            #expect(tiles == expected)
        }
    }
}
