/// Training stopped because it was asked to; its state is saved.
public struct TrainingInterrupted: Error, Sendable, CustomStringConvertible {
    public let iteration: Int
    public let total: Int

    public var description: String {
        "stopped at iteration \(iteration) of \(total); the state is saved, run the same command again to go on"
    }
}
