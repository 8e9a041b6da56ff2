import Augmentation
import Core
import Foundation
import Preprocessing
import Support

/// Samples per second and thread that augmentation makes of patches in memory; compare.py runs it beside batchgenerators.
struct PatchRate {
    let size: Int
    let configuration: String
    let order: Int
    let samples: Int

    func run() throws {
        let pipeline = try Self.pipeline(size: size, ["augmentation=\(configuration)", "augmentation.order_data=\(order)"])
        let cut = pipeline.generatorSize
        let voxels = cut.x * cut.y * cut.z
        var generator = SeededGenerator(seed: 0)
        var images = [Float](repeating: 0, count: voxels)
        for index in 0..<voxels { images[index] = Float(generator.normal()) }
        var labels = [Int32](repeating: 0, count: voxels)
        for index in 0..<voxels { labels[index] = Int32(index / 4096 % 5) }
        let before = peakMemory()
        var seconds = 0.0
        try images.withUnsafeBufferPointer { images in
            try labels.withUnsafeBufferPointer { labels in
                guard let images = images.baseAddress, let labels = labels.baseAddress else { return }
                let view = PatchView(
                    images: [VolumeView(images, shape: cut, size: cut, outside: 0)],
                    labels: VolumeView(labels, shape: cut, size: cut, outside: -1))
                for index in 0..<samples {
                    seconds += try threadSeconds { try make(view, pipeline, SeededGenerator(seed: UInt64(index))) }
                }
            }
        }
        // The patch that was cut, images and labels, which a file holds in training, counts too.
        let held = Double(voxels * 8)
        print(
            "{\"samples_per_second\": \(Double(samples) / seconds), \"generator\": [\(cut.x), \(cut.y), \(cut.z)], "
                + "\"peak_over_patch\": \(Double(peakMemory() - before) / held + 1)}")
    }

    static func pipeline(size: Int, _ overrides: [String]) throws -> AugmentationPipeline {
        let environment = Environment(dataFolder: URL(fileURLWithPath: "."), modelsFolder: URL(fileURLWithPath: "."))
        let configuration = try Configuration.compose(overrides, environment: environment)
        return try AugmentationPipeline.training(
            configuration.augmentation, masked: [false], dimension: 3, patchSize: SIMD3(size, size, size))
    }

    private func make(_ view: PatchView, _ pipeline: AugmentationPipeline, _ generator: SeededGenerator) throws {
        let voxels = size * size * size
        var patch = Patch(
            images: [Float](unsafeUninitializedCapacity: voxels) { $1 = voxels },
            labels: [Int32](unsafeUninitializedCapacity: voxels) { $1 = voxels }, channels: 1, size: pipeline.patchSize)
        try patch.withBuffers { _ = try pipeline.cut(view, into: $0, using: generator) }
    }
}
