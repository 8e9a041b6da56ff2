import Foundation
import Support
import Torch

extension Trainer {
    /// Validates, notes what was measured, and saves.
    mutating func finishEpoch(
        _ epoch: Int, _ sources: BatchSources, _ meter: EpochMeter, _ pace: RunPace, _ shouldStop: () -> Bool
    ) throws {
        let loadingShare = meter.loadingShare
        guard let validation = try validate(epoch, sources, shouldStop: shouldStop) else { throw try saveAndStop() }
        if epoch >= settings.schedule.epochs { try average.add(detector) }
        var values = Dictionary(
            uniqueKeysWithValues: progress.lossSums.map { ("train_\($0.key)", $0.value / Double(progress.lossCounts[$0.key] ?? 1)) })
        progress.lossSums = [:]
        progress.lossCounts = [:]
        values.merge(validation) { $1 }
        // At the start of the epoch, as the original logs it (spec 07).
        values["lr"] = settings.schedule.rate(at: epoch * settings.schedule.iterationsPerEpoch)
        values["seconds"] = meter.seconds
        values["images_per_second"] = meter.imagesPerSecond
        values["waiting_share"] = meter.waitingShare
        values["loading_share"] = loadingShare
        progress.history.append(EpochMetrics(epoch: epoch, values: values))

        let score = values[settings.monitorKey].flatMap { $0.isFinite ? $0 : nil }
        let isBest = score.map { score in progress.bestScore.map { settings.monitorsMaximum ? score > $0 : score < $0 } ?? true } ?? false
        if isBest {
            progress.bestScore = score
            try WeightFile.write(detector.state(), to: files.best)
        }
        if progress.iteration == totalIterations { try finishRun() }
        try saveCheckpoint()
        log(describe(epoch, values, pace))
        for tracker in trackers { tracker.record(progress.history) }
    }

    /// Last weights as they are; final weights averaged where there is an average.
    private mutating func finishRun() throws {
        let last = try detector.state()
        try requireFinite(last)
        try WeightFile.write(last, to: files.last)
        try WeightFile.write(average.count > 0 ? average.weights : last, to: files.final)
        progress.finished = true
    }

    /// - Throws: `Problem` instead of replacing a good state by one that cannot be gone on from.
    mutating func saveCheckpoint() throws {
        let weights = try detector.state()
        try requireFinite(weights)
        let state = TrainingState(weights: weights, optimiser: optimiser.state, average: average, progress: progress, key: key)
        try state.write(to: files.checkpoint)
        savedIteration = progress.iteration
        lastSave = .now
    }

    /// Saves where the last time is long ago.
    mutating func saveCheckpointWhereDue() throws {
        guard .now - lastSave >= settings.checkpointInterval else { return }
        try saveCheckpoint()
    }

    private func requireFinite(_ weights: [String: Tensor]) throws {
        for (name, tensor) in weights.sorted(by: { $0.key < $1.key }) {
            guard try tensor.isFinite() else { throw diverged("weight \(name)", nil) }
        }
    }
}
