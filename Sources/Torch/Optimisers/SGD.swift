/// Stochastic gradient descent with momentum, Nesterov's or plain, with the update rule of PyTorch.
public struct SGD: Optimiser {
    public var learningRate: Double
    public let groups: [ParameterGroup]
    public let momentum: Double
    public let nesterov: Bool
    /// Momentum buffer per parameter name, from its first step on.
    public private(set) var state: [String: Tensor] = [:]

    public init(_ groups: [ParameterGroup], learningRate: Double, momentum: Double = 0, nesterov: Bool = false) {
        self.groups = groups
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
    }

    public mutating func step() throws {
        try withoutGrad {
            for group in groups {
                for parameter in group.parameters {
                    guard let grad = try parameter.tensor.grad() else { continue }
                    try update(parameter, grad, weightDecay: group.weightDecay)
                }
            }
        }
    }

    private mutating func update(_ parameter: NamedParameter, _ grad: Tensor, weightDecay: Double) throws {
        if weightDecay != 0 { try grad.add(parameter.tensor, scaledBy: weightDecay) }
        guard momentum != 0 else {
            try parameter.tensor.add(grad, scaledBy: -learningRate)
            return
        }
        let buffer: Tensor
        if let known = state[parameter.name] {
            buffer = known
            try buffer.scale(by: momentum).add(grad)
        } else {
            buffer = try grad.cloned()
            state[parameter.name] = buffer
        }
        if nesterov {
            try grad.add(buffer, scaledBy: momentum)
            try parameter.tensor.add(grad, scaledBy: -learningRate)
        } else {
            try parameter.tensor.add(buffer, scaledBy: -learningRate)
        }
    }

    public mutating func load(_ state: [String: Tensor]) throws {
        self.state = try groups.flatMap(\.parameters).reduce(into: [:]) { loaded, parameter in
            if let tensor = state[parameter.name] { loaded[parameter.name] = try tensor.to(parameter.tensor.device).cloned() }
        }
    }
}
