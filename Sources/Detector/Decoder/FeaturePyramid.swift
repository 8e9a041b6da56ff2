import Core
import Torch

/// The way up: lateral 1×1 convolutions, transposed convolutions, sums, and a convolution on every map (the original's UFPN, spec 06).
public struct FeaturePyramid: Module {
    private let lateral: [ConvolutionUnit]
    private let up: [TransposedConvolution]
    private let out: [ConvolutionUnit]
    /// Channels of each resolution, fine to coarse.
    public let channels: [Int]

    /// - Parameter minOutChannels: lower bound of the channels above the first level with heads.
    public init(_ architecture: Plan.Architecture, encoderChannels: [Int], minOutChannels: Int) throws {
        let channels = Self.channels(architecture, minOutChannels: minOutChannels)
        self.channels = channels
        let ones = architecture.convKernels[0].map { _ in 1 }
        lateral = try channels.indices.map {
            try ConvolutionUnit(inChannels: encoderChannels[$0], outChannels: channels[$0], kernel: ones, norm: .none, activation: false)
        }
        out = try channels.indices.map {
            try ConvolutionUnit(
                inChannels: channels[$0], outChannels: channels[$0], kernel: architecture.convKernels[$0], norm: .none, activation: false)
        }
        up = try architecture.strides.enumerated().map {
            try TransposedConvolution(inChannels: channels[$0 + 1], outChannels: channels[$0], stride: $1)
        }
    }

    /// The pyramid's width at and below the first level with heads, halved per level above it.
    public static func channels(_ architecture: Plan.Architecture, minOutChannels: Int) -> [Int] {
        var channels = architecture.convKernels.map { _ in architecture.fpnChannels }
        let first = architecture.decoderLevels.min() ?? 0
        for level in stride(from: first - 1, through: 0, by: -1) { channels[level] = max(minOutChannels, channels[level + 1] / 2) }
        return channels
    }

    /// Maps of the encoder → maps of the pyramid, fine to coarse.
    public func callAsFunction(_ maps: [Tensor]) throws -> [Tensor] {
        var sums: [Tensor] = []
        for level in maps.indices.reversed() {
            let side = try lateral[level](maps[level])
            sums.append(try sums.last.map { try side + up[level]($0) } ?? side)
        }
        return try zip(out, sums.reversed()).map { try $0($1) }
    }

    public var parameters: [NamedParameter] {
        lateral.enumerated().flatMap { $1.parameters.under("lateral.P\($0).0") }
            + out.enumerated().flatMap { $1.parameters.under("out.P\($0).0") }
            + up.enumerated().flatMap { $1.parameters.under("up.P\($0 + 1).conv") }
    }
}
