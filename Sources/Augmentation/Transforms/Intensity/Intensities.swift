import Foundation
import Imaging
import Support

/// Changes of the intensities of one channel, in place (spec 05, "Details").
package enum Intensities {
    package typealias Values = UnsafeMutableBufferPointer<Float>

    static func addNoise(_ values: Values, _ deviation: Double, using generator: inout SeededGenerator) {
        let deviation = Float(deviation)
        var source = NormalSource(&generator)
        let bytes = UnsafeMutableRawBufferPointer(values)
        let whole = values.count / 16 * 16
        for index in stride(from: 0, to: whole, by: 16) {
            let (first, second) = source.next()
            bytes.add(deviation * first, at: index)
            bytes.add(deviation * second, at: index + 8)
        }
        let (first, second) = source.next()
        for index in whole..<values.count {
            let lane = index - whole
            values[index] += deviation * (lane < 8 ? first[lane] : second[lane - 8])
        }
    }

    package static func blur(_ values: Values, _ size: SIMD3<Int>, sigma: Double) {
        guard let base = values.baseAddress else { return }
        GaussianFilter(sigma: sigma, border: .reflected).apply(base, size)
    }

    static func multiply(_ values: Values, _ factor: Double) {
        let factor = Float(factor)
        for index in values.indices { values[index] *= factor }
    }

    static func add(_ values: Values, _ number: Double) {
        let number = Float(number)
        for index in values.indices { values[index] += number }
    }

    package static func stretch(_ values: Values, _ factor: Double) {
        let moments = Moments(values)
        let (mean, factor, lowest, highest) = (Float(moments.mean), Float(factor), moments.lowest, moments.highest)
        for index in values.indices {
            var value = (values[index] - mean) * factor + mean
            if value < lowest { value = lowest }
            if value > highest { value = highest }
            values[index] = value
        }
    }

    package static func coarsen(_ values: Values, _ size: SIMD3<Int>, zoom: Double, keeps: [Int]) {
        var coarse = size
        for axis in 0..<3 where !keeps.contains(axis) { coarse[axis] = max(1, Int((Double(size[axis]) * zoom).rounded(.toNearestOrEven))) }
        let volume = Volume(shape: size, voxels: Array(values))
        let back = volume.resampledNearest(to: coarse).resampled(to: size, interpolation: .cubic, threads: 1)
        _ = values.update(fromContentsOf: back.voxels)
    }

    /// The negative image where `inverted`: its power is taken, and negated again.
    package static func gamma(_ values: Values, _ exponent: Double, inverted: Bool, retains: Bool) {
        let before = Moments(values)
        let range = before.highest - before.lowest + 1e-7
        // From 0 at the end that the power leaves as it is.
        let (start, sign) = inverted ? (before.highest, Float(-1)) : (before.lowest, Float(1))
        raise(values, from: start, by: sign / range, Float(exponent))
        // What remains is linear: back to the range, and to the former mean and deviation.
        guard retains else { return scale(values, sign * range, start) }
        let after = Moments(values)
        let factor = Float(before.deviation / (after.deviation * Double(range) + 1e-8)) * sign * range
        scale(values, factor, Float(before.mean) - factor * Float(after.mean))
    }

    /// ((x − `start`) · `factor`) to the power of `exponent`, of numbers that come to lie within 0…1.
    private static func raise(_ values: Values, from start: Float, by factor: Float, _ exponent: Float) {
        let bytes = UnsafeMutableRawBufferPointer(values)
        let whole = values.count / 8 * 8
        for index in stride(from: 0, to: whole, by: 8) {
            bytes.set(VectorMath.pow((bytes.lanes(index) - start) * factor, exponent), at: index)
        }
        for index in whole..<values.count { values[index] = pow((values[index] - start) * factor, exponent) }
    }

    private static func scale(_ values: Values, _ factor: Float, _ number: Float) {
        for index in values.indices { values[index] = values[index] * factor + number }
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Eight numbers, the first at `index`.
    @inline(__always)
    fileprivate func lanes(_ index: Int) -> SIMD8<Float> { loadUnaligned(fromByteOffset: 4 * index, as: SIMD8<Float>.self) }

    @inline(__always)
    fileprivate func set(_ value: SIMD8<Float>, at index: Int) { storeBytes(of: value, toByteOffset: 4 * index, as: SIMD8<Float>.self) }

    @inline(__always)
    fileprivate func add(_ value: SIMD8<Float>, at index: Int) { set(lanes(index) + value, at: index) }
}
