/// A convolution over 2 or 3 spatial axes, zero-padded to keep odd kernels centred: `[N, C, …] → [N, outChannels, …]`.
public struct Convolution: Module {
    /// `[outChannels, inChannels, kernel…]`
    public let weight: Tensor
    public let bias: Tensor?
    public let stride: [Int]
    public let padding: [Int]

    /// - Parameters:
    ///   - inChannels: C of the input `[N, C, …]`.
    ///   - outChannels: of the result.
    ///   - kernel: size per spatial axis; 2 numbers make a 2D, 3 a 3D convolution.
    ///   - stride: step per spatial axis, 1 where nil.
    ///   - bias: whether a number learned per output channel is added.
    ///   - initialization: what weight and bias begin with.
    public init(
        inChannels: Int, outChannels: Int, kernel: [Int], stride: [Int]? = nil, bias: Bool = true,
        initialization: Initialization = .standard
    ) throws {
        let fanIn = kernel.reduce(inChannels, *)
        weight = try initialization.weight(shape: [outChannels, inChannels] + kernel, fanIn: fanIn)
        self.bias = bias ? try initialization.bias(count: outChannels, fanIn: fanIn) : nil
        self.stride = stride ?? kernel.map { _ in 1 }
        padding = kernel.map { ($0 - 1) / 2 }
    }

    public func callAsFunction(_ x: Tensor) throws -> Tensor {
        try Self.apply(x, weight: weight, bias: bias, stride: stride, padding: padding)
    }

    /// The same with any weights, for tests.
    package static func apply(_ x: Tensor, weight: Tensor, bias: Tensor?, stride: [Int], padding: [Int]) throws -> Tensor {
        let op: Operator = stride.count == 3 ? .conv3d : .conv2d
        return try op(.tensor(x), .tensor(weight), .optional(bias), .ints(stride), .ints(padding))
    }

    public var parameters: [NamedParameter] {
        [NamedParameter("weight", weight, .weight)] + (bias.map { [NamedParameter("bias", $0, .bias)] } ?? [])
    }
}
