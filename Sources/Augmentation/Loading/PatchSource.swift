import Boxes
import Core
import Preprocessing
import Support

/// Batches of patches from preprocessed cases; batch i depends on the cases, the seed and i.
public struct PatchSource: BatchSource {
    private let cases: [PreprocessedCase]
    private let sampler: PatchSampler
    private let pipeline: AugmentationPipeline
    private let seed: UInt64
    private let dimension: Int

    /// - Parameters:
    ///   - cases: all of one number of channels.
    ///   - oversampling: share of the patches that are placed for an object.
    ///   - dimension: 3, or 2 for patches of size 1 on axis 2.
    /// - Throws: `Problem` without cases, or where they do not go together.
    public init(
        cases: [PreprocessedCase], pipeline: AugmentationPipeline, strategy: SamplingStrategy = .offset, batchSize: Int,
        oversampling: Double = 0.5, seed: UInt64, dimension: Int = 3
    ) throws {
        sampler = try PatchSampler(
            shapes: cases.map(\.shape), candidates: cases.map(\.candidates), strategy: strategy, batchSize: batchSize,
            patchSize: pipeline.patchSize, generatorSize: pipeline.generatorSize, oversampling: oversampling)
        if let other = cases.first(where: { $0.channels != cases[0].channels }) {
            throw Problem("case \(other.id)", "has \(other.channels) channels, case \(cases[0].id) has \(cases[0].channels)")
        }
        self.cases = cases
        self.pipeline = pipeline
        self.seed = seed
        self.dimension = dimension
    }

    public func batch(_ index: Int) throws -> Batch {
        let generator = SeededGenerator(seed: seed).split(UInt64(bitPattern: Int64(index)))
        let size = pipeline.patchSize
        let voxels = size.x * size.y * size.z
        var batch = Batch(images: [], segmentation: [], truths: [], size: size, keys: [])
        batch.images.reserveCapacity(sampler.batchSize * cases[0].channels * voxels)
        batch.segmentation.reserveCapacity(sampler.batchSize * voxels)
        for item in 0..<sampler.batchSize {
            let own = generator.split(UInt64(item))
            var placing = own.split("place")
            let choice = sampler.choose(item: item, using: &placing)
            let source = cases[choice.caseIndex]
            var patch = Self.read(source, origin: choice.origin, size: pipeline.generatorSize)
            pipeline.apply(to: &patch, using: own.split("transform"))
            precondition(patch.size == size, "the pipeline must leave patches of its size")
            for i in 0..<voxels where patch.labels[i] < 0 { patch.labels[i] = 0 }
            try batch.add(patch, classes: source.properties.instances, key: source.id, dimension: dimension)
        }
        return batch
    }

    private static func read(_ source: PreprocessedCase, origin: SIMD3<Int>, size: SIMD3<Int>) -> Patch {
        let voxels = size.x * size.y * size.z
        var labels: [Int32] = []
        let images = [Float](unsafeUninitializedCapacity: source.channels * voxels) { images, imageCount in
            labels = [Int32](unsafeUninitializedCapacity: voxels) { labels, labelCount in
                let target = UnsafeMutableBufferPointer(rebasing: images[0..<source.channels * voxels])
                source.read(origin: origin, size: size, images: target, labels: UnsafeMutableBufferPointer(rebasing: labels[0..<voxels]))
                labelCount = voxels
            }
            imageCount = source.channels * voxels
        }
        return Patch(images: images, labels: labels, channels: source.channels, size: size)
    }
}

extension Batch {
    /// Adds a patch: boxes and classes from its visible voxels, without a smallest size.
    ///
    /// - Throws: `Problem` naming the case where a label has no class.
    mutating func add(_ patch: Patch, classes: [Int: Int], key: String, dimension: Int) throws {
        let extents = patch.labels.withUnsafeBufferPointer { InstanceExtent.extents(of: $0, shape: patch.size) }
        var truth = GroundTruth()
        for extent in extents {
            guard let label = classes[extent.id] else {
                throw Problem("case \(key)", "instance \(extent.id) of its labels has no class", remedy: "run 'nndet prep' again")
            }
            truth.boxes.append(extent.box(dimension: dimension))
            truth.labels.append(label)
        }
        images.append(contentsOf: patch.images)
        segmentation.append(contentsOf: patch.labels)
        truths.append(truth)
        instances.append(extents.map(\.id))
        keys.append(key)
    }
}
