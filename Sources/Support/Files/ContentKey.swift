/// A key of content: equal content gives equal keys on every machine, other content practically never. Not for secrets.
///
/// Every part is counted in with its length, so that parts cannot run together.
public struct ContentKey: Sendable, Hashable {
    private var first: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var second: UInt64 = 0xC2B2_AE3D_27D4_EB4F

    public init() {}

    /// 32 hexadecimal digits.
    public var text: String {
        // Mixed once more, so that the last word reaches every bit.
        let words = [Self.finish(first &+ second), Self.finish(second ^ first.byteSwapped)]
        return words.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        add(word: UInt64(bytes.count))
        let whole = bytes.count / 8 * 8
        for offset in stride(from: 0, to: whole, by: 8) {
            add(word: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        }
        guard whole < bytes.count else { return }
        add(word: bytes[whole...].reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }

    public mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    public mutating func add(_ values: [Float]) { values.withUnsafeBytes { add($0) } }
    public mutating func add(_ values: [Int]) { values.withUnsafeBytes { add($0) } }
    public mutating func add(_ value: Int) { add(word: UInt64(bitPattern: Int64(value))) }

    private mutating func add(word: UInt64) {
        first = (first ^ word) &* 0xFF51_AFD7_ED55_8CCD
        first ^= first >> 29
        second = (second &+ word) &* 0xC4CE_B9FE_1A85_EC53
        second = second << 27 | second >> 37
    }

    private static func finish(_ value: UInt64) -> UInt64 {
        var z = (value ^ (value >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        z = (z ^ (z >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return z ^ (z >> 33)
    }
}
