import Core
import Support

/// Finds patch, width and batch for a target (spec 03 §4, and the targets that the original does not know).
///
/// The original's target is planned as the original does: only the patch shrinks. On a smaller target the patch keeps at least half of the
/// voxels that it has there; below that the network gets narrower first, then the batch smaller, and only then the patch. On a larger one
/// the patch is larger to begin with, and what is left goes to the batch, in proportion at most.
struct NetworkSearch {
    /// The search with the original's width and batch.
    let usual: PatchSearch
    /// Seconds of a real step.
    let timer: Planner.StepTimer?

    /// What was found, and how long a step takes on it where that could be told.
    struct Found {
        var candidate: PlanCandidate
        var stepSeconds: Double?
    }

    private var configuration: PlannerConfiguration { usual.configuration }

    /// - Throws: `Problem` when not even the smallest patch of the narrowest network fits; what the timer throws.
    func run(tried: (PlanCandidate, Bool) -> Void) throws -> Found {
        let model = configuration.memoryModel
        let original = MemoryModel(precision: configuration.precision)
        let reference = usual.run { original.estimate($0).total <= PlannerConfiguration.defaultMemoryBudget }
        let least = Int(Double(reference?.voxels ?? 0) * configuration.leastPatchShare)
        for (search, leastVoxels) in searches(least: least) {
            let rate = try secondsPerCost(search, model)
            func seconds(_ candidate: PlanCandidate) -> Double? { rate.map { $0 * model.work(candidate).cost } }
            func fits(_ candidate: PlanCandidate) -> Bool {
                guard model.estimate(candidate).total <= configuration.memoryBudget else { return false }
                guard let bound = configuration.maxStepSeconds, let time = seconds(candidate) else { return true }
                return time <= bound
            }
            if let found = search.run(leastVoxels: leastVoxels, fits: fits, tried: tried) {
                let grown = grown(found, fits: fits, tried: tried)
                return Found(candidate: grown, stepSeconds: seconds(grown))
            }
        }
        throw Self.problem(configuration)
    }

    /// Width after width with patches of at least `least` voxels, then smaller batches, then any patch.
    private func searches(least: Int) -> [(PatchSearch, leastVoxels: Int)] {
        let widths = configuration.narrowerStartChannels.filter { $0 < usual.architecture.startChannels }
        var searches = [(usual, leastVoxels: least)]
        searches += widths.map { (narrower($0), leastVoxels: least) }
        guard let narrowest = searches.last?.0 else { return searches }
        for batch in [usual.batchSize / 2, usual.batchSize / 4] where batch > 0 {
            var smaller = narrowest
            smaller.batchSize = batch
            searches.append((smaller, leastVoxels: batch > usual.batchSize / 4 ? least : 0))
        }
        return searches
    }

    /// The network with fewer channels everywhere.
    private func narrower(_ startChannels: Int) -> PatchSearch {
        let wide = usual.architecture
        func scaled(_ channels: Int) -> Int { max(1, channels * startChannels / wide.startChannels) }
        var architecture = wide
        architecture.startChannels = startChannels
        architecture.maxChannels = scaled(wide.maxChannels)
        architecture.fpnChannels = scaled(wide.fpnChannels)
        architecture.headChannels = scaled(wide.headChannels)
        return PatchSearch(
            configuration: configuration, spacing: usual.spacing, objects: usual.objects, architecture: architecture,
            batchSize: usual.batchSize)
    }

    /// A larger batch where the target is larger than the original's.
    private func grown(
        _ found: PlanCandidate, fits: (PlanCandidate) -> Bool, tried: (PlanCandidate, Bool) -> Void
    ) -> PlanCandidate {
        let share = Double(configuration.memoryBudget) / Double(PlannerConfiguration.defaultMemoryBudget)
        let largest = min(configuration.largestBatchSize, Int(Double(usual.batchSize) * share))
        var best = found
        guard found.architecture.startChannels == usual.architecture.startChannels else { return best }
        while best.batchSize + 2 <= largest {
            let larger = best.with(batchSize: best.batchSize + 2)
            let accepted = fits(larger)
            tried(larger, accepted)
            guard accepted else { return best }
            best = larger
        }
        return best
    }

    /// Measured on a small patch of the same network.
    private func secondsPerCost(_ search: PatchSearch, _ model: MemoryModel) throws -> Double? {
        guard let timer else { return nil }
        let sample = search.sample(voxels: 48 * 48 * 48)
        return try timer(sample) / model.work(sample).cost
    }

    private static func problem(_ configuration: PlannerConfiguration) -> Problem {
        let time = configuration.maxStepSeconds.map { " and steps of \($0) s" } ?? ""
        return Problem(
            "planning", "no patch fits \(configuration.target) with \(ByteSize.text(configuration.memoryBudget))\(time)",
            remedy: "raise planner_cfg.gpu_memory_gb\(time.isEmpty ? "" : " or planner_cfg.max_step_seconds")")
    }
}
