import Boxes
import Core
import Detector
import Inference
import Support
import Testing
import Torch

/// With all mirrorings, what a network finds in a flipped case, tile by tile, is flipped what it finds in the case.
@Suite(.serialized) struct FlippedCaseTests {
    private static let patch = SIMD3(32, 32, 32)
    /// Tiles begin at 0, 16 – 0, 8 – 0, 16: the same grid from either end.
    private static let shape = SIMD3(48, 40, 48)

    /// An untrained network whose scores lie far apart, and none so near to 1 that others equal it: which of two equal ones stays is a matter of order.
    private func network() throws -> RetinaUNet {
        let axes = [[3, 3, 3], [3, 3, 3], [3, 3, 3]]
        let architecture = Plan.Architecture(
            archName: "RetinaUNetV001", dim: 3, inChannels: 1, classifierClasses: 2, segClasses: 2, startChannels: 4, maxChannels: 16,
            fpnChannels: 16, headChannels: 16, convKernels: axes, strides: [[2, 2, 2], [2, 2, 2]], decoderLevels: [1, 2])
        let sizes = [[4.0, 6, 8], [8.0, 12, 16]]
        try TorchLibrary.seed(5)
        let network = try RetinaUNet(
            architecture: architecture, anchors: Plan.Anchors(width: sizes, height: sizes, depth: sizes),
            configuration: ModelConfiguration())
        try withoutGrad {
            for (head, deviation) in [("classifier", 0.1), ("regressor", 0.02)] {
                let weight = try #require(
                    network.parameters.first { $0.name.contains("head.\(head).conv_out") && $0.name.hasSuffix("weight") })
                _ = try weight.tensor.fillNormal(std: deviation)
            }
        }
        return network
    }

    private func detections(_ image: [Float], _ network: RetinaUNet) throws -> Detections {
        let window = SlidingWindow(patchSize: Self.patch, batchSize: 4)
        let raw = try window.predict(
            image: image, channels: 1, shape: Self.shape,
            models: [
                { batch, count in
                    try withoutGrad { try network.detections(Tensor.from(batch, shape: [count, 1, 32, 32, 32])) }
                }
            ])
        #expect(raw.members.count == 8 && raw.members.allSatisfy { Set($0.tiles).count > 4 })
        return BoxEnsembler().detections(raw)
    }

    private func flipped(_ image: [Float], _ axes: Mirroring) -> [Float] {
        let shape = Self.shape
        var result = image
        for i in 0..<shape.x {
            for j in 0..<shape.y {
                for k in 0..<shape.z {
                    let place = SIMD3(i, j, k)
                    var source = place
                    for axis in axes.axes { source[axis] = shape[axis] - 1 - place[axis] }
                    result[(i * shape.y + j) * shape.z + k] = image[(source.x * shape.y + source.y) * shape.z + source.z]
                }
            }
        }
        return result
    }

    @Test func detectionsOfAFlippedCaseAreFlipped() throws {
        let origins = TileGrid(shape: Self.shape, patchSize: Self.patch).origins
        #expect(origins.count == 8 && Set(origins) == Set(origins.map { Self.shape &- Self.patch &- $0 }))
        var generator = SeededGenerator(seed: 8)
        let image = (0..<Self.shape.x * Self.shape.y * Self.shape.z).map { _ in Float(generator.uniform(-2, 2)) }
        let network = try network()
        let found = try detections(image, network)
        #expect(found.count > 50)
        for axes in [.axis1, [.axis0, .axis1, .axis2]] as [Mirroring] {
            let other = try detections(flipped(image, axes), network)
            #expect(other.count == found.count, "\(axes.axes)")
            var free = Set(other.boxes.indices)
            for index in found.boxes.indices {
                let partner = free.first { candidate in
                    let box = axes.unmirrored(other.boxes[candidate], size: Self.shape)
                    let distance = zip(box.flat(), found.boxes[index].flat()).map { abs($0 - $1) }.max() ?? 0
                    return distance < 1e-3 && other.labels[candidate] == found.labels[index]
                        && abs(other.scores[candidate] - found.scores[index]) < 1e-5
                }
                guard let partner else {
                    Issue.record("flipped along \(axes.axes): nothing at \(found.boxes[index]), score \(found.scores[index])")
                    continue
                }
                free.remove(partner)
            }
        }
    }
}
