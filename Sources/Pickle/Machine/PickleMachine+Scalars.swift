import Foundation
import Support

extension PickleMachine {
    /// The number that follows an opcode.
    mutating func number(_ code: UInt8) throws -> PickleItem {
        switch code {
        case UInt8(ascii: "J"): return .integer(Int(Int32(truncatingIfNeeded: try bytes.unsigned(4))))
        case UInt8(ascii: "K"): return .integer(Int(try bytes.byte()))
        case UInt8(ascii: "M"): return .integer(Int(try bytes.unsigned(2)))
        case 0x8A: return try integer(bytes.take(Int(bytes.byte())))
        case 0x8B:
            let length = Int32(truncatingIfNeeded: try bytes.unsigned(4))
            return try integer(bytes.take(Int(length)))
        case UInt8(ascii: "G"): return .number(Double(bitPattern: try bytes.unsigned(8).byteSwapped))
        case UInt8(ascii: "F"):
            let text = try numberText()
            guard let value = Double(text) else { throw problem("has the number '\(text)'") }
            return .number(value)
        default:
            var text = try numberText()
            if code == UInt8(ascii: "I"), text == "00" || text == "01" { return .bool(text == "01") }
            if code == UInt8(ascii: "L"), text.hasSuffix("L") { text.removeLast() }
            guard let value = Int(text) else { throw problem("has the integer '\(text)', which is none of 64 bits") }
            return .integer(value)
        }
    }

    private mutating func numberText() throws -> String {
        let line = try bytes.line()
        guard line.count <= 40 else { throw problem("has a number of \(line.count) digits") }
        return String(decoding: line, as: UTF8.self)
    }

    /// Two's complement, little-endian.
    private func integer(_ data: Data) throws -> PickleItem {
        guard data.count <= 8 else { throw problem("has an integer of \(data.count) bytes, at most 8 are read") }
        let value = data.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let last = data.last, last >= 0x80, data.count < 8 else { return .integer(Int(truncatingIfNeeded: value)) }
        return .integer(Int(truncatingIfNeeded: value | ~UInt64(0) << (8 * UInt64(data.count))))
    }

    /// The text or bytes that follow an opcode.
    mutating func string(_ code: UInt8) throws -> PickleItem {
        switch code {
        case UInt8(ascii: "X"): return try makeText(bytes.take(bytes.length(4)))
        case 0x8C: return try makeText(bytes.take(Int(bytes.byte())))
        case 0x8D: return try makeText(bytes.take(bytes.length(8)))
        case UInt8(ascii: "B"): return .bytes(try bytes.take(bytes.length(4)))
        case UInt8(ascii: "C"): return .bytes(try bytes.take(Int(bytes.byte())))
        case 0x8E, 0x96: return .bytes(try bytes.take(bytes.length(8)))
        case UInt8(ascii: "T"): return try makeOldText(bytes.take(bytes.length(4)))
        case UInt8(ascii: "U"): return try makeOldText(bytes.take(Int(bytes.byte())))
        case UInt8(ascii: "V"): return try makeText(Data(unescapedUnicode(bytes.line()).utf8))
        default: return try makeOldText(unquoted(bytes.line()))
        }
    }

    /// Python 2 does not tell text and bytes apart: what is plain ASCII is text.
    private mutating func makeOldText(_ data: Data) throws -> PickleItem {
        guard data.allSatisfy({ $0 < 0x80 }) else {
            try take(data.count)
            return .bytes(data)
        }
        return try makeText(data)
    }

    /// `\uXXXX` and `\UXXXXXXXX` among bytes of Latin-1.
    private func unescapedUnicode(_ line: Data) throws -> String {
        var scalars = String.UnicodeScalarView()
        let bytes = Array(line)
        var position = 0
        while position < bytes.count {
            let digits = bytes[position] == UInt8(ascii: "\\") && position + 1 < bytes.count ? Self.digits[bytes[position + 1]] : nil
            guard let digits, digits != 2 else {
                scalars.append(Unicode.Scalar(bytes[position]))
                position += 1
                continue
            }
            guard position + 2 + digits <= bytes.count,
                let value = UInt32(String(decoding: bytes[position + 2..<position + 2 + digits], as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(value)
            else { throw problem("has text that cannot be read") }
            scalars.append(scalar)
            position += 2 + digits
        }
        return String(scalars)
    }

    /// Hexadecimal digits behind `\x`, `\u`, `\U`.
    private static let digits: [UInt8: Int] = [UInt8(ascii: "x"): 2, UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8]

    /// The bytes of a Python literal in quotes.
    private func unquoted(_ line: Data) throws -> Data {
        let bytes = Array(line)
        guard bytes.count >= 2, let quote = bytes.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""), bytes.last == quote
        else {
            throw problem("has text without quotes")
        }
        var result = Data()
        var position = 1
        while position < bytes.count - 1 {
            guard bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count - 1 else {
                result.append(bytes[position])
                position += 1
                continue
            }
            let next = bytes[position + 1]
            if let plain = Self.escapes[next] {
                result.append(plain)
                position += 2
            } else if next == UInt8(ascii: "x"), position + 3 < bytes.count - 1,
                let value = UInt8(String(decoding: bytes[position + 2...position + 3], as: UTF8.self), radix: 16)
            {
                result.append(value)
                position += 4
            } else {
                throw problem("has text that cannot be read")
            }
        }
        return result
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "'"): 0x27,
        UInt8(ascii: "\""): 0x22, UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "v"): 0x0B,
        UInt8(ascii: "0"): 0x00,
    ]
}
