import Augmentation
import Core
import Foundation
import Planning
import Support
import Torch
import Training

/// Trains a throw-away network for a moment: how fast this machine is, and how much it needs.
struct TrainingTrial {
    let setup: FoldSetup
    let compute: Compute
    let shouldStop: @Sendable () -> Bool

    private var configuration: Configuration { setup.configuration }

    struct Result {
        let speed: TrainingSpeed
        let losses: [String: Double]
        let parameters: Int
    }

    /// - Parameters:
    ///   - seconds, steps: how long steps are timed at least, and how many.
    func run(_ sources: BatchSources, seconds: Double, steps: Int) throws -> Result {
        let network = try TorchLibrary.withSeed(configuration.seed) { try NetworkBuilder.network(setup.plan, configuration) }
        let classes = setup.task.info.labels.count
        var trainer = try Trainer(
            network, dimension: setup.plan.networkDim, settings: TrainerSettings(configuration, compute, verbose: false),
            files: setup.files, key: setup.key, scoring: { FastScoring(classes: classes) }, log: { _ in })
        let (speed, losses) = try compute.withinMemory {
            try trainer.measure(sources, seconds: seconds, steps: steps, shouldStop: shouldStop)
        }
        return Result(speed: speed, losses: losses, parameters: network.parameterCount)
    }

    /// The schedule that fits into `train.time_budget`; nil where there is none.
    ///
    /// - Throws: `Problem` where nothing fits.
    func sizeWithinBudget(_ sources: BatchSources, _ context: CommandContext) throws -> ScheduleSize? {
        guard let budget = configuration.train.timeBudget else { return nil }
        let start = ContinuousClock.now
        // Long enough to drain what loaders have made ahead, short beside the budget.
        let speed = try run(sources, seconds: min(60, 0.02 * budget), steps: 3).speed
        let asked = ScheduleSize(configuration)
        let size = try asked.fitted(to: budget, spent: (ContinuousClock.now - start) / .seconds(1), at: speed)
        let measured = String(format: "%.2f s per step", speed.step)
        context.log.info(
            "time budget of \(ProgressReporter.duration(budget)), \(measured): "
                + (size == asked
                    ? "the whole schedule fits, about \(ProgressReporter.duration(asked.seconds(at: speed)))"
                    : "\(size.text) in place of \(asked.text)"))
        return size
    }
}

extension ScheduleSize {
    /// For people.
    var text: String { "\(epochs) + \(averagingEpochs) epochs of \(trainingBatches) batches" }
}
