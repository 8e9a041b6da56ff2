import Foundation
import Support

/// What became of the weights of a file that were to go into a network.
public struct WeightMatch: Sendable, Equatable {
    /// Names that the network and the file have in common, with the same shape.
    public var loaded: [String] = []
    /// Names in the file that the network does not have.
    public var unknown: [String] = []
    /// Names in both, with another shape.
    public var differing: [String] = []
    /// Names of the network that the file does not have.
    public var untouched: [String] = []
}

extension Module {
    /// Copies those weights of `state` that fit by name and shape; the other parameters stay as they are.
    public func loadMatching(_ state: [String: Tensor]) throws -> WeightMatch {
        var match = WeightMatch()
        let parameters = parameters
        let names = Set(parameters.map(\.name))
        match.unknown = state.keys.filter { !names.contains($0) }.sorted()
        try withoutGrad {
            for parameter in parameters {
                guard let tensor = state[parameter.name] else {
                    match.untouched.append(parameter.name)
                    continue
                }
                guard tensor.shape == parameter.tensor.shape else {
                    match.differing.append(parameter.name)
                    continue
                }
                try parameter.tensor.copy(from: tensor)
                match.loaded.append(parameter.name)
            }
        }
        return match
    }
}
