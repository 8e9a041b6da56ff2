import Foundation
import Support
import Torch

extension Trainer {
    /// Trains for a moment to see how fast this machine is; the trainer is not to be used any further.
    ///
    /// The first step, in which libraries prepare themselves, does not count.
    /// - Parameters:
    ///   - sources: give the batches of training and of validation.
    ///   - seconds: how long steps are timed, at least.
    ///   - steps: how many, at least.
    ///   - shouldStop: asked between the steps; true throws `TrainingInterrupted`.
    /// - Returns: the speed, and the losses of the last step.
    public mutating func measure(
        _ sources: BatchSources, seconds: Double, steps: Int, shouldStop: () -> Bool = { false }
    ) throws -> (speed: TrainingSpeed, losses: [String: Double]) {
        func stopWhereAsked() throws { if shouldStop() { throw TrainingInterrupted(iteration: nil, total: totalIterations) } }
        let stream = try sources.training(0, totalIterations)
        var losses = try step(stream.next())
        var meter = EpochMeter(stream)
        var count = 0
        while count < steps || meter.seconds < seconds {
            try stopWhereAsked()
            let batch = try meter.waiting { try stream.next() }
            losses = try meter.step(images: batch.truths.count) { try step(batch) }
            count += 1
            guard progress.iteration < totalIterations else { break }
        }
        let clock = ContinuousClock()
        var speed = TrainingSpeed(step: meter.secondsPerStep, validationBatch: 0, waitingShare: meter.waitingShare)
        speed.loadingShare = meter.loadingShare
        var validating = self
        validating.validationBatches = min(2, settings.validationBatches)
        try stopWhereAsked()
        let validation = try clock.measure { _ = try validating.validate(0, sources) }
        speed.validationBatch = validation / .seconds(1) / Double(max(1, validating.validationBatches))
        // What is written at the end of an epoch is about this, without the disk.
        speed.epochEnd = try clock.measure { _ = try (detector.state(), detector.state()) } / .seconds(1)
        return (speed, losses)
    }
}
