import Core
import Torch

/// The way up: lateral 1×1 convolutions, upsampling, sums, and convolutions on every map (the original's UFPN, spec 06).
public struct FeaturePyramid: FeatureDecoder {
    /// Convolutions in a row: how many, and what follows each.
    public struct Stack: Sendable, Equatable {
        public var count: Int
        public var norm: Bool
        public var activation: Bool

        public init(count: Int, norm: Bool = false, activation: Bool = false) {
            self.count = count
            self.norm = norm
            self.activation = activation
        }
    }

    /// How the pyramid is built; as the original by default.
    public struct Options: Sendable, Equatable {
        /// Lower bound of the channels above the first level with heads.
        public var minOutChannels = 8
        public var upsampling = Upsampling.Mode.transpose
        /// 1×1 on the encoder's maps, at least one.
        public var lateral = Stack(count: 1)
        /// On every map at the end.
        public var out = Stack(count: 1)
        /// On every sum.
        public var fusion = Stack(count: 0)

        public init() {}
    }

    private let lateral: [[ConvolutionUnit]]
    private let up: [Upsampling]
    private let fusion: [[ConvolutionUnit]]
    private let out: [[ConvolutionUnit]]
    public let channels: [Int]

    public init(_ architecture: Plan.Architecture, encoderChannels: [Int], options: Options = Options()) throws {
        let channels = Self.channels(architecture, minOutChannels: options.minOutChannels)
        self.channels = channels
        func stack(_ options: Stack, _ kernel: [Int], from inChannels: Int, to outChannels: Int) throws -> [ConvolutionUnit] {
            try (0..<options.count).map {
                try ConvolutionUnit(
                    inChannels: $0 == 0 ? inChannels : outChannels, outChannels: outChannels, kernel: kernel,
                    norm: options.norm ? .instance : .none, activation: options.activation)
            }
        }
        let ones = architecture.convKernels[0].map { _ in 1 }
        lateral = try channels.indices.map { try stack(options.lateral, ones, from: encoderChannels[$0], to: channels[$0]) }
        out = try channels.indices.map { try stack(options.out, architecture.convKernels[$0], from: channels[$0], to: channels[$0]) }
        up = try architecture.strides.enumerated().map {
            try Upsampling(inChannels: channels[$0 + 1], outChannels: channels[$0], stride: $1, mode: options.upsampling)
        }
        fusion = try channels.indices.dropLast().map {
            try stack(options.fusion, architecture.convKernels[$0], from: channels[$0], to: channels[$0])
        }
    }

    /// The pyramid's width at and below the first level with heads, halved per level above it.
    public static func channels(_ architecture: Plan.Architecture, minOutChannels: Int) -> [Int] {
        var channels = architecture.convKernels.map { _ in architecture.fpnChannels }
        let first = architecture.decoderLevels.min() ?? 0
        for level in stride(from: first - 1, through: 0, by: -1) { channels[level] = max(minOutChannels, channels[level + 1] / 2) }
        return channels
    }

    public func callAsFunction(_ maps: [Tensor], finest: Int) throws -> [Tensor] {
        func apply(_ units: [ConvolutionUnit], _ x: Tensor) throws -> Tensor { try units.reduce(x) { try $1($0) } }
        var sums: [Tensor] = []
        for level in maps.indices.dropFirst(finest).reversed() {
            let side = try apply(lateral[level], maps[level])
            guard let coarser = sums.last else {
                sums.append(side)
                continue
            }
            sums.append(try apply(fusion[level], side + up[level](coarser)))
        }
        return try zip(out.dropFirst(finest), sums.reversed()).map(apply)
    }

    public var parameters: [NamedParameter] {
        func named(_ stacks: [[ConvolutionUnit]], _ name: String) -> [NamedParameter] {
            stacks.enumerated().flatMap { level, units in units.enumerated().flatMap { $1.parameters.under("\(name).P\(level).\($0)") } }
        }
        return named(lateral, "lateral") + named(out, "out") + named(fusion, "fusion_bottom_up")
            + up.enumerated().flatMap { $1.parameters.under("up.P\($0 + 1)") }
    }
}
