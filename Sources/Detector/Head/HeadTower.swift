import Torch

/// The convolutions of a head branch: one that enters, some inner ones, and the last without normalisation. Shared over levels.
struct HeadTower: Module {
    private let inner: [(name: String, unit: ConvolutionUnit)]
    private let last: ConvolutionUnit

    init(
        inChannels: Int, channels: Int, outChannels: Int, dimension: Int, innerConvolutions: Int, norm: ConvolutionUnit.Norm,
        outBias: Double
    ) throws {
        let kernel = [Int](repeating: 3, count: dimension)
        inner = try (0...innerConvolutions).map { index in
            let unit = try ConvolutionUnit(
                inChannels: index == 0 ? inChannels : channels, outChannels: channels, kernel: kernel, norm: norm, activation: true,
                initialization: .normal(std: 0.01))
            return (index == 0 ? "c_in" : "c_internal\(index - 1)", unit)
        }
        last = try ConvolutionUnit(
            inChannels: channels, outChannels: outChannels, kernel: kernel, norm: .none, activation: false,
            initialization: .normal(std: 0.01, bias: outBias))
    }

    /// `[N, C, …]` → `[N, positions · anchors, width]`: positions with axis 0 slowest, anchors fastest.
    func callAsFunction(_ x: Tensor, width: Int) throws -> Tensor {
        let y = try last(inner.reduce(x) { try $1.unit($0) })
        let spatial = Array(2..<y.rank)
        return try y.permuted([0] + spatial + [1]).reshaped([y.size(0), -1, width])
    }

    /// Sets the biases of the last convolution, one per channel.
    func setOutBias(_ values: [Float]) throws {
        try withoutGrad { _ = try last.convolution.bias?.copy(from: Tensor.from(values, shape: [values.count])) }
    }

    var parameters: [NamedParameter] {
        inner.flatMap { $0.unit.parameters.under("conv_internal.\($0.name)") } + last.parameters.under("conv_out")
    }
}
