import Foundation
import Support

/// Voxels as a file stores them, one after the other, and their conversion to the types that the program computes with.
struct StoredVoxels {
    let element: VoxelElement
    /// Whether multi-byte numbers are in the other byte order than this machine's.
    let isSwapped: Bool
    let bytes: UnsafeRawBufferPointer

    var count: Int { bytes.count / element.size }

    /// What is unusual about the values of an image.
    struct Summary: Equatable {
        var notANumber = 0
        var infinite = 0
        /// Of the finite values; the minimum is greater than the maximum where there is none.
        var minimum = Float.infinity
        var maximum = -Float.infinity

        mutating func merge(_ other: Summary) {
            notANumber += other.notANumber
            infinite += other.infinite
            minimum = Swift.min(minimum, other.minimum)
            maximum = Swift.max(maximum, other.maximum)
        }
    }

    /// Writes the rescaled values to `target`; NaN is written as 0 and counted.
    ///
    /// The product is computed in double precision.
    ///
    /// - Parameter target: `count` values, uninitialised.
    func convert(_ scaling: IntensityScaling, to target: UnsafeMutableBufferPointer<Float>, threads: Int = processorCount) -> Summary {
        switch element {
        case .uint8: convert(UInt8.self, scaling, to: target, threads) { Double($0) }
        case .int8: convert(Int8.self, scaling, to: target, threads) { Double($0) }
        case .uint16: convert(UInt16.self, scaling, to: target, threads) { Double(isSwapped ? $0.byteSwapped : $0) }
        case .int16: convert(Int16.self, scaling, to: target, threads) { Double(isSwapped ? $0.byteSwapped : $0) }
        case .uint32: convert(UInt32.self, scaling, to: target, threads) { Double(isSwapped ? $0.byteSwapped : $0) }
        case .int32: convert(Int32.self, scaling, to: target, threads) { Double(isSwapped ? $0.byteSwapped : $0) }
        case .uint64: convert(UInt64.self, scaling, to: target, threads) { Double(isSwapped ? $0.byteSwapped : $0) }
        case .int64: convert(Int64.self, scaling, to: target, threads) { Double(isSwapped ? $0.byteSwapped : $0) }
        case .float32:
            convert(UInt32.self, scaling, to: target, threads) { Double(Float(bitPattern: isSwapped ? $0.byteSwapped : $0)) }
        case .float64:
            convert(UInt64.self, scaling, to: target, threads) { Double(bitPattern: isSwapped ? $0.byteSwapped : $0) }
        }
    }

    /// What keeps values from being labels.
    enum LabelFault: Error, Equatable {
        case outOfRange(Double)
        case fraction(Double)

        var text: String {
            switch self {
            case .outOfRange(let value): "holds the value \(value), which is not a 32-bit integer: it is not a label map"
            case .fraction(let value): "holds the value \(value): label maps have whole numbers"
            }
        }
    }

    /// Writes the rescaled values to `target` as integers; what rescaling leaves next to one (0.01 at most) is rounded.
    ///
    /// - Parameter target: `count` values, uninitialised.
    /// - Throws: `LabelFault` of the first value that is not a label.
    func convertLabels(_ scaling: IntensityScaling, to target: UnsafeMutableBufferPointer<Int32>) throws {
        let isExact = scaling == .none
        switch element {
        case .uint8 where isExact: each(UInt8.self, to: target) { Int32($0) }
        case .int8 where isExact: each(Int8.self, to: target) { Int32($0) }
        case .uint16 where isExact: each(UInt16.self, to: target) { Int32(isSwapped ? $0.byteSwapped : $0) }
        case .int16 where isExact: each(Int16.self, to: target) { Int32(isSwapped ? $0.byteSwapped : $0) }
        case .int32 where isExact: each(Int32.self, to: target) { isSwapped ? $0.byteSwapped : $0 }
        case .uint8: try labels(UInt8.self, scaling, to: target) { Double($0) }
        case .int8: try labels(Int8.self, scaling, to: target) { Double($0) }
        case .uint16: try labels(UInt16.self, scaling, to: target) { Double(isSwapped ? $0.byteSwapped : $0) }
        case .int16: try labels(Int16.self, scaling, to: target) { Double(isSwapped ? $0.byteSwapped : $0) }
        case .uint32: try labels(UInt32.self, scaling, to: target) { Double(isSwapped ? $0.byteSwapped : $0) }
        case .int32: try labels(Int32.self, scaling, to: target) { Double(isSwapped ? $0.byteSwapped : $0) }
        case .uint64: try labels(UInt64.self, scaling, to: target) { Double(isSwapped ? $0.byteSwapped : $0) }
        case .int64: try labels(Int64.self, scaling, to: target) { Double(isSwapped ? $0.byteSwapped : $0) }
        case .float32:
            try labels(UInt32.self, scaling, to: target) { Double(Float(bitPattern: isSwapped ? $0.byteSwapped : $0)) }
        case .float64: try labels(UInt64.self, scaling, to: target) { Double(bitPattern: isSwapped ? $0.byteSwapped : $0) }
        }
    }

