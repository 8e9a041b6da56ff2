import Foundation

/// An n-dimensional array in NumPy's NPY form: little-endian, C order.
public struct NPYArray: Sendable, Equatable {
    /// The element types that are read and written.
    public enum Scalar: String, Sendable, CaseIterable {
        case bool = "|b1"
        case int8 = "|i1"
        case uint8 = "|u1"
        case int16 = "<i2"
        case uint16 = "<u2"
        case int32 = "<i4"
        case uint32 = "<u4"
        case int64 = "<i8"
        case uint64 = "<u8"
        case float32 = "<f4"
        case float64 = "<f8"
        case float16 = "<f2"

        /// Bytes of one element.
        public var size: Int {
            switch self {
            case .bool, .int8, .uint8: 1
            case .int16, .uint16, .float16: 2
            case .int32, .uint32, .float32: 4
            case .int64, .uint64, .float64: 8
            }
        }
    }

    public let scalar: Scalar
    public let shape: [Int]
    /// The elements, `shape` in C order.
    public let bytes: Data

    public var count: Int { shape.reduce(1, *) }

    public init(scalar: Scalar, shape: [Int], bytes: Data) {
        precondition(bytes.count == shape.reduce(1, *) * scalar.size, "bytes must fill the shape")
        self.scalar = scalar
        self.shape = shape
        self.bytes = bytes
    }

    public init(_ values: [Float], shape: [Int]) { self.init(scalar: .float32, shape: shape, bytes: values.withUnsafeBytes { Data($0) }) }
    public init(_ values: [Double], shape: [Int]) { self.init(scalar: .float64, shape: shape, bytes: values.withUnsafeBytes { Data($0) }) }
    public init(_ values: [Int32], shape: [Int]) { self.init(scalar: .int32, shape: shape, bytes: values.withUnsafeBytes { Data($0) }) }
    public init(_ values: [Int64], shape: [Int]) { self.init(scalar: .int64, shape: shape, bytes: values.withUnsafeBytes { Data($0) }) }
    public init(_ values: [UInt8], shape: [Int]) { self.init(scalar: .uint8, shape: shape, bytes: Data(values)) }

    /// The elements as `Float`, all of them or a part.
    public func floats(_ part: Range<Int>? = nil) -> [Float] {
        if scalar == .float32 { return copied(Float.self, part) }
        if let part {
            let start = bytes.startIndex + part.lowerBound * scalar.size
            return NPYArray(scalar: scalar, shape: [part.count], bytes: bytes[start..<start + part.count * scalar.size]).floats()
        }
        return convert(Float.self, { Float($0) }, { Float($0) }, { $0 }, { Float($0) })
    }

    /// The elements as `Double`.
    public func doubles() -> [Double] {
        if scalar == .float64 { return copied(Double.self) }
        return convert(Double.self, { Double($0) }, { Double($0) }, { Double($0) }, { $0 })
    }

    /// The elements as whole numbers; problems name the `key` of the array in `file`.
    ///
    /// - Throws: `Problem` naming the first element that is not whole or does not fit the type.
    public func exact<Value: FixedWidthInteger & BitwiseCopyable>(
        _: Value.Type = Value.self, key: String, of file: URL
    ) throws -> [Value] {
        if scalar == .int32, Value.self == Int32.self { return copied(Value.self) }
        func checked<Number: CustomStringConvertible>(_ number: Number, _ value: Value?) throws -> Value {
            guard let value else {
                throw Problem(file, "'\(key)' contains \(number), whole numbers from \(Value.min) to \(Value.max) are needed")
            }
            return value
        }
        return try convert(
            Value.self, { try checked($0, Value(exactly: $0)) }, { try checked($0, Value(exactly: $0)) },
            { try checked($0, Value(exactly: $0)) }, { try checked($0, Value(exactly: $0)) })
    }

    /// The elements as `Int`; floating-point elements are truncated, those out of range or not finite become 0.
    public func integers() -> [Int] {
        convert(
            Int.self, { Int($0) }, { Int(exactly: $0) ?? 0 }, { Int(exactly: $0.rounded(.towardZero)) ?? 0 },
            { Int(exactly: $0.rounded(.towardZero)) ?? 0 })
    }

    /// The elements as `Int32`; floating-point elements are truncated, those out of range or not finite become 0.
    public func int32s() -> [Int32] {
        if scalar == .int32 { return copied(Int32.self) }
        return convert(
            Int32.self, { Int32(exactly: $0) ?? 0 }, { Int32(exactly: $0) ?? 0 },
            { Int32(exactly: $0.rounded(.towardZero)) ?? 0 },
            { Int32(exactly: $0.rounded(.towardZero)) ?? 0 })
    }

    /// The bytes as they are, for the element type they have.
    private func copied<Element: BitwiseCopyable>(_: Element.Type, _ part: Range<Int>? = nil) -> [Element] {
        let part = part ?? 0..<count
        let size = MemoryLayout<Element>.size
        let start = bytes.startIndex + part.lowerBound * size
        return [Element](count: part.count) { buffer in
            bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer), from: start..<start + part.count * size)
        }
    }

    private func convert<Value>(
        _: Value.Type, _ fromSigned: (Int64) throws -> Value, _ fromUnsigned: (UInt64) throws -> Value,
        _ fromFloat: (Float) throws -> Value,
        _ fromDouble: (Double) throws -> Value
    ) rethrows -> [Value] {
        func load<Element: BitwiseCopyable>(_: Element.Type, _ map: (Element) throws -> Value) rethrows -> [Value] {
            try bytes.withUnsafeBytes { raw in
                try (0..<count).map { try map(raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.size, as: Element.self)) }
            }
        }
        return switch scalar {
        case .bool, .uint8: try load(UInt8.self) { try fromUnsigned(UInt64($0)) }
        case .int8: try load(Int8.self) { try fromSigned(Int64($0)) }
        case .int16: try load(Int16.self) { try fromSigned(Int64($0)) }
        case .uint16: try load(UInt16.self) { try fromUnsigned(UInt64($0)) }
        case .int32: try load(Int32.self) { try fromSigned(Int64($0)) }
        case .uint32: try load(UInt32.self) { try fromUnsigned(UInt64($0)) }
        case .int64: try load(Int64.self) { try fromSigned($0) }
        case .uint64: try load(UInt64.self) { try fromUnsigned($0) }
        case .float16: try load(UInt16.self) { try fromFloat(Float(Float16(bitPattern: $0))) }
        case .float32: try load(Float.self, fromFloat)
        case .float64: try load(Double.self, fromDouble)
        }
    }
}
