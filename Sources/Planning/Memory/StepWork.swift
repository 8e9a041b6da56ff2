/// What a training step computes.
public struct StepWork: Sendable, Equatable {
    /// Multiplications of the convolutions of one forward pass.
    public let multiplications: Int
    /// Numbers of the maps that one forward pass reads and writes.
    public let elements: Int

    /// Floating point operations of forward and backward pass: the backward pass takes twice as many as the forward pass.
    public var operations: Int { 6 * multiplications }

    /// Work in units of one multiplication; a number that passes through memory takes about as long as `perElement` of them.
    package var cost: Double { Double(multiplications) + Self.perElement * Double(elements) }
    private static let perElement = 100.0
}
