import Core
import Torch

/// The way down: two convolution units per resolution, the first of which halves where its stride says so (spec 06).
public struct Encoder: FeatureEncoder {
    private let stages: [[ConvolutionUnit]]
    public let channels: [Int]

    public init(_ architecture: Plan.Architecture) throws {
        let kernels = architecture.convKernels
        channels = Self.channels(architecture)
        var stages: [[ConvolutionUnit]] = []
        for (level, kernel) in kernels.enumerated() {
            let stride = level == 0 ? nil : architecture.strides[level - 1]
            let inputs = level == 0 ? architecture.inChannels : channels[level - 1]
            stages.append([
                try ConvolutionUnit(
                    inChannels: inputs, outChannels: channels[level], kernel: kernel, stride: stride, norm: .instance, activation: true),
                try ConvolutionUnit(
                    inChannels: channels[level], outChannels: channels[level], kernel: kernel, norm: .instance, activation: true),
            ])
        }
        self.stages = stages
    }

    /// Doubling from the start, capped.
    public static func channels(_ architecture: Plan.Architecture) -> [Int] {
        architecture.convKernels.indices.map { min(architecture.startChannels << min($0, 20), architecture.maxChannels) }
    }

    public func callAsFunction(_ x: Tensor) throws -> [Tensor] {
        var maps: [Tensor] = []
        var current = x
        for stage in stages {
            for unit in stage { current = try unit(current) }
            maps.append(current)
        }
        return maps
    }

    public var parameters: [NamedParameter] {
        stages.enumerated().flatMap { level, units in
            units.enumerated().flatMap { $1.parameters.under("stages.\(level).convs.0.\($0)") }
        }
    }
}
