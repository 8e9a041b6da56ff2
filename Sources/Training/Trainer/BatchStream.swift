import Augmentation

/// Batches in order; ends by being released.
public protocol BatchStream {
    /// The next batch.
    ///
    /// - Throws: what the worker met, naming the case.
    func next() throws -> Batch

    /// Seconds that processors have worked on batches so far.
    var processorSeconds: Double { get }
}

/// Where the trainer takes batches from: batch i of a run depends on the seed and on i alone.
public struct BatchSources {
    /// Training batches from number `first` on.
    public let training: (_ first: Int, _ count: Int) throws -> any BatchStream
    /// Validation batches of one epoch.
    public let validation: (_ epoch: Int, _ count: Int) throws -> any BatchStream

    public init(
        training: @escaping (_ first: Int, _ count: Int) throws -> any BatchStream,
        validation: @escaping (_ epoch: Int, _ count: Int) throws -> any BatchStream
    ) {
        self.training = training
        self.validation = validation
    }
}
