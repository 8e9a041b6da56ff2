/// How far a run is; stored in its checkpoint.
public struct TrainingProgress: Codable, Sendable, Equatable {
    /// Iterations done over the whole run.
    public var iteration = 0
    /// Sums of the running epoch's training losses and of their counts, by name.
    public var lossSums: [String: Double] = [:]
    public var lossCounts: [String: Int] = [:]
    /// Best value of the monitored score so far.
    public var bestScore: Double?
    /// What was measured at the end of each epoch.
    public var history: [EpochMetrics] = []
    public var finished = false
    /// The schedule that was fitted to a time budget, where one was given.
    public var fitted: ScheduleSize?
    /// The loss scaler of a run in half precision.
    public var lossScaler: LossScaler?

    public init() {}
}

/// The measurements of one epoch: losses, validation scores, learning rate, seconds.
public struct EpochMetrics: Codable, Sendable, Equatable {
    public var epoch: Int
    public var values: [String: Double]

    public init(epoch: Int, values: [String: Double]) {
        self.epoch = epoch
        self.values = values
    }
}
