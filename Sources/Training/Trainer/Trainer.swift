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
    var trackers: [any RunTracker]
    var optimiser: any Optimiser
    var average = WeightAverage()
    public internal(set) var progress = TrainingProgress()
    /// Identifies the run's configuration in its checkpoint.
    let key: String
    var validationBatches: Int
    /// The iteration at which the checkpoint in the folder was written; nil where there is none.
    var savedIteration: Int?
    var lastSave = ContinuousClock.now
    /// What is done once the first step has succeeded; nil where nothing is left to do.
    private var begin: RunBeginning?

    /// Called with the names of the losses once the first step of a new run has succeeded, before anything of it is written; gives its trackers.
    public typealias RunBeginning = (_ losses: [String]) throws -> [any RunTracker]

    /// - Parameters:
    ///   - detector: the network, whose weights are changed in place; it is moved to the device of `settings`.
    ///   - dimension: spatial axes of the network, 2 or 3.
    ///   - settings: schedule, optimiser, precision and device.
    ///   - files: where checkpoint and weights go.
    ///   - key: identifies the resolved configuration and plan of the run.
    ///   - scoring: makes what scores the detections of an epoch's validation patches.
    ///   - trackers: are told the numbers of every epoch.
    ///   - log: takes the lines for people.
    public init(
        _ detector: any DetectionNetwork, dimension: Int, settings: TrainerSettings, files: TrainingFiles, key: String,
        scoring: @escaping () -> any DetectionScoring, trackers: [any RunTracker] = [], log: @escaping (String) -> Void
    ) throws {
        self.detector = detector
        self.dimension = dimension
        self.settings = settings
        self.files = files
        self.key = key
        self.log = log
        makeScoring = scoring
        self.trackers = trackers
        try detector.move(to: settings.device)
        optimiser = Self.optimiser(for: detector, settings)
        progress.lossScaler = settings.lossScaler
        progress.fitted = settings.fitted
        validationBatches = settings.validationBatches
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
        // The run may go on where half precision is another one.
        progress.lossScaler = settings.lossScaler.map { state.progress.lossScaler ?? $0 }
        savedIteration = progress.iteration
    }

    /// Whether epochs end with a validation.
    public var hasValidation: Bool { validationBatches > 0 }

    /// Iterations of the whole run.
    public var totalIterations: Int {
        (settings.schedule.epochs + settings.schedule.averagingEpochs) * settings.schedule.iterationsPerEpoch
    }

    /// Trains to the end; writes the checkpoint after every epoch, every few minutes, and when `shouldStop` says so.
    ///
    /// - Parameters:
    ///   - sources: make the batches.
    ///   - shouldStop: asked after every step whether to save the state and stop.
    ///   - begin: of a new run: makes room for it. Until the first step has succeeded, nothing is written.
    /// - Throws: `TrainingInterrupted` after a stop; `Problem` when the loss is not finite or a file cannot be written; what the batches and
    ///   `begin` throw.
    public mutating func run(
        _ sources: BatchSources, shouldStop: () -> Bool = { false }, begin: RunBeginning? = nil
    ) throws -> TrainingProgress {
        self.begin = begin
        for tracker in trackers { tracker.record(progress.history) }
        do {
            try runEpochs(sources, shouldStop: shouldStop)
        } catch {
            for tracker in trackers { tracker.finish(error is TrainingInterrupted ? .killed : .failed) }
            throw error
        }
        for tracker in trackers { tracker.finish(.finished) }
        return progress
    }

    private mutating func runEpochs(_ sources: BatchSources, shouldStop: () -> Bool) throws {
        let perEpoch = settings.schedule.iterationsPerEpoch
        let pace = RunPace(first: progress.iteration, total: totalIterations)
        let stream = try sources.training(progress.iteration, totalIterations - progress.iteration)
        for epoch in progress.history.count..<totalIterations / perEpoch {
            var meter = EpochMeter(stream)
            let end = (epoch + 1) * perEpoch
            let reporter = ProgressReporter(
                "\(settings.title)epoch \(epoch + 1)/\(totalIterations / perEpoch)", total: end - progress.iteration,
                verbose: settings.verbose)
            // None is left where the run was stopped in the validation of the epoch.
            while progress.iteration < end {
                if shouldStop() { throw try saveAndStop() }
                let batch = try meter.waiting { try stream.next() }
                let losses = try meter.step(images: batch.truths.count) { try step(batch) }
                if let begin {
                    self.begin = nil
                    let new = try begin(losses.keys.sorted())
                    for tracker in new { tracker.record(progress.history) }
                    trackers += new
                }
                reporter.advance(note: describe(losses, meter, pace))
                try saveCheckpointWhereDue()
            }
            try finishEpoch(epoch, sources, meter, pace, shouldStop)
        }
    }

    mutating func saveAndStop() throws -> TrainingInterrupted {
        guard begin == nil else { return TrainingInterrupted(iteration: nil, total: totalIterations) }
        try saveCheckpoint()
        return TrainingInterrupted(iteration: progress.iteration, total: totalIterations)
    }
}
