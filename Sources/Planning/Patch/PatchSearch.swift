import Core
import Support

/// Shrinks the patch until the memory rule accepts it (spec 03 §4).
struct PatchSearch {
    let configuration: PlannerConfiguration
    let spacing: SpacingPlan
    let objects: ScaledObjects
    /// The network without what depends on the patch.
    let architecture: Plan.Architecture

    /// The first accepted candidate.
    ///
    /// - Throws: `Problem` when even the smallest patch does not fit.
    func run(fits: (PlanCandidate) -> Bool, tried: (PlanCandidate, Bool) -> Void) throws -> PlanCandidate {
        var patch = InitialPatch.size(spacing: spacing.targetTransposed, medianShape: spacing.medianShapeTransposed)
            .map { max(1, $0) }
        while true {
            let pooling = PoolingPlan(
                spacing: spacing.targetTransposed, patchSize: patch, minimumLength: configuration.minimumFeatureMapLength)
            let candidate = candidate(pooling)
            let accepted = fits(candidate)
            tried(candidate, accepted)
            if accepted { return candidate }
            guard let smaller = shrunk(pooling) else {
                throw Problem(
                    "planning", "not even a patch of \(candidate.patchSize.map(String.init).joined(separator: "×")) fits the memory",
                    remedy: "allow more memory or a smaller batch")
            }
            patch = smaller
        }
    }

    private func candidate(_ pooling: PoolingPlan) -> PlanCandidate {
        var network = architecture
        network.convKernels = pooling.kernels
        network.strides = pooling.strides
        let first = min(max(1, pooling.resolutions - configuration.decoderLevels), configuration.minimumDecoderLevel)
        network.decoderLevels = Array(min(first, pooling.resolutions - 1)..<pooling.resolutions)
        return PlanCandidate(
            patchSize: pooling.patchSize, batchSize: configuration.batchSize, architecture: network,
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
