import Foundation
import Support

/// The bytes of a pickle, read from the beginning.
struct PickleBytes {
    private let data: Data
    let name: String
    /// Bytes read.
    private(set) var position: Int

    init(_ data: Data, named name: String, from position: Int = 0) {
        self.data = data
        self.name = name
        self.position = position
    }

    var count: Int { data.count }

    func problem(_ text: String, remedy: String? = nil) -> Problem {
        Problem(name, "\(text) (byte \(position) of the pickle)", remedy: remedy)
    }

    /// The next `count` bytes, without a copy.
    mutating func take(_ count: Int) throws -> Data {
        guard count >= 0, count <= data.count - position else {
            throw problem("is truncated or damaged", remedy: "copy the file again")
        }
        defer { position += count }
        let start = data.startIndex + position
        return data[start..<start + count]
    }

    mutating func byte() throws -> UInt8 {
        guard position < data.count else { throw problem("is truncated or damaged", remedy: "copy the file again") }
        defer { position += 1 }
        return data[data.startIndex + position]
    }

    /// An unsigned little-endian number of `count` ≤ 8 bytes.
    mutating func unsigned(_ count: Int) throws -> UInt64 { try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) } }

    /// A number of bytes that follow.
    mutating func length(_ count: Int) throws -> Int {
        guard let length = Int(exactly: try unsigned(count)) else { throw problem("claims an impossible length") }
        return length
    }

    /// The text up to the end of the line, which is skipped.
    mutating func line() throws -> Data {
        let start = data.startIndex + position
        guard let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) else {
            throw problem("is truncated or damaged", remedy: "copy the file again")
        }
        defer { position = end + 1 - data.startIndex }
        return data[start..<end]
    }
}
