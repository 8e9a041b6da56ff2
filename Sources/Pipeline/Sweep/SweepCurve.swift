import Inference

/// The scores that the values of one parameter gave in a sweep.
struct SweepCurve {
    let parameter: String
    let metric: String
    /// In the order in which they were tried; a score that is undefined is nil.
    let trials: [(value: SweepValue, score: Double?)]
    /// The value that was taken.
    let best: SweepValue
    let bestScore: Double

    init(_ step: SweepStep) {
        parameter = step.parameter.rawValue
        metric = step.metric
        trials = step.trials.map { ($0.value, $0.scores[step.metric]) }
        best = step.best
        bestScore = step.bestScore
    }

    /// Takes the value of the highest score; `current` where no other is better.
    init(parameter: String, metric: String, trials: [(value: Double, score: Double?)], current: Double) {
        self.parameter = parameter
        self.metric = metric
        self.trials = trials.map { (.number($0.value), $0.score) }
        var best = (value: current, score: trials.first { $0.value == current }?.score ?? -.infinity)
        for trial in trials {
            if let score = trial.score, score > best.score { best = (trial.value, score) }
        }
        self.best = .number(best.value)
        bestScore = best.score
    }
}
