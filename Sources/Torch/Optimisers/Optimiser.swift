/// Parameters that share a weight decay.
public struct ParameterGroup {
    public let parameters: [NamedParameter]
    public let weightDecay: Double

    public init(_ parameters: [NamedParameter], weightDecay: Double) {
        self.parameters = parameters
        self.weightDecay = weightDecay
    }
}

/// Changes parameters along their gradients.
public protocol Optimiser {
    var learningRate: Double { get set }
    var groups: [ParameterGroup] { get }
    /// One step; parameters without gradient stay.
    mutating func step() throws
    /// The optimiser's tensors by name, for a checkpoint.
    var state: [String: Tensor] { get }
    /// Restores what `state` gave.
    mutating func load(_ state: [String: Tensor]) throws
}
