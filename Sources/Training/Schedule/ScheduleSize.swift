/// How long a training is: the numbers that a time budget changes.
public struct ScheduleSize: Codable, Sendable, Equatable {
    /// Epochs of warm-up and decay.
    public var epochs: Int
    /// Epochs of weight averaging that follow.
    public var averagingEpochs: Int
    /// Batches of an epoch.
    public var trainingBatches: Int
    public var validationBatches: Int
    public var warmUpIterations: Int

    public init(epochs: Int, averagingEpochs: Int, trainingBatches: Int, validationBatches: Int, warmUpIterations: Int) {
        self.epochs = epochs
        self.averagingEpochs = averagingEpochs
        self.trainingBatches = trainingBatches
        self.validationBatches = validationBatches
        self.warmUpIterations = warmUpIterations
    }

    public var allEpochs: Int { epochs + averagingEpochs }
    /// Training batches of the whole run.
    public var iterations: Int { allEpochs * trainingBatches }

    /// Seconds of the whole run at `speed`.
    public func seconds(at speed: TrainingSpeed) -> Double {
        Double(allEpochs)
            * (Double(trainingBatches) * speed.step + Double(validationBatches) * speed.validationBatch + speed.epochEnd)
    }
}

/// What a machine needs for the parts of a training, seconds.
public struct TrainingSpeed: Sendable, Equatable {
    /// A training step, waiting for its batch included.
    public var step: Double
    public var validationBatch: Double
    /// Saving at the end of an epoch.
    public var epochEnd: Double
    /// Share of the steps' time that was spent waiting for batches.
    public var waitingShare: Double
    /// Processor time of loading and augmenting as a share of the steps' own.
    public var loadingShare = 0.0

    public init(step: Double, validationBatch: Double, epochEnd: Double = 0, waitingShare: Double = 0) {
        self.step = step
        self.validationBatch = validationBatch
        self.epochEnd = epochEnd
        self.waitingShare = waitingShare
    }
}
