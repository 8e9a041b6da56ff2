import Support
import Testing
import Torch

/// Results and gradients of convolutions, part of which this program computes itself on some processors, against double precision, which libtorch
/// computes alone.
@Suite(.serialized) struct ConvolutionGradientTests {
    struct Shape: CustomTestStringConvertible, Sendable {
        var images = 2
        let inputs, outputs: Int
        let size: [Int]
        var kernel = [3, 3, 3]
        var stride = [1, 1, 1]
        var testDescription: String { "\(images) × \(inputs) → \(outputs), \(size), \(kernel), \(stride)" }
    }

    /// Channels on both sides of the blocks that the work falls into, maps that are no multiple of a register, one of a single voxel.
    static let shapes: [Shape] = [
        Shape(inputs: 1, outputs: 1, size: [3, 4, 5]), Shape(inputs: 3, outputs: 5, size: [4, 9, 7]),
        Shape(inputs: 8, outputs: 8, size: [6, 8, 16]), Shape(inputs: 9, outputs: 7, size: [5, 17, 25], kernel: [1, 3, 3]),
        Shape(images: 1, inputs: 17, outputs: 6, size: [7, 3, 33], kernel: [3, 1, 3]),
        Shape(inputs: 4, outputs: 2, size: [2, 2, 8], kernel: [1, 1, 3]), Shape(inputs: 2, outputs: 3, size: [1, 1, 1]),
        Shape(inputs: 40, outputs: 33, size: [3, 5, 24]), Shape(inputs: 70, outputs: 60, size: [2, 3, 24]),
        Shape(inputs: 5, outputs: 6, size: [8, 8, 8], stride: [2, 2, 2]),
        Shape(inputs: 5, outputs: 6, size: [6, 6, 6], kernel: [3, 3, 1]),
        Shape(inputs: 5, outputs: 6, size: [6, 6, 6], kernel: [1, 1, 1]),
        // libtorch's own kernels with AMX write beyond the results of these.
        Shape(images: 3, inputs: 16, outputs: 32, size: [1, 8, 1], kernel: [1, 1, 3], stride: [1, 1, 2]),
        Shape(images: 1, inputs: 33, outputs: 24, size: [11, 5, 13], kernel: [1, 1, 3], stride: [2, 1, 1]),
    ]

    @Test(arguments: shapes, [false, true]) func areThoseOfDoublePrecision(shape: Shape, channelsLast: Bool) throws {
        try expectDouble(shape, .float32, channelsLast: channelsLast, tolerance: 1e-5)
    }

    /// Fewer channels than a block of them has are filled up.
    @Test(
        .enabled(if: Device.cpu.supportsBFloat16),
        arguments: shapes + [Shape(inputs: 15, outputs: 15, size: [5, 6, 7])], [false, true])
    func areThoseOfDoublePrecisionInBFloat16(shape: Shape, channelsLast: Bool) throws {
        try expectDouble(shape, .bfloat16, channelsLast: channelsLast, tolerance: 2e-2)
    }

    /// libtorch's own kernels read what an earlier user of the memory has left there, on maps with a short axis however large they are.
    @Test(.enabled(if: Device.cpu.supportsBFloat16), arguments: [[2, 3, 4], [2, 26, 26], [26, 2, 26], [26, 26, 2]], [1, 2])
    func memoryThatWasNeverWrittenIsNotRead(size: [Int], stride: Int) throws {
        try TorchLibrary.seed(5)
        let (image, weight) = (try Tensor.randn([3, 16] + size).to(.bfloat16), try Tensor.randn([16, 16, 3, 3, 3]).to(.bfloat16))
        let stride = [stride, stride, stride]
        func gradient() throws -> [Float] {
            for count in [100, 1000, 3000, 10_000, 50_000, 200_000] {
                _ = try Tensor.from([Float](repeating: .nan, count: count), shape: [count])
            }
            let leaf = try weight.cloned().requireGrad()
            try Convolution.apply(image, weight: leaf, bias: nil, stride: stride, padding: [1, 1, 1]).to(.float32).pow(2).sum().backward()
            return try #require(try leaf.grad()).to(.float32).values()
        }
        let first = try gradient()
        #expect(first.allSatisfy { $0.isFinite })
        for _ in 0..<20 {
            let again = try gradient()
            #expect(again == first)
        }
    }

    private func expectDouble(_ shape: Shape, _ dtype: DType, channelsLast: Bool, tolerance: Double) throws {
        try TorchLibrary.seed(5)
        let layer = try Convolution(inChannels: shape.inputs, outChannels: shape.outputs, kernel: shape.kernel, stride: shape.stride)
        let image = try Tensor.randn([shape.images, shape.inputs] + shape.size)
        // What `dtype` can hold, so that double precision has the same numbers.
        let weighting = try layer(image).detached().to(dtype)
        let narrow = dtype
        func gradients(_ dtype: DType) throws -> [[Double]] {
            let padding = shape.kernel.map { ($0 - 1) / 2 }
            let leaves = try [image, layer.weight, #require(layer.bias)].map {
                try $0.detached().to(narrow).to(dtype).cloned().requireGrad()
            }
            let input = channelsLast && dtype == narrow ? try leaves[0].channelsLast() : leaves[0]
            let result = try Convolution.apply(input, weight: leaves[1], bias: leaves[2], stride: shape.stride, padding: padding)
            try (result * weighting.to(dtype)).sum().backward()
            return try ([result.detached()] + leaves.map { try #require(try $0.grad()) }).map { try $0.to(.float64).contiguous().values() }
        }
        let (single, double) = (try gradients(dtype), try gradients(.float64))
        for (a, b) in zip(single, double) {
            let scale = b.reduce(0) { max($0, abs($1)) }
            #expect(zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(scale, 1) })
        }
    }

    /// The work is shared out by the shape alone.
    @Test func theNumberOfThreadsChangesNoBit() throws {
        let before = try TorchLibrary.threadCount()
        defer { try? TorchLibrary.setThreadCount(before) }
        func gradient(_ threads: Int) throws -> [Float] {
            try TorchLibrary.setThreadCount(threads)
            try TorchLibrary.seed(5)
            let layer = try Convolution(inChannels: 8, outChannels: 12, kernel: [3, 3, 3])
            try layer(Tensor.randn([2, 8, 9, 10, 24])).sum().backward()
            return try #require(try layer.weight.grad()).values()
        }
        #expect(try gradient(1) == gradient(3))
    }
}
