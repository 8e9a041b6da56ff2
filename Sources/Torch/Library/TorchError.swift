import Foundation

/// A failure that libtorch reported, with its message.
public struct TorchError: Error, Sendable, CustomStringConvertible {
    /// The operator or call that failed.
    public let operation: String
    public let message: String

    /// Whether the device had not enough memory left.
    public var isOutOfMemory: Bool {
        [
            "out of memory", "can't allocate memory", "bad_alloc",
            // What cuDNN and its companions say where there is none left for their workspace.
            "unable to find an engine", "ALLOC_FAILED", "ALLOCATION_FAILED",
        ].contains { message.localizedStandardContains($0) }
    }

    public init(operation: String, message: String) {
        self.operation = operation
        self.message = message
    }

    public var description: String { "libtorch: \(operation): \(message)" }
}
