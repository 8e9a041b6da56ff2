/// Training stopped because it was asked to; its state is saved where it had begun.
public struct TrainingInterrupted: Error, Sendable, CustomStringConvertible {
    /// Where it stopped; nil where that was between two pieces of work.
    public let iteration: Int?
    public let total: Int

    public init(iteration: Int?, total: Int) {
        self.iteration = iteration
        self.total = total
    }

    public var description: String {
        guard let iteration else { return "stopped; run the same command again to go on" }
        return "stopped at iteration \(iteration) of \(total); the state is saved, run the same command again to go on"
    }
}
