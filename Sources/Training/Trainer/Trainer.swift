import Augmentation
import Detector
import Foundation
import Support
import Torch

/// Trains a detector: schedule, validation each epoch, best, last and averaged weights, and a state to go on from (spec 07).
public struct Trainer {
    let detector: any DetectionNetwork
    let settings: TrainerSettings
    let files: TrainingFiles
    let dimension: Int
    let log: (String) -> Void
    let makeScoring: () -> any DetectionScoring
    let tracker: (any RunTracker)?
    var optimiser: any Optimiser
    var average = WeightAverage()
    var progress = TrainingProgress()
    /// Identifies the run's configuration in its checkpoint.
    let key: String

    /// - Parameters:
    ///   - key: identifies the resolved configuration and plan of the run.
    ///   - scoring: makes what scores the detections of an epoch's validation patches.
    ///   - tracker: is told the numbers of every epoch.
    ///   - log: takes the lines for people.
    public init(
        _ detector: any DetectionNetwork, dimension: Int, settings: TrainerSettings, files: TrainingFiles, key: String,
        scoring: @escaping () -> any DetectionScoring, tracker: (any RunTracker)? = nil, log: @escaping (String) -> Void
    ) throws {
        self.detector = detector
        self.dimension = dimension
        self.settings = settings
        self.files = files
        self.key = key
        self.log = log
        makeScoring = scoring
        self.tracker = tracker
        try detector.move(to: settings.device)
        optimiser = Self.optimiser(for: detector, settings)
        progress.lossScaler = settings.lossScaler
    }

    /// Weights and biases decay, normalisation does not (spec 07).
    static func optimiser(for detector: any DetectionNetwork, _ settings: TrainerSettings) -> any Optimiser {
        let parameters = detector.parameters
        let groups = [
            ParameterGroup(parameters.filter { $0.role != .normalization }, weightDecay: settings.weightDecay),
            ParameterGroup(parameters.filter { $0.role == .normalization }, weightDecay: 0),
        ]
        let rate = settings.schedule.rate(at: 0)
        return switch settings.optimiser {
        case .sgd: SGD(groups, learningRate: rate, momentum: settings.momentum, nesterov: settings.nesterov)
        case .adamw: AdamW(groups, learningRate: rate, betas: settings.betas, epsilon: settings.epsilon)
        }
    }

    /// Continues from `state`.
    public mutating func restore(_ state: TrainingState, from source: String) throws {
        try detector.load(state.weights, from: source)
        try optimiser.load(state.optimiser)
        average = state.average
        progress = state.progress
    }

    /// Iterations of the whole run.
    public var totalIterations: Int {
        (settings.schedule.epochs + settings.schedule.averagingEpochs) * settings.schedule.iterationsPerEpoch
    }

    /// Trains to the end; writes the checkpoint after every epoch and when `shouldStop` says so.
    ///
    /// - Throws: `TrainingInterrupted` after a stop; `Problem` when the loss is not finite or a file cannot be written; what the batches throw.
    public mutating func run(_ sources: BatchSources, shouldStop: () -> Bool = { false }) throws -> TrainingProgress {
        tracker?.record(progress.history)
        do {
            try runEpochs(sources, shouldStop: shouldStop)
        } catch {
            tracker?.finish(error is TrainingInterrupted ? .killed : .failed)
            throw error
        }
        tracker?.finish(.finished)
        return progress
    }

    private mutating func runEpochs(_ sources: BatchSources, shouldStop: () -> Bool) throws {
        let perEpoch = settings.schedule.iterationsPerEpoch
        let start = Date()
        let firstIteration = progress.iteration
        let stream = try sources.training(progress.iteration, totalIterations - progress.iteration)
        while progress.iteration < totalIterations {
            let epoch = progress.iteration / perEpoch
            let epochStart = Date()
            let reporter = ProgressReporter(
                "epoch \(epoch + 1)/\(totalIterations / perEpoch)", total: perEpoch - progress.iteration % perEpoch,
                verbose: settings.verbose)
            repeat {
                if shouldStop() {
                    try saveCheckpoint()
                    throw TrainingInterrupted(iteration: progress.iteration, total: totalIterations)
                }
                let losses = try step(stream.next())
                let note = losses.sorted { $0.key < $1.key }.map { String(format: "%@ %.3f", $0.key, $0.value) }.joined(separator: " ")
                reporter.advance(note: note)
            } while progress.iteration % perEpoch != 0
            try finishEpoch(epoch, sources, since: epochStart)
            let rate = Date().timeIntervalSince(start) / Double(progress.iteration - firstIteration)
            let left = Double(totalIterations - progress.iteration) * rate
            if left > 0 { log("  \(ProgressReporter.duration(left)) left") }
        }
    }

