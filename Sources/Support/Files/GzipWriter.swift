import CZlib
import Foundation

/// Compresses a stream with gzip, fast rather than small, in bounded memory.
package final class GzipWriter {
    private let append: (Data) throws -> Void
    /// zlib keeps the address of its stream.
    private let stream: UnsafeMutablePointer<z_stream>
    private let buffer: UnsafeMutableBufferPointer<UInt8>

    /// - Parameter append: receives the compressed pieces in their order.
    package init(_ append: @escaping (Data) throws -> Void) throws {
        self.append = append
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        buffer = .allocate(capacity: 1 << 18)
        guard deflateInit2_(stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw Problem("zlib", "no memory left") }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
        buffer.deallocate()
    }

    /// Compresses `bytes` behind those before.
    package func add(_ bytes: UnsafeRawBufferPointer) throws {
        for start in stride(from: 0, to: bytes.count, by: 1 << 28) {
            let piece = bytes[start..<min(bytes.count, start + 1 << 28)]
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: UnsafeRawBufferPointer(rebasing: piece).baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = UInt32(piece.count)
            try drain(Z_NO_FLUSH)
        }
    }

    /// Writes the end of the stream with its checksum and length.
    package func finish() throws {
        stream.pointee.avail_in = 0
        try drain(Z_FINISH)
    }

    private func drain(_ flush: Int32) throws {
        while true {
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(buffer.count)
            let status = deflate(stream, flush)
            guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { throw Problem("zlib", "cannot compress") }
            let made = buffer.count - Int(stream.pointee.avail_out)
            if made > 0 { try append(Data(buffer[..<made])) }
            if status == Z_STREAM_END || (flush == Z_NO_FLUSH && stream.pointee.avail_out > 0) { return }
        }
    }
}
