import Augmentation
import Foundation
import Preprocessing
import Support
import Testing

/// With fixed parameters each transform is what scipy or scikit-image make of the same patch (`scripts/reference/augmentation_reference.py`).
@Suite struct ReferenceTests {
    private static let arrays: [String: NPYArray] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Reference/transforms.npz")
        return (try? NPZ.read(file)) ?? [:]
    }()

    private func array(_ name: String) throws -> NPYArray { try #require(Self.arrays[name], "\(name) is missing") }

    private func shape(_ name: String) throws -> SIMD3<Int> {
        let shape = try array(name).shape.suffix(3)
        return SIMD3(shape[shape.startIndex], shape[shape.startIndex + 1], shape[shape.startIndex + 2])
    }

    private func expectClose(_ values: [Float], _ name: String, tolerance: Float = 1e-4) throws {
        let expected = try array(name).floats()
        try #require(values.count == expected.count)
        let largest = zip(values, expected).map { abs($0 - $1) }.max() ?? .infinity
        #expect(largest <= tolerance * (expected.map { abs($0) }.max() ?? 0), "\(name): \(largest)")
    }

    private func withView<Element: BitwiseCopyable>(
        of values: [Element], _ shape: SIMD3<Int>, outside: Element, _ body: (VolumeView<Element>) -> Void
    ) {
        values.withUnsafeBufferPointer { values in
            if let base = values.baseAddress { body(VolumeView(base, shape: shape, size: shape, outside: outside)) }
        }
    }

    /// The deformation of the script.
    private func deformation(displaced: Bool) throws -> Deformation {
        var result = Deformation()
        result.rotate(SIMD3(20, -35, 50) * .pi / 180)
        result.scale(SIMD3(repeating: 1.15))
        if displaced {
            let values = try array("displacement").floats()
            let count = values.count / 3
            result.displacements = (0..<3).map { Array(values[$0 * count..<($0 + 1) * count]) }
        }
        return result
    }

    @Test(arguments: ["affine", "elastic"])
    func positionsAndSplines(kind: String) throws {
        let target = try shape("\(kind)_cubic")
        let source = try shape("volume")
        let sampling = DeformedSampling(try deformation(displaced: kind == "elastic"), from: source, to: target)
        var result = [Float](repeating: 0, count: target.x * target.y * target.z)
        for (order, name) in [(DeformedSampling.Order.cubic, "cubic"), (.linear, "linear")] {
            try withView(of: array("volume").floats(), source, outside: 0) {
                sampling.values(of: $0, order: order, fill: 0.25, into: &result)
            }
            try expectClose(result, "\(kind)_\(name)")
        }
        var labels = [Int32](repeating: 0, count: result.count)
        try withView(of: array("labels").int32s(), source, outside: -1) { sampling.nearest(of: $0, fill: 0, into: &labels) }
        #expect(try labels == array("\(kind)_labels").int32s())
    }

    /// Volumes that go on beyond their ends.
    @Test(arguments: BorderMode.allCases.filter { $0 != .constant })
    func beyondTheEnds(mode: BorderMode) throws {
        var deformation = try deformation(displaced: false)
        deformation.scale(SIMD3(repeating: 2))
        deformation.offset = SIMD3(1.5, -2.25, 3)
        let (source, target) = (try shape("volume"), try shape("\(mode.rawValue)_cubic"))
        let sampling = DeformedSampling(deformation, from: source, to: target)
        var result = [Float](repeating: 0, count: target.x * target.y * target.z)
        for (order, name) in [(DeformedSampling.Order.cubic, "cubic"), (.linear, "linear")] {
            try withView(of: array("volume").floats(), source, outside: 0) {
                sampling.values(of: $0, order: order, border: mode, fill: 9, into: &result)
            }
            try expectClose(result, "\(mode.rawValue)_\(name)")
        }
        var labels = [Int32](repeating: 0, count: result.count)
        try withView(of: array("labels").int32s(), source, outside: -1) {
            sampling.labels(of: $0, order: .nearest, border: mode, fill: 9, into: &labels)
        }
        #expect(try labels == array("\(mode.rawValue)_labels").int32s())
    }

    @Test func labelsByTheShareOfEach() throws {
        let (source, target) = (try shape("volume"), try shape("blocks_linear"))
        let sampling = DeformedSampling(try deformation(displaced: false), from: source, to: target)
        let nearest = try labels(sampling, .nearest, fill: 0)
        for (order, name) in [(DeformedSampling.Order.linear, "linear"), (.cubic, "cubic")] {
            let found = try labels(sampling, order, fill: 0)
            let expected = try array("blocks_\(name)").int32s()
            // A share of ½ to the last digit may fall to either side.
            #expect(zip(found, expected).count { $0 != $1 } <= 2)
            #expect(found != nearest)
            // Outside there is what was asked for, inside all is as before.
            let filled = try labels(sampling, order, fill: -1)
            #expect(filled.contains(-1) && zip(filled, found).allSatisfy { $0 == $1 || ($0 == -1 && $1 == 0) })
        }
    }

    private func labels(_ sampling: DeformedSampling, _ order: DeformedSampling.Order, fill: Int32) throws -> [Int32] {
        let (source, target) = (try shape("volume"), try shape("blocks_linear"))
        var labels = [Int32](repeating: 0, count: target.x * target.y * target.z)
        try withView(of: array("blocks").int32s(), source, outside: -1) {
            sampling.labels(of: $0, order: order, border: .constant, fill: fill, into: &labels)
        }
        return labels
    }

    @Test func sliceBySlice() throws {
        var deformation = Deformation()
        deformation.rotate(SIMD3(20 * .pi / 180, 0, 0))
        deformation.scale(SIMD3(1, 1.15, 1.15))
        let (source, target) = (try shape("volume"), try shape("slices_cubic"))
        let volume = try array("volume").floats()
        var result = [Float](repeating: 0, count: target.x * target.y * target.z)
        withView(of: volume, source, outside: 0) {
            DeformedSampling(deformation, from: source, to: target, inSlices: true).values(of: $0, order: .cubic, fill: 0, into: &result)
        }
        try expectClose(result, "slices_cubic")

        // A patch of a 2D network, [y, x, 1], is one slice.
        var transform = SpatialTransform(size: SIMD3(target.y, target.z, 1))
        transform.inSlices = true
        let plane = source.y * source.z
        let patch = Patch(
            images: Array(volume[3 * plane..<4 * plane]), labels: Array(repeating: 0, count: plane), channels: 1,
            size: SIMD3(source.y, source.z, 1))
        let flat = target.y * target.z
        #expect(transform.cut(patch, deformation).images == Array(result[3 * flat..<4 * flat]))
    }

    @Test(arguments: [0.5, 0.93, 1.5])
    func blur(sigma: Double) throws {
        var values = try array("volume").floats()
        let shape = try shape("volume")
        values.withUnsafeMutableBufferPointer { Intensities.blur($0, shape, sigma: sigma) }
        try expectClose(values, "blur_\(sigma)")
    }

    @Test func smoothDisplacements() throws {
        var values = try array("noise").floats()
        let shape = try shape("noise")
        values.withUnsafeMutableBufferPointer { values in
            if let base = values.baseAddress { GaussianFilter(sigma: 9.5, border: .zero).apply(base, shape) }
        }
        try expectClose(values, "smooth_9.5")
    }

    @Test(arguments: [(0.53, [Int]()), (0.8, [0])])
    func lowResolution(zoom: Double, keeps: [Int]) throws {
        var values = try array("volume").floats()
        let shape = try shape("volume")
        values.withUnsafeMutableBufferPointer { Intensities.coarsen($0, shape, zoom: zoom, keeps: keeps) }
        try expectClose(values, "coarse_\(zoom)")
    }

    @Test func contrastAndGammaFollowTheirFormulas() throws {
        let before = try array("volume").floats()
        let mean = before.reduce(0, +) / Float(before.count)
        let (low, high) = (try #require(before.min()), try #require(before.max()))
        var values = before
        values.withUnsafeMutableBufferPointer { Intensities.stretch($0, 1.2) }
        for (a, b) in zip(values, before) { #expect(abs(a - min(max((b - mean) * 1.2 + mean, low), high)) < 1e-4) }

        for inverted in [false, true] {
            let sign: Float = inverted ? -1 : 1
            let least = inverted ? -high : low
            let raised = before.map { pow((sign * $0 - least) / (high - low), 1.3) * (high - low) + least }
            values = before
            values.withUnsafeMutableBufferPointer { Intensities.gamma($0, 1.3, inverted: inverted, retains: false) }
            for (a, b) in zip(values, raised) { #expect(abs(a - sign * b) < 1e-4) }
            values = before
            values.withUnsafeMutableBufferPointer { Intensities.gamma($0, 1.3, inverted: inverted, retains: true) }
            let moments = values.withUnsafeMutableBufferPointer { Moments($0) }
            let former = values.withUnsafeMutableBufferPointer { buffer in
                _ = buffer.update(fromContentsOf: before)
                return Moments(buffer)
            }
            #expect(abs(moments.mean - former.mean) < 1e-5 && abs(moments.deviation - former.deviation) < 1e-5)
        }
    }

    /// Around the part of a volume that is read, the spline filter sees a margin: as if it saw everything.
    @Test(arguments: [false, true])
    func whatIsNotReadDoesNotMatter(displaced: Bool) throws {
        let (source, large, small) = (SIMD3(70, 74, 78), SIMD3(38, 40, 42), SIMD3(8, 10, 36))
        var generator = SeededGenerator(seed: 12)
        let volume = (0..<source.x * source.y * source.z).map { _ in Float(generator.normal()) }
        var deformation = Deformation()
        deformation.rotate(SIMD3(10, -15, 20) * .pi / 180)
        func values(_ target: SIMD3<Int>) -> [Float] {
            let count = target.x * target.y * target.z
            var deformation = deformation
            // The same displacement everywhere, so that both have it at the same places.
            if displaced { deformation.displacements = [-3.25, 2.5, 1.75].map { Array(repeating: $0, count: count) } }
            var result = [Float](repeating: 0, count: count)
            withView(of: volume, source, outside: 0) {
                DeformedSampling(deformation, from: source, to: target).values(of: $0, order: .cubic, fill: 0, into: &result)
            }
            return result
        }
        let (all, middle) = (values(large), values(small))
        let start = (large &- small) / 2
        for i in 0..<small.x {
            for j in 0..<small.y {
                for k in 0..<small.z {
                    let expected = all[((start.x + i) * large.y + start.y + j) * large.z + start.z + k]
                    #expect(abs(middle[(i * small.y + j) * small.z + k] - expected) < 2e-5)
                }
            }
        }
    }

    @Test func powersLogarithmsAndAnglesAreThoseOfTheLibrary() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2_000 {
            var x = SIMD8<Float>()
            for lane in 0..<8 { x[lane] = Float(generator.uniform()) }
            let exponent = Float(generator.uniform(0.5, 2))
            let powers = VectorMath.pow(x, exponent)
            let logarithms = VectorMath.log(x + 1e-3)
            let (sine, cosine) = VectorMath.sineAndCosine((x - 0.5) * (.pi / 2))
            for lane in 0..<8 {
                let expected = pow(Double(x[lane]), Double(exponent))
                #expect(abs(Double(powers[lane]) - expected) <= 1e-6 * max(expected, 1e-3))
                #expect(abs(Double(logarithms[lane]) - log(Double(x[lane] + 1e-3))) < 1e-6)
                let angle = Double((x[lane] - 0.5) * (.pi / 2))
                #expect(abs(Double(sine[lane]) - sin(angle)) < 2e-7 && abs(Double(cosine[lane]) - cos(angle)) < 2e-7)
            }
        }
        #expect(VectorMath.pow(.zero, 0.7).max() < 1e-20 && VectorMath.pow(.one, 1.3) == .one)
    }
}
