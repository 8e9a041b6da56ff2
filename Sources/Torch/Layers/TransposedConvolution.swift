/// A transposed convolution whose kernel equals its stride: each voxel becomes a block, `[N, C, …] → [N, outChannels, … · stride]`.
public struct TransposedConvolution: Module {
    /// `[inChannels, outChannels, stride…]`
    public let weight: Tensor
    public let bias: Tensor
    public let stride: [Int]

    public init(inChannels: Int, outChannels: Int, stride: [Int]) throws {
        // The fan-in that PyTorch computes from this layout: outChannels · kernel.
        let fanIn = stride.reduce(outChannels, *)
        weight = try Initialization.standard.weight(shape: [inChannels, outChannels] + stride, fanIn: fanIn)
        bias = try Initialization.standard.bias(count: outChannels, fanIn: fanIn)
        self.stride = stride
    }

    public func callAsFunction(_ x: Tensor) throws -> Tensor {
        let op: Operator = stride.count == 3 ? .convTranspose3d : .convTranspose2d
        return try op(.tensor(x), .tensor(weight), .tensor(bias), .ints(stride))
    }

    public var parameters: [NamedParameter] { [NamedParameter("weight", weight, .weight), NamedParameter("bias", bias, .bias)] }
}
