import Core
import Preprocessing
import Support

/// Chooses from which case, and where in it, each patch of a batch is cut (spec 05, "Sampling").
///
/// The first patches of a batch lie anywhere in a random case, the others contain a random object. Without any object all lie anywhere.
/// Where the original is odd, this differs as design.md says: the largest offset that keeps an object inside is used too (#19), and an image
/// smaller than the patch stands in its middle (#18).
public struct PatchSampler: Sendable {
    /// A patch to be cut.
    public struct Choice: Sendable, Equatable {
        public var caseIndex: Int
        /// First voxel of the patch of generator size; may lie outside of the image.
        public var origin: SIMD3<Int>
        /// The object the patch was placed for, by its place among the case's candidates; nil for patches placed anywhere.
        public var candidate: Int?
    }

    public let strategy: SamplingStrategy
    public let batchSize: Int
    /// Voxels of the patch that the network sees.
    public let patchSize: SIMD3<Int>
    /// Voxels of the patch that is cut, at least as large.
    public let generatorSize: SIMD3<Int>
    /// Patches per batch that are placed anywhere.
    public let backgroundCount: Int
    private let shapes: [SIMD3<Int>]
    private let candidates: [Candidates]
    private let objects: ObjectIndex

    /// - Parameters:
    ///   - shapes: size of each case.
    ///   - candidates: objects of each case.
    ///   - strategy: where patches with objects are placed.
    ///   - batchSize: patches per batch.
    ///   - patchSize: voxels of the patch that the network sees, axes 0, 1, 2.
    ///   - generatorSize: voxels of the patch that is cut, at least `patchSize` on each axis; nil: the same.
    ///   - oversampling: share of the patches that are placed for an object.
    /// - Throws: `Problem` without cases, or where a size is impossible.
    public init(
        shapes: [SIMD3<Int>], candidates: [Candidates], strategy: SamplingStrategy = .offset, batchSize: Int, patchSize: SIMD3<Int>,
        generatorSize: SIMD3<Int>? = nil, oversampling: Double = 0.5
    ) throws {
        guard !shapes.isEmpty else { throw Problem("batches", "there are no cases to take patches from") }
        guard batchSize > 0, patchSize.min() > 0 else { throw Problem("batches", "batch and patch size must be positive") }
        guard (0...1).contains(oversampling) else {
            throw Problem("augment_cfg.oversample_foreground_percent", "\(oversampling) is not between 0 and 1")
        }
        precondition(shapes.count == candidates.count, "one list of candidates per case")
        self.shapes = shapes
        self.candidates = candidates
        self.strategy = strategy
        self.batchSize = batchSize
        self.patchSize = patchSize
        self.generatorSize = pointwiseMax(generatorSize ?? patchSize, patchSize)
        objects = ObjectIndex(candidates)
        let background = Int((Double(batchSize) * (1 - oversampling)).rounded(.toNearestOrEven))
        backgroundCount = objects.objects.isEmpty ? batchSize : background
    }

    /// The patch at place `item` of a batch.
    public func choose(item: Int, using generator: inout SeededGenerator) -> Choice {
        guard item >= backgroundCount else {
            let caseIndex = generator.integer(in: 0..<shapes.count)
            return Choice(caseIndex: caseIndex, origin: anywhere(in: shapes[caseIndex], &generator), candidate: nil)
        }
        let object = strategy.object(objects, &generator)
        let box = candidates[object.caseIndex].bounds(object.candidate)
        var origin = SIMD3<Int>.zero
        for axis in 0..<3 {
            let placement = AxisPlacement(
                box: (box.lower[axis], box.upper[axis]), image: shapes[object.caseIndex][axis], size: generatorSize[axis],
                final: patchSize[axis])
            origin[axis] = strategy.start(placement, &generator)
        }
        return Choice(caseIndex: object.caseIndex, origin: origin, candidate: object.candidate)
    }

    /// A place that leaves at most half of what the generator patch is larger outside of the image.
    private func anywhere(in shape: SIMD3<Int>, _ generator: inout SeededGenerator) -> SIMD3<Int> {
        var origin = SIMD3<Int>.zero
        for axis in 0..<3 {
            let (size, image) = (generatorSize[axis], shape[axis])
            var padding = size - patchSize[axis]
            if padding + image < size { padding = size - image }
            let last = image + padding / 2 + padding % 2 - size
            origin[axis] = generator.integer(in: -(padding / 2)..<last + 1)
        }
        return origin
    }
}
