import Foundation

/// How the weights of a layer are drawn, from libtorch's seeded generator.
public enum Initialization: Sendable, Equatable {
    /// Kaiming-uniform with a = √5, bias uniform within 1/√fan-in: PyTorch's default.
    case standard
    /// Normal with this standard deviation; biases take one value.
    case normal(std: Double, bias: Double = 0)

    func weight(shape: [Int], fanIn: Int) throws -> Tensor {
        let tensor = try Tensor.empty(shape)
        switch self {
        case .standard:
            let bound = 1 / Double(fanIn).squareRoot()
            try tensor.fillUniform(-bound, bound)
        case .normal(let std, _): try tensor.fillNormal(std: std)
        }
        return try tensor.requireGrad()
    }

    func bias(count: Int, fanIn: Int) throws -> Tensor {
        let tensor = try Tensor.empty([count])
        switch self {
        case .standard:
            let bound = 1 / Double(fanIn).squareRoot()
            try tensor.fillUniform(-bound, bound)
        case .normal(_, let bias): try tensor.fill(bias)
        }
        return try tensor.requireGrad()
    }
}
