/// A failure that libtorch reported, with its message.
public struct TorchError: Error, Sendable, CustomStringConvertible {
    /// The operator or call that failed.
    public let operation: String
    public let message: String

    public var description: String { "libtorch: \(operation): \(message)" }
}