    /// One optimiser step; returns the losses by name.
    private mutating func step(_ batch: Batch) throws -> [String: Double] {
        let (images, targets) = try batch.tensors(on: settings.device, dimension: dimension)
        var generator = SeededGenerator(seed: settings.seed).split("sampling").split(UInt64(progress.iteration))
        optimiser.learningRate = settings.schedule.rate(at: progress.iteration)
        try detector.clearGrads()
        let losses = try withAutocast(settings.device, settings.autocast) { try detector.losses(images, targets, using: &generator) }
        let total = try losses.total()
        var values = try Dictionary(uniqueKeysWithValues: losses.named.map { ($0.key, try $0.value.detached().item()) })
        values["loss"] = try total.detached().item()
        guard values.values.allSatisfy(\.isFinite) else {
            throw Problem(
                "training", "the loss is not a number at iteration \(progress.iteration + 1) (cases \(batch.keys.joined(separator: ", ")))",
                remedy: "look at these images; or lower trainer_cfg.initial_lr, or set trainer_cfg.precision=32")
        }
        if try backward(total) { try optimiser.step() }
        for (name, value) in values {
            progress.lossSums[name, default: 0] += value
            progress.lossCounts[name, default: 0] += 1
        }
        progress.iteration += 1
        return values
    }

    /// Leaves gradients of `loss` in the parameters, clipped as the settings say; false where they have overflowed and the step is to be left
    /// out.
    private mutating func backward(_ loss: Tensor) throws -> Bool {
        if let scaler = progress.lossScaler {
            try (loss * scaler.scale).backward()
            let isFinite = try scaler.unscale(detector.parameters)
            progress.lossScaler?.update(overflowed: !isFinite)
            guard isFinite else { return false }
        } else {
            try loss.backward()
        }
        if let limit = settings.clipNorm { try GradientClipping.clip(detector.parameters, to: limit) }
        return true
    }

    private mutating func finishEpoch(_ epoch: Int, _ sources: BatchSources, since start: Date) throws {
        if epoch >= settings.schedule.epochs { try average.add(detector) }
        var values = Dictionary(
            uniqueKeysWithValues: progress.lossSums.map { ("train_\($0.key)", $0.value / Double(progress.lossCounts[$0.key] ?? 1)) })
        progress.lossSums = [:]
        progress.lossCounts = [:]
        values.merge(try validate(epoch, sources)) { $1 }
        // At the start of the epoch, as the original logs it (spec 07).
        values["lr"] = settings.schedule.rate(at: epoch * settings.schedule.iterationsPerEpoch)
        values["seconds"] = Date().timeIntervalSince(start)
        progress.history.append(EpochMetrics(epoch: epoch, values: values))
        log(describe(epoch, values))

        let score = values[settings.monitorKey].flatMap { $0.isFinite ? $0 : nil }
        let isBest = score.map { score in progress.bestScore.map { settings.monitorsMaximum ? score > $0 : score < $0 } ?? true } ?? false
        if isBest {
            progress.bestScore = score
            try WeightFile.write(detector.state(), to: files.best)
        }
        if progress.iteration == totalIterations { try finishRun() }
        try saveCheckpoint()
        try writeMetrics()
        tracker?.record(progress.history)
    }

    /// Last weights as they are; final weights averaged where there is an average.
    private mutating func finishRun() throws {
        let last = try detector.state()
        try WeightFile.write(last, to: files.last)
        try WeightFile.write(average.count > 0 ? average.weights : last, to: files.final)
        progress.finished = true
    }

    private func saveCheckpoint() throws {
        let state = TrainingState(
            weights: try detector.state(), optimiser: optimiser.state, average: average, progress: progress, key: key)
        try state.write(to: files.checkpoint)
    }
}
