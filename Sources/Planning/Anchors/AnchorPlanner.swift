import Boxes
import Core
import Support

/// Anchors of a plan: fitted to the objects of ordinary size, one set per decoder level (spec 03 §5).
struct AnchorPlanner {
    let configuration: PlannerConfiguration

    /// - Throws: `Problem` when there is no object.
    func anchors(
        objects: ScaledObjects, architecture: Plan.Architecture, seed: UInt64
    ) throws -> (anchors: Plan.Anchors, meanBestIoU: Double) {
        let dim = architecture.dim
        let boxes = objects.ordinary(dim: dim)
        guard !boxes.isEmpty else { throw Problem("planning", "there is no object to fit anchors to") }
        let levels = LevelStrides.factors(strides: architecture.strides, decoderLevels: architecture.decoderLevels)
        // The original searches with factors cut to whole numbers; a factor of ½ would leave a level without anchors there.
        let searched = configuration.referenceBehaviour ? levels.map { $0.map { $0.rounded(.towardZero) } } : levels
        let found = try AnchorSearch(runs: configuration.anchorRuns, evaluations: configuration.anchorEvaluations)
            .run(boxes: boxes, levels: searched, dim: dim, seed: seed)
        func axis(_ index: Int) -> [[Double]] {
            guard index < dim else { return [] }
            return levels.map { level in found.sizes[index].map { Double($0) * level[index] } }
        }
        return (Plan.Anchors(width: axis(0), height: axis(1), depth: axis(2)), found.meanBestIoU)
    }
}

extension ScaledObjects {
    /// The boxes strictly between the 0.5th and 99.5th percentile of size on every axis; all, where that leaves none (equal objects).
    package func ordinary(dim: Int) -> [Box] {
        let boxes = all
        guard !boxes.isEmpty else { return [] }
        let limits = (0..<dim).map { axis in
            let sorted = boxes.map { Double($0.size[axis]) }.sorted()
            return (Statistics.percentile(0.5, ofSorted: sorted), Statistics.percentile(99.5, ofSorted: sorted))
        }
        let kept = boxes.filter { box in
            let size = box.size
            return limits.enumerated().allSatisfy { axis, limit in Double(size[axis]) > limit.0 && Double(size[axis]) < limit.1 }
        }
        return kept.isEmpty ? boxes : kept
    }
}
