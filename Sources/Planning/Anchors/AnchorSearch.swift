import Boxes
import Support

/// Searches whole-numbered base anchors that fit the objects best (spec 03 §5): independent seeded runs, of which the best score wins.
package struct AnchorSearch: Sendable {
    package var runs: Int
    package var evaluations: Int
    /// Objects that the evolution looks at; of more a sample is taken, and the end of each run and the choice among runs use all.
    package var sampleSize = 4096
    /// Sizes that the first run starts from, on every axis.
    private let start = [4, 8, 16]

    package init(runs: Int = 3, evaluations: Int = 5000) {
        self.runs = runs
        self.evaluations = evaluations
    }

    /// Base anchors: three sizes per axis, ascending, and their mean best IoU.
    package struct Result: Sendable {
        package let sizes: AnchorObjective.Sizes
        package let meanBestIoU: Double
    }

    /// - Parameters:
    ///   - boxes: objects at the target spacing, transposed, not empty.
    ///   - levels: factors of the decoder levels, per level and axis (`LevelStrides`).
    ///   - dim: axes that anchors vary on.
    package func run(boxes: [Box], levels: [[Double]], dim: Int = 3, seed: UInt64) throws -> Result {
        let objective = AnchorObjective(boxes: boxes, levels: levels)
        let sample = boxes.count > sampleSize ? AnchorObjective(boxes: self.sample(boxes, seed: seed), levels: levels) : objective
        let quantiles = quantileStart(boxes, dim: dim)
        // One thread per run, whatever the number of processors: the system shares them evenly.
        let results = try parallelMap(runs, threads: runs) { run in
            var evaluator = CachedObjective(objective: sample, dim: dim)
            var generator = SeededGenerator(seed: seed).split("anchors").split(UInt64(run))
            // The first run starts as the original does, the others at the quantiles of the objects' sizes.
            let origin = run == 0 ? Array(repeating: start.map(Double.init), count: dim).flatMap { $0 } : quantiles
            let found = DifferentialEvolution().maximize(origin: origin, starts: [origin], budget: evaluations, generator: &generator) {
                evaluator.score($0)
            }
            let improved = evaluator.rescaled(evaluator.polished(found.vector))
            guard boxes.count > sampleSize else { return improved }
            evaluator = CachedObjective(objective: objective, dim: dim)
            return evaluator.polished(improved.sizes.joined().map(Double.init))
        }
        return results.dropFirst().reduce(results[0]) { $1.meanBestIoU > $0.meanBestIoU ? $1 : $0 }
    }

    private func sample(_ boxes: [Box], seed: UInt64) -> [Box] {
        var generator = SeededGenerator(seed: seed).split("objects")
        return Array(boxes.shuffled(using: &generator).prefix(sampleSize))
    }

    private func quantileStart(_ boxes: [Box], dim: Int) -> [Double] {
        (0..<dim).flatMap { axis in
            let sorted = boxes.map { Double($0.size[axis]) }.sorted()
            return [100.0 / 6, 50, 500.0 / 6].map { Statistics.percentile($0, ofSorted: sorted) }
        }
    }
}

/// The objective on vectors of the search, remembering what was evaluated.
private struct CachedObjective {
    let objective: AnchorObjective
    let dim: Int
    private var known: [[Int]: Double] = [:]

    init(objective: AnchorObjective, dim: Int) {
        self.objective = objective
        self.dim = dim
    }

    /// Whole sizes of a vector, ascending within each axis (their order does not matter); values below 1 bounce back.
    private func sizes(_ vector: [Double]) -> [Int] {
        var result = vector.map { Int(min(1e6, max(1, 1 + abs($0 - 1))).rounded()) }
        for axis in 0..<dim { result[3 * axis..<3 * axis + 3].sort() }
        return result
    }

    private func nested(_ flat: [Int]) -> AnchorObjective.Sizes {
        (0..<3).map { $0 < dim ? Array(flat[3 * $0..<3 * $0 + 3]) : [1, 1, 1] }
    }

    private mutating func score(sizes: [Int]) -> Double {
        if let value = known[sizes] { return value }
        let value = objective.meanBestIoU(nested(sizes))
        known[sizes] = value
        return value
    }

    mutating func score(_ vector: [Double]) -> Double { score(sizes: sizes(vector)) }

    /// Tries larger anchors of the same proportions as long as that raises the score.
    ///
    /// The levels are multiples of one another, so that a set of sizes and its multiple are separate hills of nearly equal height. Only
    /// larger ones are tried: smaller base anchors may fit centred boxes a little better, but leave an object to a coarser level, whose
    /// positions lie too far apart for it.
    mutating func rescaled(_ start: AnchorSearch.Result) -> AnchorSearch.Result {
        var best = start
        var improved = true
        while improved {
            improved = false
            for factor in [1.25, 1.6, 2] {
                let trial = polished(best.sizes.joined().map { Double($0) * factor })
                if trial.meanBestIoU > best.meanBestIoU + 1e-9 { (best, improved) = (trial, true) }
            }
        }
        return best
    }

    /// Moves single sizes by small steps from `vector` as long as that raises the score.
    mutating func polished(_ vector: [Double]) -> AnchorSearch.Result {
        var best = sizes(vector)
        var value = score(sizes: best)
        var improved = true
        while improved {
            improved = false
            for index in best.indices {
                for step in [-1, 1, -2, 2] where best[index] + step >= 1 {
                    var trial = best
                    trial[index] += step
                    trial[index / 3 * 3..<index / 3 * 3 + 3].sort()
                    let score = score(sizes: trial)
                    if score > value + 1e-9 { (best, value, improved) = (trial, score, true) }
                }
            }
        }
        return AnchorSearch.Result(sizes: Array(nested(best).prefix(dim)), meanBestIoU: value)
    }
}
