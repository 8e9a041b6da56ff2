import Torch

/// Doubles a map where the stride says so, and brings it to the channels of the finer level.
public struct Upsampling: Module {
    public enum Mode: String, Sendable, CaseIterable {
        /// A learned block per voxel.
        case transpose
        /// Every voxel repeated.
        case nearest
        /// Linear along every axis.
        case linear
    }

    private enum Layer {
        case transpose(TransposedConvolution)
        /// A 1×1 convolution follows where the channels differ.
        case interpolate(Interpolation, ConvolutionUnit?)
    }

    private let layer: Layer

    public init(inChannels: Int, outChannels: Int, stride: [Int], mode: Mode) throws {
        switch mode {
        case .transpose:
            layer = .transpose(try TransposedConvolution(inChannels: inChannels, outChannels: outChannels, stride: stride))
        case .nearest, .linear:
            let convolution =
                inChannels == outChannels
                ? nil
                : try ConvolutionUnit(
                    inChannels: inChannels, outChannels: outChannels, kernel: stride.map { _ in 1 }, norm: .none, activation: false)
            layer = .interpolate(Interpolation(factors: stride, isLinear: mode == .linear), convolution)
        }
    }

    /// `[N, inChannels, …]` → `[N, outChannels, … · stride]`.
    public func callAsFunction(_ x: Tensor) throws -> Tensor {
        switch layer {
        case .transpose(let convolution): try convolution(x)
        case .interpolate(let interpolation, let convolution): try convolution?(interpolation(x)) ?? interpolation(x)
        }
    }

    public var parameters: [NamedParameter] {
        switch layer {
        case .transpose(let convolution): convolution.parameters.under("conv")
        case .interpolate(_, let convolution): convolution?.parameters ?? []
        }
    }
}
