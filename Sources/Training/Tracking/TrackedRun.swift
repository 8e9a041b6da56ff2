import Foundation

/// What a tracking server is told of a run once: experiment, name, parameters and tags (spec 07, "Logged metrics").
public struct TrackedRun: Sendable {
    /// Name of the experiment: the task.
    public var experiment: String
    public var name: String
    public var parameters: [String: String]
    public var tags: [String: String]

    public init(experiment: String, name: String, parameters: [String: String], tags: [String: String]) {
        self.experiment = experiment
        self.name = name
        self.parameters = parameters
        self.tags = tags
        self.tags["mlflow.runName"] = name
    }
}

/// How a run ended, with MLflow's names and numbers.
public enum TrackedStatus: Int, Sendable {
    case running = 1
    case finished = 3
    case failed = 4
    /// Stopped by the user.
    case killed = 5

    var name: String { "\(self)".uppercased() }
}

/// One number of a run at one epoch.
struct TrackedMetric: Codable, Equatable {
    var key: String
    var value: Double
    /// Milliseconds since 1970.
    var timestamp: Int
    /// The epoch.
    var step: Int

    /// The numbers of `epoch` by the names that the original logs.
    ///
    /// - Parameter optimiser: `SGD` or `AdamW`, part of the names of the learning rates of both parameter groups.
    static func all(of epoch: EpochMetrics, optimiser: String, at time: Date) -> [TrackedMetric] {
        let timestamp = Int(time.timeIntervalSince1970 * 1000)
        var values = epoch.values
        values["epoch"] = Double(epoch.epoch)
        if let rate = values.removeValue(forKey: "lr") {
            for group in 1...2 { values["lr-\(optimiser)/pg\(group)"] = rate }
        }
        return values.sorted { $0.key < $1.key }.filter { $0.value.isFinite }.map {
            TrackedMetric(key: $0.key, value: $0.value, timestamp: timestamp, step: epoch.epoch)
        }
    }
}
