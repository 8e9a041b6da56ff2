/// Normalises each channel of each image over space, then scales and shifts it.
public struct InstanceNorm: Module {
    public let weight: Tensor
    public let bias: Tensor
    public let epsilon: Double

    public init(channels: Int, epsilon: Double = 1e-5) throws {
        weight = try Tensor.ones([channels]).requireGrad()
        bias = try Tensor.zeros([channels]).requireGrad()
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor) throws -> Tensor {
        // Under autocast a GPU computes groups in 32 bits, and keeps them so; this operator stays in 16.
        if x.device.type == .cuda { return try Self.apply(x, weight, bias, epsilon) }
        // Groups of one channel each.
        return try Operator.groupNorm(.tensor(x), .int(weight.size(0)), .tensor(weight), .tensor(bias), .double(epsilon), .bool(false))
    }

    /// libtorch's own operator, with the statistics of `x`.
    package static func apply(_ x: Tensor, _ weight: Tensor, _ bias: Tensor, _ epsilon: Double) throws -> Tensor {
        try Operator.instanceNorm(
            .tensor(x), .tensor(weight), .tensor(bias), .none, .none, .bool(true), .double(0.1), .double(epsilon), .bool(true))
    }

    public var parameters: [NamedParameter] {
        [NamedParameter("weight", weight, .normalization), NamedParameter("bias", bias, .normalization)]
    }
}

/// Normalises groups of channels of each image over space, then scales and shifts each channel.
public struct GroupNorm: Module {
    public let weight: Tensor?
    public let bias: Tensor?
    public let groups: Int
    public let epsilon: Double

    public init(channels: Int, groups: Int, affine: Bool = true, epsilon: Double = 1e-5) throws {
        weight = affine ? try Tensor.ones([channels]).requireGrad() : nil
        bias = affine ? try Tensor.zeros([channels]).requireGrad() : nil
        self.groups = groups
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor) throws -> Tensor {
        try Operator.groupNorm(.tensor(x), .int(groups), .optional(weight), .optional(bias), .double(epsilon), .bool(false))
    }

    public var parameters: [NamedParameter] {
        [("weight", weight), ("bias", bias)].compactMap { name, tensor in tensor.map { NamedParameter(name, $0, .normalization) } }
    }
}
