/// Element-wise binary cross entropy of `logits` with `targets` of the same shape.
public func binaryCrossEntropy(logits: Tensor, targets: Tensor, reduction: Reduction) throws -> Tensor {
    try Operator.binaryCrossEntropyWithLogits(.tensor(logits), .tensor(targets), .none, .none, .int(reduction.rawValue))
}

/// Cross entropy of `logits` `[N, K, …]` with class ids `targets` `[N, …]` (int64).
public func crossEntropy(logits: Tensor, targets: Tensor, reduction: Reduction) throws -> Tensor {
    // Over voxels CUDA adds up in whatever order its threads come; a sum of its own has always the same.
    let isApart = logits.device.type == .cuda && logits.rank > 2
    let loss = try Operator.crossEntropy(
        .tensor(logits), .tensor(targets), .none, .int((isApart ? Reduction.none : reduction).rawValue))
    return isApart ? try reduction.applied(to: loss) : loss
}

/// Smooth L1 (Huber) of the difference, quadratic below `beta`.
public func smoothL1(_ a: Tensor, _ b: Tensor, beta: Double, reduction: Reduction) throws -> Tensor {
    try Operator.smoothL1(.tensor(a), .tensor(b), .int(reduction.rawValue), .double(beta))
}

/// What becomes of the element-wise losses.
public enum Reduction: Int, Sendable {
    case none = 0
    case mean = 1
    case sum = 2

    /// What is made of element-wise `losses`.
    public func applied(to losses: Tensor) throws -> Tensor {
        switch self {
        case .none: losses
        case .mean: try losses.mean()
        case .sum: try losses.sum()
        }
    }
}
