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
        case .uint8: convert(UInt8.self, scaling, to: target, threads)
        case .int8: convert(Int8.self, scaling, to: target, threads)
        case .uint16: convert(UInt16.self, scaling, to: target, threads)
        case .int16: convert(Int16.self, scaling, to: target, threads)
        case .uint32: convert(UInt32.self, scaling, to: target, threads)
        case .int32: convert(Int32.self, scaling, to: target, threads)
        case .uint64: convert(UInt64.self, scaling, to: target, threads)
        case .int64: convert(Int64.self, scaling, to: target, threads)
        case .float32: convert(Float.self, scaling, to: target, threads)
        case .float64: convert(Double.self, scaling, to: target, threads)
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
        switch element {
        case .uint8: try labels(UInt8.self, scaling, to: target)
        case .int8: try labels(Int8.self, scaling, to: target)
        case .uint16: try labels(UInt16.self, scaling, to: target)
        case .int16: try labels(Int16.self, scaling, to: target)
        case .uint32: try labels(UInt32.self, scaling, to: target)
        case .int32: try labels(Int32.self, scaling, to: target)
        case .uint64: try labels(UInt64.self, scaling, to: target)
        case .int64: try labels(Int64.self, scaling, to: target)
        case .float32: try labels(Float.self, scaling, to: target)
        case .float64: try labels(Double.self, scaling, to: target)
        }
    }

    /// Voxels that one thread converts at a time: their bytes stay in the cache while they are summarised.
    private static let chunk = 1 << 15

    private func convert<Stored: StoredNumber>(
        _: Stored.Type, _ scaling: IntensityScaling, to target: UnsafeMutableBufferPointer<Float>, _ threads: Int
    ) -> Summary {
        let chunks = (target.count + Self.chunk - 1) / Self.chunk
        let sections = max(1, min(threads, chunks))
        nonisolated(unsafe) let bytes = bytes
        nonisolated(unsafe) let target = target
        let isSwapped = isSwapped
        let parts = SummaryParts(count: sections)
        DispatchQueue.concurrentPerform(iterations: sections) { section in
            var summary = Summary()
            for chunk in section * chunks / sections..<(section + 1) * chunks / sections {
                let range = chunk * Self.chunk..<min(target.count, (chunk + 1) * Self.chunk)
                let source = StoredNumbers<Stored>(
                    start: bytes.baseAddress! + range.lowerBound * MemoryLayout<Stored>.stride, count: range.count, isSwapped: isSwapped)
                summary.merge(source.convert(scaling, to: target.baseAddress! + range.lowerBound))
            }
            parts.set(section, summary)
        }
        return parts.merged
    }

    private func labels<Stored: StoredNumber>(
        _: Stored.Type, _ scaling: IntensityScaling, to target: UnsafeMutableBufferPointer<Int32>
    ) throws {
        guard let start = bytes.baseAddress else { return }
        let source = StoredNumbers<Stored>(start: start, count: target.count, isSwapped: isSwapped)
        let (slope, intercept) = (scaling.slope, scaling.intercept)
        let isExact = scaling == .none
        if isExact, Stored.isSmallInteger {
            for index in 0..<target.count { target.initializeElement(at: index, to: Int32(truncatingIfNeeded: source[index].integer)) }
            return
        }
        for index in 0..<target.count {
            let stored = source[index].double
            let number = isExact ? stored : stored * slope + intercept
            let rounded = number.rounded(.toNearestOrEven)
            guard rounded >= -2_147_483_648, rounded <= 2_147_483_647 else { throw LabelFault.outOfRange(number) }
            guard abs(number - rounded) <= 0.01 else { throw LabelFault.fraction(number) }
            target.initializeElement(at: index, to: Int32(rounded))
        }
    }
}

/// A number as files store it.
private protocol StoredNumber: BitwiseCopyable, Comparable, Sendable {
    var byteSwapped: Self { get }
    var float: Float { get }
    var double: Double { get }
    /// The number as it fits; of integers of 32 bits and less exactly.
    var integer: Int { get }
    static var isInteger: Bool { get }
    /// Whether all its values fit `Int32`.
    static var isSmallInteger: Bool { get }
}

extension StoredNumber where Self: FixedWidthInteger {
    var float: Float { Float(self) }
    var double: Double { Double(self) }
    var integer: Int { Int(truncatingIfNeeded: self) }
    static var isInteger: Bool { true }
    static var isSmallInteger: Bool { bitWidth < 32 || (bitWidth == 32 && isSigned) }
}

