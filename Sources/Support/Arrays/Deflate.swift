import CZlib
import Foundation

/// Raw deflate streams and CRC-32, by zlib.
enum Deflate {
    static func crc32(_ data: Data) -> UInt32 {
        data.withUnsafeBytes { UInt32(truncatingIfNeeded: crc32_z(0, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)) }
    }

    /// Compressed `data`. Noisy floating-point numbers hardly repeat: where a sample shows that looking for repeated sequences gains next to
    /// nothing, only runs are looked for, which is 2 to 3 times faster.
    static func deflate(_ data: Data, level: Int32 = 1) throws -> Data {
        guard data.count > 4 << 20 else { return try deflate(data, level: level, strategy: Z_DEFAULT_STRATEGY) }
        var sample = Data()
        for part in 1...4 {
            let start = data.startIndex + data.count / 5 * part
            sample.append(data[start..<start + 65_536])
        }
        let repeats = try deflate(sample, level: level, strategy: Z_DEFAULT_STRATEGY).count
        let runs = try deflate(sample, level: level, strategy: Z_RLE).count
        return try deflate(data, level: level, strategy: runs <= repeats + repeats / 20 ? Z_RLE : Z_DEFAULT_STRATEGY)
    }

    private static func deflate(_ data: Data, level: Int32, strategy: Int32) throws -> Data {
        var stream = z_stream()
        guard
            deflateInit2_(&stream, level, Z_DEFLATED, -15, 9, strategy, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw Problem("zlib", "cannot start compression") }
        defer { deflateEnd(&stream) }
        return try run(&stream, data, capacity: Int(deflateBound(&stream, UInt(data.count))) + 64, named: "zlib") {
            CZlib.deflate($0, $1 ? Z_FINISH : Z_NO_FLUSH)
        }
    }

    static func inflate(_ data: Data, size: Int, named name: String) throws -> Data {
        // A deflate stream expands at most 1032 times; a larger claim is a hostile or broken header.
        guard size <= data.count * 1032 + 64 else { throw Problem(name, "corrupt: impossible size \(size)") }
        var stream = z_stream()
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw Problem("zlib", "cannot start decompression")
        }
        defer { inflateEnd(&stream) }
        return try run(&stream, data, capacity: size, named: name) { stream, _ in CZlib.inflate(stream, Z_NO_FLUSH) }
    }

    /// Feeds `data` in pieces that fit zlib's 32-bit counters until the stream ends.
    private static func run(
        _ stream: inout z_stream, _ data: Data, capacity: Int, named name: String,
        _ step: (UnsafeMutablePointer<z_stream>, _ last: Bool) -> Int32
    ) throws -> Data {
        var output = Data(count: max(capacity, 1))
        let piece = 1 << 30
        var produced = 0
        try data.withUnsafeBytes { (source: UnsafeRawBufferPointer) in
            try output.withUnsafeMutableBytes { (target: UnsafeMutableRawBufferPointer) in
                var consumed = 0
                while true {
                    let available = min(piece, source.count - consumed)
                    let room = min(piece, target.count - produced)
                    stream.next_in = UnsafeMutablePointer(
                        mutating: source.bindMemory(to: UInt8.self).baseAddress.map { $0 + consumed })
                    stream.avail_in = UInt32(available)
                    stream.next_out = target.bindMemory(to: UInt8.self).baseAddress.map { $0 + produced }
                    stream.avail_out = UInt32(room)
                    let status = step(&stream, consumed + available == source.count)
                    let used = available - Int(stream.avail_in)
                    let made = room - Int(stream.avail_out)
                    consumed += used
                    produced += made
                    if status == Z_STREAM_END { return }
                    guard status == Z_OK, used + made > 0 else {
                        throw Problem(name, "corrupt compressed data", remedy: "make the file again")
                    }
                }
            }
        }
        return output.prefix(produced)
    }
}
