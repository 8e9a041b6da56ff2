import Core
import Support

/// Shrinks the patch until it is accepted (spec 03 §4).
struct PatchSearch {
    let configuration: PlannerConfiguration
    let spacing: SpacingPlan
    let objects: ScaledObjects
    /// The network without what depends on the patch.
    let architecture: Plan.Architecture
    var batchSize: Int

    /// The first accepted candidate; nil where none of at least `leastVoxels` is.
    func run(
        leastVoxels: Int = 0, fits: (PlanCandidate) -> Bool, tried: (PlanCandidate, Bool) -> Void = { _, _ in }
    ) -> PlanCandidate? {
        var patch = initialPatch
        while true {
            let pooling = pooling(patch)
            let candidate = candidate(pooling)
            guard candidate.voxels >= leastVoxels else { return nil }
            let accepted = fits(candidate)
            tried(candidate, accepted)
            if accepted { return candidate }
            guard let smaller = shrunk(pooling) else { return nil }
            patch = smaller
        }
    }

    private var initialPatch: [Int] {
        InitialPatch.size(spacing: spacing.targetTransposed, medianShape: spacing.medianShapeTransposed).map { max(1, $0) }
    }

    private func pooling(_ patch: [Int]) -> PoolingPlan {
        PoolingPlan(spacing: spacing.targetTransposed, patchSize: patch, minimumLength: configuration.minimumFeatureMapLength)
    }

    /// One image with a patch of about `voxels` voxels in the proportions of the initial one: small enough to be tried out.
    func sample(voxels: Int) -> PlanCandidate {
        var patch = initialPatch
        // Axis by axis, as those that are short already stay as they are.
        while patch.reduce(1, *) > voxels, let axis = patch.indices.max(by: { patch[$0] < patch[$1] }), patch[axis] > 16 {
            patch[axis] -= 8
        }
        var one = self
        one.batchSize = 1
        return one.candidate(pooling(patch))
    }

    private func candidate(_ pooling: PoolingPlan) -> PlanCandidate {
        var network = architecture
        network.convKernels = pooling.kernels
        network.strides = pooling.strides
        let first = min(max(1, pooling.resolutions - configuration.decoderLevels), configuration.minimumDecoderLevel)
        network.decoderLevels = Array(min(first, pooling.resolutions - 1)..<pooling.resolutions)
        return PlanCandidate(
            patchSize: pooling.patchSize, batchSize: batchSize, architecture: network,
            objectsPerPatch: objects.mostObjects(inPatch: pooling.patchSize))
    }

    /// One step smaller on the axis that covers most of the median image, or the next one that can shrink; nil where none can.
    private func shrunk(_ pooling: PoolingPlan) -> [Int]? {
        var patch = pooling.patchSize
        let cover = patch.indices.map { Double(patch[$0]) / spacing.medianShapeTransposed[$0] }
        // Of equally covered axes the last comes first.
        for axis in patch.indices.sorted(by: { (cover[$0], $0) > (cover[$1], $1) }) {
            let roomy = pooling.bottleneck[axis] > configuration.minimumFeatureMapLength
            let step = roomy ? pooling.divisor[axis] : pooling.divisor[axis] / 2
            guard step > 0, patch[axis] - step >= configuration.minimumFeatureMapLength else { continue }
            patch[axis] -= step
            return patch
        }
        return nil
    }
}
