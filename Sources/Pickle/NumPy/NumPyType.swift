import Foundation
import Support

/// An element type of NumPy.
struct NumPyType {
    enum Kind {
        case number(NPYArray.Scalar)
        /// Half precision; read as float32.
        case half
        /// Text of that many characters of four bytes.
        case text(Int)
        /// Text of that many bytes.
        case bytes(Int)
        /// Any values, listed one by one.
        case object
    }

    let kind: Kind
    let isBigEndian: Bool

    /// - Throws: `Problem` naming a type that is not read.
    init(of node: PickleNode, _ problem: (String, String?) -> Problem) throws {
        guard node.kind == .elementType, node.items.count == 2, case .text(let code) = node.items[0],
            case .text(let order) = node.items[1]
        else { throw problem("has an element type that cannot be read", nil) }
        isBigEndian = order == ">"
        let size = Int(code.dropFirst())
        switch code.first {
        case "U": kind = .text(try Self.length(size, code, problem))
        case "S": kind = .bytes(try Self.length(size, code, problem))
        case "O": kind = .object
        case "f" where size == 2: kind = .half
        default:
            guard let scalar = ["|", "<"].lazy.compactMap({ NPYArray.Scalar(rawValue: $0 + code) }).first else {
                throw problem("has an array of the element type '\(code.prefix(40))', which is not read", nil)
            }
            kind = .number(scalar)
        }
    }

    private static func length(_ size: Int?, _ code: String, _ problem: (String, String?) -> Problem) throws -> Int {
        guard let size, (0..<1 << 30).contains(size) else { throw problem("has an array of the element type '\(code.prefix(40))'", nil) }
        return size
    }

    var isNumeric: Bool {
        switch kind {
        case .number, .half: true
        case .text, .bytes, .object: false
        }
    }

    /// Bytes of one element; nil for objects.
    var size: Int? {
        switch kind {
        case .number(let scalar): scalar.size
        case .half: 2
        case .text(let count): 4 * count
        case .bytes(let count): count
        case .object: nil
        }
    }

    /// `bytes` in little-endian order.
    func littleEndian(_ bytes: Data) -> Data {
        let unit: Int
        switch kind {
        case .number(let scalar): unit = scalar.size
        case .half: unit = 2
        case .text: unit = 4
        case .bytes, .object: unit = 1
        }
        guard isBigEndian, unit > 1 else { return bytes }
        var result = Data(bytes)
        result.withUnsafeMutableBytes { (buffer: UnsafeMutableRawBufferPointer) in
            for start in stride(from: 0, to: buffer.count - unit + 1, by: unit) { buffer[start..<start + unit].reverse() }
        }
        return result
    }

    /// The text of one element, little-endian, without the zeros that fill it up; nil where it is none.
    func text(_ element: Data) -> String? {
        if case .bytes = kind { return String(validating: element.prefix { $0 != 0 }, as: UTF8.self) }
        var scalars = String.UnicodeScalarView()
        for start in stride(from: element.startIndex, to: element.endIndex - 3, by: 4) {
            let value = element[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard let scalar = Unicode.Scalar(value) else { return nil }
            scalars.append(scalar)
        }
        while scalars.last?.value == 0 { scalars.removeLast() }
        return String(scalars)
    }
}

extension PickleMachine {
    /// `numpy.core.multiarray.scalar`: one element of a type from its bytes.
    mutating func arrayScalar(_ type: NumPyType, _ bytes: PickleItem) throws -> PickleItem? {
        guard let data = heap.rawBytes(bytes), data.count == type.size else { return nil }
        try take(data.count)
        let element = type.littleEndian(data)
        switch type.kind {
        case .number(let scalar):
            let array = NPYArray(scalar: scalar, shape: [1], bytes: element)
            switch scalar {
            case .bool: return .bool(element.first != 0)
            case .float32, .float64: return .number(array.doubles()[0])
            case .uint64:
                guard element.last.map({ $0 < 0x80 }) == true else { return nil }
                return .integer(array.integers()[0])
            default: return .integer(array.integers()[0])
            }
        case .half: return .number(Double(NumPyHalf.float(element)))
        case .text, .bytes: return try type.text(element).map { try makeText(Data($0.utf8)) }
        case .object: return nil
        }
    }
}

/// Half precision, which not every processor has.
enum NumPyHalf {
    /// The number that `bytes` begin with, little-endian.
    static func float(_ bytes: Data) -> Float {
        let bits = UInt16(bytes[bytes.startIndex]) | UInt16(bytes[bytes.startIndex + 1]) << 8
        let sign: Float = bits & 0x8000 == 0 ? 1 : -1
        let exponent = Int(bits >> 10) & 0x1F
        let fraction = Float(bits & 0x3FF)
        switch exponent {
        case 0: return sign * fraction * 0x1p-24
        case 0x1F: return fraction == 0 ? sign * .infinity : .nan
        default: return sign * Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
        }
    }
}
