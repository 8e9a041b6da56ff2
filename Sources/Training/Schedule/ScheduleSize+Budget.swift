import Foundation
import Support

extension ScheduleSize {
    /// Batches below which epochs are left out rather than shortened further: validation and saving need something to stand against.
    static let shortEpoch = 100
    /// Share of a budget that is planned for; the rest is for the machine being slower at times.
    static let plannedShare = 0.95

    /// The longest schedule of the same proportions that `speed` allows in `seconds`, at most this one.
    ///
    /// Epochs become shorter first, then fewer; warm-up and averaging keep their share.
    /// - Parameters:
    ///   - seconds: the whole budget.
    ///   - spent: seconds of the budget that are gone already.
    ///   - speed: what this machine needs for steps, validation and saving.
    /// - Throws: `Problem` where not even one short epoch fits.
    public func fitted(to seconds: Double, spent: Double = 0, at speed: TrainingSpeed) throws -> ScheduleSize {
        let usable = seconds * Self.plannedShare - spent
        guard self.seconds(at: speed) > usable else { return self }
        var fitted = self
        // Fixed costs of an epoch leave so much for batches, in which training and validation keep their proportion.
        func batches(_ epochs: Int) -> Double {
            let perEpoch = usable / Double(epochs) - speed.epochEnd
            let perBatch = speed.step + speed.validationBatch * Double(validationBatches) / Double(trainingBatches)
            return perEpoch / perBatch
        }
        let fewest = Double(min(Self.shortEpoch, trainingBatches))
        var count = allEpochs
        while count > 1, batches(count) < fewest { count -= 1 }
        fitted.averagingEpochs = count == 1 || averagingEpochs == 0 ? 0 : max(1, averagingEpochs * count / allEpochs)
        fitted.epochs = count - fitted.averagingEpochs
        let share = batches(fitted.allEpochs) / Double(trainingBatches)
        fitted.validationBatches = min(validationBatches, max(1, Int(share * Double(validationBatches))))
        let left =
            usable / Double(fitted.allEpochs) - speed.epochEnd - Double(fitted.validationBatches) * speed.validationBatch
        fitted.trainingBatches = min(trainingBatches, Int(left / speed.step))
        guard fitted.trainingBatches >= 1 else {
            let least = ScheduleSize(epochs: 1, averagingEpochs: 0, trainingBatches: 1, validationBatches: 1, warmUpIterations: 0)
            let needed = ProgressReporter.duration(spent + least.seconds(at: speed) / Self.plannedShare)
            throw Problem(
                "time budget of \(ProgressReporter.duration(seconds))",
                "is too short: to begin, one step and its validation take \(needed)",
                remedy: "give more time, or make the network or its patch smaller")
        }
        let decaying = Double(fitted.epochs * fitted.trainingBatches) / Double(epochs * trainingBatches)
        fitted.warmUpIterations = Int((Double(warmUpIterations) * decaying).rounded())
        return fitted
    }
}
