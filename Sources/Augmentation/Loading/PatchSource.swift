import Boxes
import Core
import Preprocessing
import Support

/// Batches of patches from preprocessed cases; batch i depends on the cases, the seed and i.
public struct PatchSource: BatchSource {
    let cases: [PreprocessedCase]
    let sampler: PatchSampler
    let pipeline: AugmentationPipeline
    let seed: UInt64
    let dimension: Int
    /// Intensity beyond the cases.
    let padding: Float

    /// - Parameters:
    ///   - cases: all of one number of channels.
    ///   - pipeline: transforms the patches; gives their size.
    ///   - strategy: where patches with objects are placed.
    ///   - batchSize: patches per batch.
    ///   - oversampling: share of the patches that are placed for an object.
    ///   - seed: of all chance.
    ///   - dimension: 3, or 2 for patches of size 1 on axis 2.
    ///   - padding: intensity of patches beyond the cases.
    /// - Throws: `Problem` without cases, or where they do not go together.
    public init(
        cases: [PreprocessedCase], pipeline: AugmentationPipeline, strategy: SamplingStrategy = .offset, batchSize: Int,
        oversampling: Double = 0.5, seed: UInt64, dimension: Int = 3, padding: Float = 0
    ) throws {
        sampler = try PatchSampler(
            shapes: cases.map(\.shape), candidates: cases.map(\.candidates), strategy: strategy, batchSize: batchSize,
            patchSize: pipeline.patchSize, generatorSize: pipeline.generatorSize, oversampling: oversampling)
        if let other = cases.first(where: { $0.channels != cases[0].channels }) {
            throw Problem("case \(other.id)", "has \(other.channels) channels, case \(cases[0].id) has \(cases[0].channels)")
        }
        if let last = pipeline.channels?.max(), last >= cases[0].channels {
            throw Problem("case \(cases[0].id)", "has \(cases[0].channels) channels, channel \(last) is asked for")
        }
        self.cases = cases
        self.pipeline = pipeline
        self.seed = seed
        self.dimension = dimension
        self.padding = padding
    }

    public func batch(_ index: Int) throws -> Batch {
        let generator = SeededGenerator(seed: seed).split(UInt64(bitPattern: Int64(index)))
        return try batch(of: sampler.batchSize) { patch, item, batch in
            let own = generator.split(UInt64(item))
            var placing = own.split("place")
            let choice = sampler.choose(item: item, using: &placing)
            try fill(patch, at: choice, pipeline, of: &batch, using: own.split("transform"))
        }
    }

    /// A batch of `count` patches that `fill` makes.
    func batch(of count: Int, _ fill: (_ patch: PatchBuffers, _ item: Int, _ batch: inout Batch) throws -> Void) throws -> Batch {
        let size = pipeline.patchSize
        let (voxels, channels) = (size.x * size.y * size.z, pipeline.channels?.count ?? cases[0].channels)
        var batch = Batch(images: [], segmentation: [], truths: [], size: size, keys: [])
        let (imageCount, labelCount) = (count * channels * voxels, count * voxels)
        // Patches are made where they stay.
        batch.images = try Array(unsafeUninitializedCapacity: imageCount) { images, initialized in
            batch.segmentation = try Array(unsafeUninitializedCapacity: labelCount) { labels, initialized in
                for item in 0..<count {
                    let patch = PatchBuffers(
                        images: UnsafeMutableBufferPointer(rebasing: images[item * channels * voxels..<(item + 1) * channels * voxels]),
                        labels: UnsafeMutableBufferPointer(rebasing: labels[item * voxels..<(item + 1) * voxels]), channels: channels,
                        size: size)
                    try fill(patch, item, &batch)
                }
                initialized = labelCount
            }
            initialized = imageCount
        }
        return batch
    }

    /// Makes the patch at the place of `choice`, and adds its objects and its case to the batch.
    ///
    /// - Returns: the names of the changes that were made.
    @discardableResult
    func fill(
        _ patch: PatchBuffers, at choice: PatchSampler.Choice, _ pipeline: AugmentationPipeline, of batch: inout Batch,
        using generator: SeededGenerator
    ) throws -> [String] {
        let source = cases[choice.caseIndex]
        let changes: [String]
        do {
            changes = try source.withPatch(origin: choice.origin, size: pipeline.generatorSize, padding: padding) {
                try pipeline.cut($0, into: patch, using: generator)
            }
        } catch { throw Problem("case \(source.id)", "\(error)") }
        for index in 0..<patch.voxels where patch.labels[index] < 0 { patch.labels[index] = 0 }
        try batch.add(patch, classes: source.properties.instances, key: source.id, dimension: dimension)
        return changes
    }
}

extension Batch {
    /// Adds what is known of a patch: boxes and classes from its visible voxels, without a smallest size.
    ///
    /// - Throws: `Problem` naming the case where a label has no class.
    fileprivate mutating func add(_ patch: PatchBuffers, classes: [Int: Int], key: String, dimension: Int) throws {
        let extents = InstanceExtent.extents(of: UnsafeBufferPointer(patch.labels), shape: patch.size)
        var truth = GroundTruth()
        for extent in extents {
            guard let label = classes[extent.id] else {
                throw Problem("case \(key)", "instance \(extent.id) of its labels has no class", remedy: "run 'nndet prep' again")
            }
            truth.boxes.append(extent.box(dimension: dimension))
            truth.labels.append(label)
        }
        truths.append(truth)
        instances.append(extents.map(\.id))
        keys.append(key)
    }
}
