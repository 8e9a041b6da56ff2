import Foundation

/// The files that training keeps in a fold folder.
public struct TrainingFiles: Sendable {
    public let folder: URL

    public init(folder: URL) { self.folder = folder }

    /// State of the run, for going on.
    public var checkpoint: URL { folder.appendingPathComponent("checkpoint.safetensors") }
    /// Weights of the epoch with the best monitored score.
    public var best: URL { folder.appendingPathComponent("model_best.safetensors") }
    /// Weights at the end of the last epoch.
    public var last: URL { folder.appendingPathComponent("model_last.safetensors") }
    /// Averaged weights: what sweep and predict use.
    public var final: URL { folder.appendingPathComponent("model_final.safetensors") }
    /// Which run of a tracking server this is, and what is not delivered yet.
    public var serverJournal: URL { folder.appendingPathComponent("tracking.json") }
    /// Which run of a file store this is; a file of its own, so that a start without the server loses nothing that waits for it.
    public var storedRun: URL { folder.appendingPathComponent("tracking_store.json") }
    /// MLflow's file store, where no server is named.
    public var mlruns: URL { folder.appendingPathComponent("mlruns", isDirectory: true) }
    /// One row per epoch.
    public var metrics: URL { folder.appendingPathComponent("metrics.csv") }
    /// Losses, scores and rate over the epochs, without ending.
    public var plot: URL { folder.appendingPathComponent("training") }
}
