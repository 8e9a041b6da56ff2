import Torch

/// The running mean of weights (stochastic weight averaging, Izmailov et al. 2018), kept on the CPU.
public struct WeightAverage {
    /// Weights taken in so far.
    public private(set) var count: Int
    public private(set) var weights: [String: Tensor]

    public init(count: Int = 0, weights: [String: Tensor] = [:]) {
        self.count = count
        self.weights = weights
    }

    /// Takes the present weights of `module` in.
    public mutating func add(_ module: some Module) throws {
        let state = try module.state()
        if count == 0 {
            weights = state
        } else {
            try withoutGrad {
                for (name, tensor) in state { try weights[name]?.interpolate(towards: tensor, weight: 1 / Double(count + 1)) }
            }
        }
        count += 1
    }
}
