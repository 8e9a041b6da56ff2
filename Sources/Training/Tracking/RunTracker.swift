/// Where a run's numbers go besides its own files. A tracker never stops training: what it cannot deliver it keeps or reports.
public protocol RunTracker {
    /// Tells of all epochs of `history` that were not told before, also those of an earlier, interrupted run.
    func record(_ history: [EpochMetrics])

    /// The run ended, or stopped for now.
    func finish(_ status: TrackedStatus)
}
