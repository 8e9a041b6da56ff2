import Foundation
import Imaging
import Support

/// Changes of the intensities of one channel, in place (spec 05, "Details").
package enum Intensities {
    package typealias Values = UnsafeMutableBufferPointer<Float>

    static func addNoise(_ values: Values, _ deviation: Double, using generator: inout SeededGenerator) {
        let deviation = Float(deviation)
        // Both numbers of a pair are used: Box–Muller gives two at the price of one.
        for index in stride(from: 0, to: values.count, by: 2) {
            let (a, b) = generator.normalPair()
            values[index] += deviation * a
            if index + 1 < values.count { values[index + 1] += deviation * b }
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

    package static func gamma(_ values: Values, _ exponent: Double, inverted: Bool, retains: Bool) {
        if inverted { multiply(values, -1) }
        let before = Moments(values)
        let range = before.highest - before.lowest + 1e-7
        let exponent = Float(exponent)
        for index in values.indices {
            values[index] = pow((values[index] - before.lowest) / range, exponent) * range + before.lowest
        }
        if retains {
            let after = Moments(values)
            let factor = Float(before.deviation / (after.deviation + 1e-8))
            let (from, to) = (Float(after.mean), Float(before.mean))
            for index in values.indices { values[index] = (values[index] - from) * factor + to }
        }
        if inverted { multiply(values, -1) }
    }
}

/// Mean, population deviation and range of a channel.
package struct Moments {
    package let mean: Double
    package let deviation: Double
    package let lowest: Float
    package let highest: Float

    package init(_ values: UnsafeMutableBufferPointer<Float>) {
        // Sixteen sums side by side; each row of 4096 values is added up in single precision, rows in double.
        var (sum, squares) = (0.0, 0.0)
        var low = SIMD16<Float>(repeating: .infinity)
        var high = -low
        let bytes = UnsafeRawBufferPointer(values)
        let (lanes, whole) = (64, values.count / 16 * 64)
        for start in stride(from: 0, to: whole, by: lanes * 256) {
            var (part, squared) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
            for offset in stride(from: start, to: min(whole, start + lanes * 256), by: lanes) {
                let value = bytes.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self)
                part += value
                squared += value * value
                low.replace(with: value, where: value .< low)
                high.replace(with: value, where: value .> high)
            }
            sum += Double(part.sum())
            squares += Double(squared.sum())
        }
        for index in values.count / 16 * 16..<values.count {
            let value = values[index]
            sum += Double(value)
            squares += Double(value) * Double(value)
            if value < low[0] { low[0] = value }
            if value > high[0] { high[0] = value }
        }
        let count = Double(max(1, values.count))
        mean = sum / count
        deviation = max(0, squares / count - mean * mean).squareRoot()
        lowest = low.min()
        highest = high.max()
    }
}

extension SeededGenerator {
    /// Two independent standard normal numbers (Box–Muller).
    mutating func normalPair() -> (Float, Float) {
        let radius = (-2 * Foundation.log(Float(1 - uniform()))).squareRoot()
        let angle = 2 * Float.pi * Float(uniform())
        return (radius * cos(angle), radius * sin(angle))
    }
}
