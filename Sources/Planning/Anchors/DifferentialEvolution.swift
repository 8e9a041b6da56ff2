import Support

/// Differential evolution with two-point crossover on real vectors (spec 03 §5.7), maximising.
///
/// Coordinates are offsets from the start in units of the mutation's deviation. One population member is challenged at a time, in turn:
/// donor = x + 0.8 (a − b) + 0.8 (best − x); the segment between two cut points, or the rest, is taken over from x.
struct DifferentialEvolution {
    var populationSize = 30
    var weight = 0.8

    /// The best vector seen in `budget` evaluations, and its score.
    ///
    /// - Parameter starts: the first members of the population; the others are `origin` plus normal noise.
    func maximize(
        origin: [Double], starts: [[Double]] = [], budget: Int, generator: inout SeededGenerator, score: ([Double]) -> Double
    ) -> (vector: [Double], score: Double) {
        let dimensions = origin.count
        var members: [[Double]] = []
        var scores: [Double] = []
        var best = (vector: origin, score: -Double.infinity)
        for evaluation in 0..<max(1, budget) {
            let trial: [Double]
            let slot = evaluation % populationSize
            if members.count < populationSize {
                trial = starts.indices.contains(slot) ? starts[slot] : origin.map { $0 + generator.normal() }
            } else {
                trial = challenger(of: members[slot], members: members, best: best.vector, dimensions: dimensions, generator: &generator)
            }
            let value = score(trial)
            if value > best.score { best = (trial, value) }
            if members.count < populationSize {
                members.append(trial)
                scores.append(value)
            } else if value >= scores[slot] {
                members[slot] = trial
                scores[slot] = value
            }
        }
        return best
    }

    private func challenger(
        of parent: [Double], members: [[Double]], best: [Double], dimensions: Int, generator: inout SeededGenerator
    ) -> [Double] {
        let a = members[generator.integer(in: 0..<members.count)]
        let b = members[generator.integer(in: 0..<members.count)]
        var trial = parent
        // Two different cut points of 0…dimensions.
        let first = generator.integer(in: 0..<dimensions + 1)
        let other = generator.integer(in: 0..<dimensions)
        let second = other < first ? other : other + 1
        let keepInside = generator.chance(0.5)
        for axis in 0..<dimensions where (min(first, second)..<max(first, second)).contains(axis) != keepInside {
            trial[axis] = parent[axis] + weight * (a[axis] - b[axis]) + weight * (best[axis] - parent[axis])
        }
        return trial
    }
}
