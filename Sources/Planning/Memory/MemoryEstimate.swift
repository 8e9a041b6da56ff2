import Foundation

/// Bytes that training takes on its device, by what takes them.
public struct MemoryEstimate: Sendable, Equatable, Codable {
    public var weights = 0
    public var gradients = 0
    public var optimizer = 0
    public var input = 0
    public var encoder = 0
    public var decoder = 0
    public var head = 0
    public var matching = 0
    public var segmentation = 0
    /// Gradients of maps in flight during the backward pass.
    public var backward = 0
    /// Scratch memory of the largest convolution.
    public var workspace = 0
    /// What the allocator holds but cannot use.
    public var reserve = 0
    /// What the device takes for itself.
    public var device = 0

    public init() {}

    public var total: Int { parts.reduce(0) { $0 + $1.bytes } }

    /// All parts by name, in the order in which they are counted.
    public var parts: [(name: String, bytes: Int)] {
        [
            ("weights", weights), ("gradients", gradients), ("optimizer", optimizer), ("input", input), ("encoder", encoder),
            ("decoder", decoder), ("head", head), ("matching", matching), ("segmentation", segmentation), ("backward", backward),
            ("workspace", workspace), ("reserve", reserve), ("device", device),
        ]
    }
}
