/// Room for the lines that one thread resamples at a time, and the ways in and out of it.
final class LineBuffer {
    typealias Lines = AxisResampling.Lines

    private let axis: AxisResampling
    private let groups: Int
    private let coefficients: UnsafeMutablePointer<Lines>
    private let results: UnsafeMutablePointer<Lines>

    /// - Parameter groups: lines / 16 that are resampled together.
    init(_ axis: AxisResampling, groups: Int) {
        self.axis = axis
        self.groups = groups
        coefficients = .allocate(capacity: axis.coefficientCount * groups)
        coefficients.initialize(repeating: .zero, count: axis.coefficientCount * groups)
        results = .allocate(capacity: axis.target * groups)
        results.initialize(repeating: .zero, count: axis.target * groups)
    }

    deinit {
        coefficients.deallocate()
        results.deallocate()
    }

    /// Resamples along the rows of a matrix: `source` has `axis.source` rows, `target` `axis.target`, of which `columns` are done.
    func resampleColumns(
        _ columns: Range<Int>, of source: UnsafePointer<Float>, stride sourceStride: Int,
        into target: UnsafeMutablePointer<Float>, stride targetStride: Int, limits: ClosedRange<Float>
    ) {
        let lanes = groups * Lines.scalarCount
        for start in stride(from: columns.lowerBound, to: columns.upperBound, by: lanes) {
            let width = min(lanes, columns.upperBound - start)
            for row in 0..<axis.source {
                UnsafeMutableRawPointer(coefficients + (AxisResampling.margin + row) * groups)
                    .copyMemory(from: source + row * sourceStride + start, byteCount: width * MemoryLayout<Float>.size)
            }
            axis.resample(coefficients, into: results, groups: groups, limits: limits)
            for row in 0..<axis.target {
                UnsafeMutableRawPointer(target + row * targetStride + start)
                    .copyMemory(from: results + row * groups, byteCount: width * MemoryLayout<Float>.size)
            }
        }
    }

    /// Resamples within the rows of a matrix: `source` has rows of `axis.source`, `target` of `axis.target` values.
    func resampleRows(
        count: Int, of source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, limits: ClosedRange<Float>
    ) {
        let lanes = Lines.scalarCount
        let samples = UnsafeMutableRawPointer(coefficients + AxisResampling.margin).assumingMemoryBound(to: Float.self)
        let values = UnsafeMutableRawPointer(results).assumingMemoryBound(to: Float.self)
        for start in stride(from: 0, to: count, by: lanes) {
            let height = min(lanes, count - start)
            for line in 0..<height {
                let row = source + (start + line) * axis.source
                for index in 0..<axis.source { samples[index * lanes + line] = row[index] }
            }
            axis.resample(coefficients, into: results, groups: 1, limits: limits)
            for line in 0..<height {
                let row = target + (start + line) * axis.target
                for index in 0..<axis.target { row[index] = values[index * lanes + line] }
            }
        }
    }
}
