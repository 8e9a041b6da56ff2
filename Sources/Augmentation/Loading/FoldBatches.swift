import Core
import Foundation
import Preprocessing
import Support

/// The batches of one fold as configuration and plan ask for them.
public struct FoldBatches: Sendable {
    public let training: PatchSource
    public let validation: PatchSource
    /// Threads per loader, no more than processors.
    public let threads: Int
    private let capacity: Int

    /// Opens the cases of `fold`.
    ///
    /// - Parameters:
    ///   - fold: ids of the training and validation cases.
    ///   - folder: the unpacked cases, `preprocessed/<plan>/imagesTr`.
    ///   - plan: gives patch and batch size where `options` do not, and the dimension.
    ///   - options: sizes, sampling and threads (`augment_cfg`).
    ///   - augmentation: transforms of the training patches; those of validation are left as they are.
    ///   - seed: of all chance; training and validation draw from parts of their own.
    /// - Throws: `Problem` naming the case that is missing, not unpacked or damaged, or the key that cannot be used.
    public init(
        _ fold: Splits.Fold, in folder: URL, plan: Plan, options: Configuration.BatchOptions, augmentation: Configuration.Augmentation,
        seed: UInt64
    ) throws {
        let patch = options.patchSize ?? plan.patchSize
        guard patch.count == 3 || patch.count == 2 else { throw Problem("plan: patch_size", "\(patch) must have 2 or 3 axes") }
        let size = SIMD3(patch[0], patch[1], patch.count == 3 ? patch[2] : 1)
        let dimension = plan.networkDim
        let pipeline = try AugmentationPipeline.training(
            augmentation, masked: plan.useMaskForNorm, dimension: dimension, patchSize: size, inSlices: plan.doDummy2DDataAug)
        let strategy = try SamplingStrategy(name: options.dataloader)
        let batchSize = options.batchSize ?? plan.batchSize
        func source(_ ids: [String], _ pipeline: AugmentationPipeline, _ seed: UInt64) throws -> PatchSource {
            try PatchSource(
                cases: parallelMap(ids.count) { try PreprocessedCase(ids[$0], in: folder) }, pipeline: pipeline, strategy: strategy,
                batchSize: batchSize, oversampling: options.oversampleForegroundPercent, seed: seed, dimension: dimension,
                padding: Float(options.padding))
        }
        let seeds = SeededGenerator(seed: seed)
        var (trainingSeed, validationSeed) = (seeds.split("training"), seeds.split("validation"))
        training = try source(fold.train, pipeline, trainingSeed.next())
        validation = try source(fold.val, .plain(patchSize: size, channels: pipeline.channels), validationSeed.next())
        threads = options.multiprocessing ? Self.threads(options.numThreads) : 0
        capacity = max(1, threads * options.numCachedPerThread)
    }

    /// How many of the `wanted` threads there are: more than processors would only wait for each other.
    package static func threads(_ wanted: Int, processors: Int = processorCount) -> Int { min(wanted, processors) }

    /// Training batches from number `first` on.
    public func trainingLoader(from first: Int, count: Int? = nil) -> BatchLoader {
        BatchLoader(source: training, threads: threads, first: first, count: count, capacity: capacity)
    }

    /// The validation batches of an epoch: others in each, the same ones in every run.
    public func validationLoader(epoch: Int, count: Int) -> BatchLoader {
        BatchLoader(source: validation, threads: threads, first: epoch * count, count: count, capacity: capacity)
    }
}