    /// Voxels that one thread converts at a time: their bytes stay in the cache while they are summarised.
    private static let chunk = 1 << 15

    @inline(__always)
    private func convert<Stored: BitwiseCopyable>(
        _: Stored.Type, _ scaling: IntensityScaling, to target: UnsafeMutableBufferPointer<Float>, _ threads: Int,
        _ value: (Stored) -> Double
    ) -> Summary {
        let (slope, intercept) = (scaling.slope, scaling.intercept)
        let isExact = scaling == .none
        let chunks = (target.count + Self.chunk - 1) / Self.chunk
        let sections = max(1, min(threads, chunks))
        nonisolated(unsafe) let bytes = bytes
        nonisolated(unsafe) let target = target
        return withoutActuallyEscaping(value) { escaping in
            nonisolated(unsafe) let value = escaping
            let parts = SummaryParts(count: sections)
            DispatchQueue.concurrentPerform(iterations: sections) { section in
                var summary = Summary()
                for chunk in section * chunks / sections..<(section + 1) * chunks / sections {
                    let range = chunk * Self.chunk..<min(target.count, (chunk + 1) * Self.chunk)
                    for index in range {
                        let stored = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.stride, as: Stored.self)
                        let number = isExact ? value(stored) : value(stored) * slope + intercept
                        target.initializeElement(at: index, to: Float(number))
                    }
                    summary.merge(Self.summarize(UnsafeMutableBufferPointer(rebasing: target[range])))
                }
                parts.set(section, summary)
            }
            return parts.merged
        }
    }

    /// Counts what is not finite, and writes 0 in place of NaN.
    @inline(__always)
    private static func summarize(_ values: UnsafeMutableBufferPointer<Float>) -> Summary {
        var summary = Summary()
        var (minimum, maximum) = (Float.infinity, -Float.infinity)
        var unusual = 0
        for value in values {
            let isFinite = value.magnitude < .infinity
            unusual &+= isFinite ? 0 : 1
            minimum = isFinite && value < minimum ? value : minimum
            maximum = isFinite && value > maximum ? value : maximum
        }
        (summary.minimum, summary.maximum) = (minimum, maximum)
        guard unusual > 0 else { return summary }
        for index in values.indices where !values[index].isFinite {
            if values[index].isNaN {
                summary.notANumber += 1
                values[index] = 0
            } else {
                summary.infinite += 1
            }
        }
        return summary
    }

    @inline(__always)
    private func labels<Stored: BitwiseCopyable>(
        _: Stored.Type, _ scaling: IntensityScaling, to target: UnsafeMutableBufferPointer<Int32>, _ value: (Stored) -> Double
    ) throws {
        let (slope, intercept) = (scaling.slope, scaling.intercept)
        let isExact = scaling == .none
        for index in 0..<target.count {
            let stored = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.stride, as: Stored.self)
            let number = isExact ? value(stored) : value(stored) * slope + intercept
            let rounded = number.rounded(.toNearestOrEven)
            guard rounded >= -2_147_483_648, rounded <= 2_147_483_647 else { throw LabelFault.outOfRange(number) }
            guard abs(number - rounded) <= 0.01 else { throw LabelFault.fraction(number) }
            target.initializeElement(at: index, to: Int32(rounded))
        }
    }

    @inline(__always)
    private func each<Stored: BitwiseCopyable>(
        _: Stored.Type, to target: UnsafeMutableBufferPointer<Int32>, _ value: (Stored) -> Int32
    ) {
        for index in 0..<target.count {
            let stored = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.stride, as: Stored.self)
            target.initializeElement(at: index, to: value(stored))
        }
    }
}

/// The summaries of sections that several threads convert.
private final class SummaryParts: @unchecked Sendable {
    private let lock = NSLock()
    private var parts: [StoredVoxels.Summary]

    init(count: Int) { parts = Array(repeating: StoredVoxels.Summary(), count: count) }

    func set(_ index: Int, _ summary: StoredVoxels.Summary) { lock.withLock { parts[index] = summary } }

    var merged: StoredVoxels.Summary {
        lock.withLock {
            parts.reduce(into: StoredVoxels.Summary()) { $0.merge($1) }
        }
    }
}
