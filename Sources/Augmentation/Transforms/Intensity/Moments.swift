/// Mean, population deviation and range of a channel.
package struct Moments {
    package let mean: Double
    package let deviation: Double
    package let lowest: Float
    package let highest: Float

    package init(_ values: UnsafeMutableBufferPointer<Float>) {
        // Sixteen sums side by side; each row of 4096 values is added up in single precision, rows in double. Values are counted from the
        // first one, so that a small deviation about a large mean is not lost.
        let start = values.first ?? 0
        var (sum, squares) = (0.0, 0.0)
        var low = SIMD16<Float>(repeating: .infinity)
        var high = -low
        let bytes = UnsafeRawBufferPointer(values)
        let (lanes, whole) = (64, values.count / 16 * 64)
        for first in stride(from: 0, to: whole, by: lanes * 256) {
            var (part, squared) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
            for offset in stride(from: first, to: min(whole, first + lanes * 256), by: lanes) {
                let value = bytes.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self)
                let distance = value - start
                part += distance
                squared += distance * distance
                low.replace(with: value, where: value .< low)
                high.replace(with: value, where: value .> high)
            }
            sum += Double(part.sum())
            squares += Double(squared.sum())
        }
        for index in values.count / 16 * 16..<values.count {
            let value = values[index]
            let distance = Double(value - start)
            sum += distance
            squares += distance * distance
            if value < low[0] { low[0] = value }
            if value > high[0] { high[0] = value }
        }
        let count = Double(max(1, values.count))
        mean = Double(start) + sum / count
        deviation = max(0, squares / count - sum / count * (sum / count)).squareRoot()
        lowest = low.min()
        highest = high.max()
    }
}
