import CZlib
import Foundation

/// Reads a file from its beginning, decompressed where it is compressed with gzip.
package enum DecompressedFile {
    /// Hands the content to `body` in pieces of `size` bytes (the last one smaller) until it returns false.
    ///
    /// - Throws: `Problem` where the file is missing or its compressed data is damaged, and what `body` throws.
    package static func read(_ url: URL, pieces size: Int = 1 << 20, _ body: (UnsafeRawBufferPointer) throws -> Bool) throws {
        guard let stream = gzopen(url.path, "rb") else { throw Problem(url, doing: "open", errno: errno) }
        defer { gzclose(stream) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            var filled = 0
            while filled < size {
                guard let start = buffer.baseAddress else { return }
                let count = gzread(stream, start + filled, UInt32(size - filled))
                guard count >= 0 else { throw Problem(url, "corrupt compressed data", remedy: "make the file again") }
                if count == 0 {
                    var code: Int32 = 0
                    gzerror(stream, &code)
                    guard code != Z_BUF_ERROR else { throw Problem(url, "truncated compressed data", remedy: "make the file again") }
                    break
                }
                filled += Int(count)
            }
            guard filled > 0, try body(UnsafeRawBufferPointer(rebasing: buffer[0..<filled])), filled == size else { return }
        }
    }
}
