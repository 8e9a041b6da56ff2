import Core
import Support

/// One place of a case as it is, and what augmentation made of it some times.
public struct PatchVariants: Sendable {
    /// Patch 0 as it is in the case, and the others changed.
    public let batch: Batch
    /// For each patch the names of its changes.
    public let changes: [[String]]
}

extension PatchSource {
    /// The place that batch `index` takes for its last patch, which is placed for an object where there is one: as it is, and `count` times
    /// as training might see it.
    ///
    /// - Throws: `Problem` naming the case, and the transform where one failed.
    public func variants(_ index: Int, count: Int) throws -> PatchVariants {
        let generator = SeededGenerator(seed: seed).split(UInt64(bitPattern: Int64(index)))
        var placing = generator.split("place")
        let choice = sampler.choose(item: sampler.batchSize - 1, using: &placing)
        let unchanged = AugmentationPipeline(
            spatial: SpatialTransform(size: pipeline.patchSize), generatorSize: pipeline.generatorSize, transforms: [],
            channels: pipeline.channels)
        var changes: [[String]] = []
        let batch = try batch(of: count + 1) { patch, item, batch in
            changes.append(
                try fill(
                    patch, at: choice, item == 0 ? unchanged : pipeline, of: &batch,
                    using: generator.split("transform").split(UInt64(item))))
        }
        return PatchVariants(batch: batch, changes: changes)
    }
}
