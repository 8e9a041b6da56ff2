import Testing
import Torch

/// Normalisation of maps whose channels lie side by side, which this program computes itself, against libtorch's of maps whose channels lie one
/// after the other, in double precision.
@Suite struct NormalizationTests {
    struct Shape: CustomTestStringConvertible, Sendable {
        let images, channels, groups: Int
        let size: [Int]
        var mean = 0.0
        var testDescription: String { "\(images) × \(channels) in \(groups), \(size), mean \(mean)" }
    }

    /// Instances and groups; a single image and channel; maps of several parts; a mean that hides the deviations.
    static let shapes = [
        Shape(images: 2, channels: 8, groups: 8, size: [5, 6, 7]), Shape(images: 1, channels: 32, groups: 2, size: [8, 9, 8]),
        Shape(images: 3, channels: 1, groups: 1, size: [4, 5, 6]), Shape(images: 2, channels: 6, groups: 3, size: [3, 3, 9]),
        Shape(images: 2, channels: 32, groups: 32, size: [17, 18, 19]),
        Shape(images: 1, channels: 3, groups: 1, size: [5, 5, 5], mean: 300),
    ]

    private func check(_ shape: Shape, _ dtype: DType, tolerance: Double, affine: Bool) throws {
        try TorchLibrary.seed(7)
        let sizes = [shape.images, shape.channels] + shape.size
        let image = try (Tensor.randn(sizes) * Tensor.full([1], 2) + Tensor.full([1], shape.mean)).to(dtype)
        let weighting = try Tensor.randn(sizes).to(dtype)
        let given = try [Tensor.randn([shape.channels]), Tensor.randn([shape.channels])]
        func results(_ dtype: DType, channelsLast: Bool) throws -> [[Double]] {
            let leaf = try image.to(dtype).cloned().requireGrad()
            let norm = try GroupNorm(channels: shape.channels, groups: shape.groups, affine: affine)
            for (parameter, values) in zip(norm.parameters, given) {
                try withoutGrad { try parameter.tensor.setData(values.to(dtype == .float64 ? .float64 : .float32)) }
            }
            let result = try norm(channelsLast ? leaf.channelsLast() : leaf)
            try (result * weighting.to(dtype)).sum().backward()
            let gradients = try ([leaf] + norm.parameters.map(\.tensor)).map { try #require(try $0.grad()) }
            return try ([result.detached()] + gradients).map { try $0.to(.float64).contiguous().values() }
        }
        let (ours, theirs) = (try results(dtype, channelsLast: true), try results(.float64, channelsLast: false))
        #expect(ours.count == theirs.count)
        for (a, b) in zip(ours, theirs) {
            let scale = b.reduce(1) { max($0, abs($1)) }
            #expect(a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * scale })
        }
    }

    @Test(arguments: shapes, [true, false]) func isThatOfPlainMaps(shape: Shape, affine: Bool) throws {
        try check(shape, .float64, tolerance: 1e-12, affine: affine)
        try check(shape, .float32, tolerance: shape.mean == 0 ? 2e-6 : 2e-4, affine: affine)
    }

    @Test(arguments: shapes.filter { $0.mean == 0 }) func isThatOfPlainMapsInBFloat16(shape: Shape) throws {
        try check(shape, .bfloat16, tolerance: 2e-2, affine: true)
    }

    /// What GPUs take in its place gives the same.
    @Test func instancesAreThoseOfTheOperatorForGPUs() throws {
        try TorchLibrary.seed(3)
        let norm = try InstanceNorm(channels: 3)
        try withoutGrad { for parameter in norm.parameters { try parameter.tensor.setData(Tensor.randn([3])) } }
        let image = try Tensor.randn([2, 3, 4, 5, 6])
        let (ours, other) = try (norm(image), InstanceNorm.apply(image, norm.weight, norm.bias, norm.epsilon))
        #expect(try zip(ours.values(Float.self), other.values(Float.self)).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    /// What is not a number is not hidden, in either precision.
    @Test(arguments: [DType.float32, .bfloat16]) func notANumberStays(dtype: DType) throws {
        var values = [Float](repeating: 1, count: 2 * 4 * 27)
        values[5] = .nan
        let image = try Tensor.from(values, shape: [2, 4, 3, 3, 3]).to(dtype).channelsLast()
        let found: [Float] = try InstanceNorm(channels: 4)(image).to(.float32).contiguous().values()
        #expect(found[0..<27].allSatisfy { $0.isNaN } && found[27...].allSatisfy { $0.isFinite })
    }
}
