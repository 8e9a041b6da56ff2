import Torch

/// Convolution, then normalisation and ReLU where asked for (spec 06, blocks). The convolution has a bias where nothing normalises it.
public struct ConvolutionUnit: Module {
    /// What follows the convolution.
    public enum Norm: Sendable {
        case none
        case instance
        case group(channelsPerGroup: Int, affine: Bool)
    }

    private enum Layer {
        case none
        case instance(InstanceNorm)
        case group(GroupNorm)
    }

    public let convolution: Convolution
    private let norm: Layer
    private let activation: Bool

    public init(
        inChannels: Int, outChannels: Int, kernel: [Int], stride: [Int]? = nil, norm: Norm, activation: Bool,
        initialization: Initialization = .standard
    ) throws {
        let needsBias: Bool
        switch norm {
        case .none:
            self.norm = .none
            needsBias = true
        case .instance:
            self.norm = .instance(try InstanceNorm(channels: outChannels))
            needsBias = false
        case .group(let channelsPerGroup, let affine):
            self.norm = .group(try GroupNorm(channels: outChannels, groups: max(1, outChannels / channelsPerGroup), affine: affine))
            needsBias = false
        }
        convolution = try Convolution(
            inChannels: inChannels, outChannels: outChannels, kernel: kernel, stride: stride, bias: needsBias,
            initialization: initialization)
        self.activation = activation
    }

    public func callAsFunction(_ x: Tensor) throws -> Tensor {
        var y = try convolution(x)
        switch norm {
        case .none: break
        case .instance(let layer):
            y = try layer(y)
            // On a GPU a view: its gradient would be copied whole for a change in place.
            if activation, y.device.type == .cuda { return try y.relu() }
        case .group(let layer): y = try layer(y)
        }
        return activation ? try y.applyReLU() : y
    }

    public var parameters: [NamedParameter] {
        let convolution = convolution.parameters.under("conv")
        return switch norm {
        case .none: convolution
        case .instance(let layer): convolution + layer.parameters.under("norm")
        case .group(let layer): convolution + layer.parameters.under("norm")
        }
    }
}
