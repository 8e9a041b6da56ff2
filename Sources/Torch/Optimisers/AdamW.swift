import Foundation

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019).
public struct AdamW: Optimiser {
    public var learningRate: Double
    public let groups: [ParameterGroup]
    public let betas: (Double, Double)
    public let epsilon: Double
    private var first: [String: Tensor] = [:]
    private var second: [String: Tensor] = [:]
    private var stepCount = 0

    public init(_ groups: [ParameterGroup], learningRate: Double, betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8) {
        self.groups = groups
        self.learningRate = learningRate
        self.betas = betas
        self.epsilon = epsilon
    }

    public mutating func step() throws {
        stepCount += 1
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
        let mean = try first[parameter.name] ?? Tensor.zeros(grad.shape, dtype: grad.dtype, device: grad.device)
        let square = try second[parameter.name] ?? Tensor.zeros(grad.shape, dtype: grad.dtype, device: grad.device)
        (first[parameter.name], second[parameter.name]) = (mean, square)
        if weightDecay != 0 { try parameter.tensor.scale(by: 1 - learningRate * weightDecay) }
        try mean.interpolate(towards: grad, weight: 1 - betas.0)
        try square.scale(by: betas.1)
        _ = try Operator.addcmulInPlace(.tensor(square), .tensor(grad), .tensor(grad), .double(1 - betas.1))
        let correction = (1 - pow(betas.1, Double(stepCount))).squareRoot()
        let denominator = try square.sqrt() / correction + epsilon
        let size = -learningRate / (1 - pow(betas.0, Double(stepCount)))
        _ = try Operator.addcdivInPlace(.tensor(parameter.tensor), .tensor(mean), .tensor(denominator), .double(size))
    }

    public var state: [String: Tensor] {
        var state: [String: Tensor] = [:]
        for (name, tensor) in first { state["mean.\(name)"] = tensor }
        for (name, tensor) in second { state["square.\(name)"] = tensor }
        state["step"] = try? Tensor.from([Int64(stepCount)], shape: [1])
        return state
    }

    public mutating func load(_ state: [String: Tensor]) throws {
        stepCount = Int(try state["step"]?.item() ?? 0)
        for parameter in groups.flatMap(\.parameters) {
            first[parameter.name] = try state["mean.\(parameter.name)"]?.to(parameter.tensor.device).cloned()
            second[parameter.name] = try state["square.\(parameter.name)"]?.to(parameter.tensor.device).cloned()
        }
    }
}
