import Foundation
import Support

/// A part of a network: a function of tensors with parameters that are known by name.
///
/// Layers are values that hold references to their parameters; a module names its children as the keys of a state dictionary do.
public protocol Module {
    /// Every parameter with its name below this module, in the order of the state dictionary.
    var parameters: [NamedParameter] { get }
}

/// What a parameter belongs to; optimisers treat normalisation apart.
public enum ParameterRole: Sendable {
    case weight
    case bias
    case normalization
    case scale
}

/// A trainable tensor with the name it has in files.
public struct NamedParameter {
    public let name: String
    public let tensor: Tensor
    public let role: ParameterRole

    public init(_ name: String, _ tensor: Tensor, _ role: ParameterRole) {
        self.name = name
        self.tensor = tensor
        self.role = role
    }
}

extension [NamedParameter] {
    /// The same parameters as children of `prefix`.
    public func under(_ prefix: String) -> [NamedParameter] { map { NamedParameter("\(prefix).\($0.name)", $0.tensor, $0.role) } }
}

extension Module {
    /// Number of trainable numbers.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

    /// Moves every parameter to `device`.
    public func move(to device: Device) throws {
        try withoutGrad { for parameter in parameters { try parameter.tensor.setData(parameter.tensor.to(device)) } }
    }

    /// Copies of all parameters by name, on the CPU.
    public func state() throws -> [String: Tensor] {
        try withoutGrad {
            try Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, try $0.tensor.detached().to(.cpu).cloned()) })
        }
    }

    /// Copies `state` into the parameters; names and shapes must match exactly.
    ///
    /// - Throws: `Problem` that lists what is missing, superfluous or of another shape; `source` names the file.
    public func load(_ state: [String: Tensor], from source: String) throws {
        let parameters = parameters
        let names = Set(parameters.map(\.name))
        let missing = parameters.map(\.name).filter { state[$0] == nil }
        let superfluous = state.keys.filter { !names.contains($0) }.sorted()
        let differing = parameters.filter { parameter in
            state[parameter.name].map { !($0.shape == parameter.tensor.shape || ($0.count == 1 && parameter.tensor.count == 1)) } ?? false
        }
        guard missing.isEmpty, superfluous.isEmpty, differing.isEmpty else {
            var complaints: [String] = []
            if !missing.isEmpty {
                complaints.append(
                    "lacks \(missing.prefix(3).joined(separator: ", "))\(missing.count > 3 ? " and \(missing.count - 3) more" : "")")
            }
            if !superfluous.isEmpty {
                complaints.append(
                    "has unknown \(superfluous.prefix(3).joined(separator: ", "))\(superfluous.count > 3 ? " and \(superfluous.count - 3) more" : "")"
                )
            }
            if let first = differing.first, let theirs = state[first.name] {
                complaints.append("\(first.name) has shape \(theirs.shape), the network \(first.tensor.shape)")
            }
            throw Problem(
                source, "weights do not fit the network: \(complaints.joined(separator: "; "))",
                remedy: "use the plan and configuration that they were trained with")
        }
        try withoutGrad {
            for parameter in parameters {
                if let tensor = state[parameter.name] { try parameter.tensor.copy(from: tensor.reshaped(parameter.tensor.shape)) }
            }
        }
    }

    /// Removes the gradients of all parameters.
    public func clearGrads() throws { for parameter in parameters { try parameter.tensor.setGrad(nil) } }
}
