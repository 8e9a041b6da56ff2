/// Gradients as one vector: their length, and its limit.
public enum GradientClipping {
    /// Shortens the gradients of `parameters`, taken together, to the Euclidean length `limit` where they are longer; returns their length
    /// before. Parameters without gradient do not count; gradients that are not finite stay as they are.
    @discardableResult
    public static func clip(_ parameters: [NamedParameter], to limit: Double) throws -> Double {
        try withoutGrad {
            let grads = try parameters.compactMap { try $0.tensor.grad() }
            guard !grads.isEmpty else { return 0 }
            let length = try Tensor.stacked(grads.map { try $0.norm().to(.float32) }).norm().item()
            guard length.isFinite, length > limit else { return length }
            // The small number is PyTorch's, against division by zero.
            for grad in grads { try grad.scale(by: limit / (length + 1e-6)) }
            return length
        }
    }
}
