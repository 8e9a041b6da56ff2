import Torch

/// The factor that the loss is multiplied by so that gradients in half precision do not vanish (Micikevicius et al. 2018; spec 07).
///
/// Grows after many good steps, shrinks when a gradient has overflowed; that step is left out.
public struct LossScaler: Codable, Sendable, Equatable {
    public private(set) var scale: Double
    /// Steps without overflow since the factor last changed.
    public private(set) var goodSteps = 0
    public let growth: Double
    public let backoff: Double
    /// Good steps after which the factor grows.
    public let interval: Int

    /// The original's numbers by default.
    public init(scale: Double = 65_536, growth: Double = 2, backoff: Double = 0.5, interval: Int = 2000) {
        self.scale = scale
        self.growth = growth
        self.backoff = backoff
        self.interval = interval
    }

    /// Takes note of a step: whether its gradients had overflowed.
    public mutating func update(overflowed: Bool) {
        if overflowed {
            // As small as single precision can hold: below, the factor could not grow again.
            scale = max(scale * backoff, 1e-37)
            goodSteps = 0
        } else if goodSteps + 1 >= interval {
            if scale * growth <= Double(Float.greatestFiniteMagnitude) { scale *= growth }
            goodSteps = 0
        } else {
            goodSteps += 1
        }
    }

    /// Divides the gradients of `parameters` by the factor; returns whether all of them are finite.
    public func unscale(_ parameters: [NamedParameter]) throws -> Bool {
        try withoutGrad {
            let grads = try parameters.compactMap { try $0.tensor.grad() }
            guard !grads.isEmpty else { return true }
            for grad in grads { try grad.scale(by: 1 / scale) }
            // One number per tensor, one copy from the device in all.
            return try Tensor.stacked(grads.map { try $0.to(.float32).abs().max() }).isFinite()
        }
    }
}