extension UInt8: StoredNumber {}
extension Int8: StoredNumber {}
extension UInt16: StoredNumber {}
extension Int16: StoredNumber {}
extension UInt32: StoredNumber {}
extension Int32: StoredNumber {}
extension UInt64: StoredNumber {}
extension Int64: StoredNumber {}
extension Float: StoredNumber {
    var byteSwapped: Float { Float(bitPattern: bitPattern.byteSwapped) }
    var float: Float { self }
    var double: Double { Double(self) }
    var integer: Int { 0 }
    static var isInteger: Bool { false }
    static var isSmallInteger: Bool { false }
}
extension Double: StoredNumber {
    var byteSwapped: Double { Double(bitPattern: bitPattern.byteSwapped) }
    var float: Float { Float(self) }
    var double: Double { self }
    var integer: Int { 0 }
    static var isInteger: Bool { false }
    static var isSmallInteger: Bool { false }
}

/// Stored numbers of one type, at any address.
private struct StoredNumbers<Stored: StoredNumber> {
    let start: UnsafeRawPointer
    let count: Int
    let isSwapped: Bool

    @inline(__always)
    subscript(index: Int) -> Stored {
        let stored = start.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.stride, as: Stored.self)
        return isSwapped ? stored.byteSwapped : stored
    }

    /// Writes the rescaled values to `target`, NaN as 0.
    func convert(_ scaling: IntensityScaling, to target: UnsafeMutablePointer<Float>) -> StoredVoxels.Summary {
        // One branch in front of each loop, so that the loops are vectorised.
        if scaling == .none {
            for index in 0..<count { (target + index).initialize(to: self[index].float) }
        } else {
            let (slope, intercept) = (scaling.slope, scaling.intercept)
            for index in 0..<count { (target + index).initialize(to: Float(self[index].double * slope + intercept)) }
        }
        if Stored.isInteger, let summary = integerSummary(scaling) { return summary }
        return Self.summarize(UnsafeMutableBufferPointer(start: target, count: count))
    }

    /// Summary of rescaled integers, whose order rescaling keeps or reverses; nil where rescaling leaves the range of float32.
    private func integerSummary(_ scaling: IntensityScaling) -> StoredVoxels.Summary? {
        var summary = StoredVoxels.Summary()
        guard count > 0 else { return summary }
        var (minimum, maximum) = (self[0], self[0])
        for index in 0..<count {
            let stored = self[index]
            minimum = stored < minimum ? stored : minimum
            maximum = stored > maximum ? stored : maximum
        }
        let ends = [minimum, maximum].map { scaling == .none ? $0.float : Float($0.double * scaling.slope + scaling.intercept) }
        guard ends.allSatisfy(\.isFinite) else { return nil }
        (summary.minimum, summary.maximum) = (Swift.min(ends[0], ends[1]), Swift.max(ends[0], ends[1]))
        return summary
    }

    /// Counts what is not finite, and writes 0 in place of NaN.
    private static func summarize(_ values: UnsafeMutableBufferPointer<Float>) -> StoredVoxels.Summary {
        var summary = StoredVoxels.Summary()
        typealias Lanes = SIMD8<Float>
        var (low, high) = (Lanes(repeating: .infinity), Lanes(repeating: -.infinity))
        var areFinite = SIMDMask<Lanes.MaskStorage>(repeating: true)
        let whole = values.count / Lanes.scalarCount * Lanes.scalarCount
        let start = UnsafeRawPointer(values.baseAddress)
        for index in stride(from: 0, to: whole, by: Lanes.scalarCount) {
            let lanes = start!.loadUnaligned(fromByteOffset: index * 4, as: Lanes.self)
            // False for NaN.
            let finite = (lanes .< .infinity) .& (lanes .> -.infinity)
            areFinite .&= finite
            low.replace(with: lanes, where: finite .& (lanes .< low))
            high.replace(with: lanes, where: finite .& (lanes .> high))
        }
        (summary.minimum, summary.maximum) = (low.min(), high.max())
        var isUsual = all(areFinite)
        for value in values[whole...] where value.isFinite {
            summary.minimum = Swift.min(summary.minimum, value)
            summary.maximum = Swift.max(summary.maximum, value)
        }
        isUsual = isUsual && values[whole...].allSatisfy(\.isFinite)
        guard !isUsual else { return summary }
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
