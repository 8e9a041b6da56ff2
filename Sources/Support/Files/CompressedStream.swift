import CDeflate
import CZlib

/// Decodes gzip and zlib streams whose checksums and lengths are verified.
package enum CompressedStream {
    package enum Format { case gzip, zlib }

    /// How a stream ended.
    package struct Outcome: Equatable {
        /// Bytes of content, which may be more than there was room for.
        package let length: Int
        /// Bytes of the source that belong to the stream.
        package let consumed: Int
    }

    /// A byte of deflate expands to at most this many bytes.
    package static let largestExpansion = 1032

    /// Whether `source` starts with the magic number of gzip.
    package static func isGzip(_ source: UnsafeRawBufferPointer) -> Bool {
        source.count >= 18 && source[0] == 0x1F && source[1] == 0x8B
    }

    /// Decodes all members of `source` into `target`; content for which there is no room is checked and counted, but not kept.
    ///
    /// - Throws: `Problem` where the data ends too early, or where a checksum or length differs.
    package static func decode(
        _ source: UnsafeRawBufferPointer, _ format: Format, into target: UnsafeMutableRawBufferPointer, named name: String
    ) throws -> Outcome {
        guard let decompressor = libdeflate_alloc_decompressor() else { throw Problem("libdeflate", "no memory left") }
        defer { libdeflate_free_decompressor(decompressor) }
        var (consumed, length) = (0, 0)
        repeat {
            let rest = UnsafeRawBufferPointer(rebasing: source[consumed...])
            let room = UnsafeMutableRawBufferPointer(rebasing: target[min(length, target.count)...])
            var (used, made) = (0, 0)
            let result =
                switch format {
                case .gzip:
                    libdeflate_gzip_decompress_ex(decompressor, rest.baseAddress, rest.count, room.baseAddress, room.count, &used, &made)
                case .zlib:
                    libdeflate_zlib_decompress_ex(decompressor, rest.baseAddress, rest.count, room.baseAddress, room.count, &used, &made)
                }
            switch result {
            case LIBDEFLATE_SUCCESS: break
            case LIBDEFLATE_INSUFFICIENT_SPACE: (used, made) = try overflowing(rest, format, into: room, named: name)
            default: throw corrupt(name)
            }
            (consumed, length) = (consumed + used, length + made)
        } while format == .gzip && isGzip(UnsafeRawBufferPointer(rebasing: source[consumed...]))
        return Outcome(length: length, consumed: consumed)
    }

    private static func corrupt(_ name: String) -> Problem {
        Problem(name, "is truncated or damaged: its compressed data is corrupt", remedy: "copy or export the file again")
    }

    /// One member that holds more than fits, decoded piece by piece: libdeflate needs room for all of it.
    private static func overflowing(
        _ source: UnsafeRawBufferPointer, _ format: Format, into target: UnsafeMutableRawBufferPointer, named name: String
    ) throws -> (used: Int, made: Int) {
        var stream = z_stream()
        let windowBits: Int32 = format == .gzip ? 15 + 16 : 15
        guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw Problem("zlib", "no memory left")
        }
        defer { inflateEnd(&stream) }
        let overflow = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { overflow.deallocate() }
        let largest = 1 << 30
        var (used, made) = (0, 0)
        while true {
            let input = UnsafeRawBufferPointer(rebasing: source[used..<min(source.count, used + largest)])
            let output =
                made < target.count
                ? UnsafeMutableRawBufferPointer(rebasing: target[made..<min(target.count, made + largest)]) : overflow
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.avail_out = UInt32(output.count)
            let status = inflate(&stream, Z_NO_FLUSH)
            used += input.count - Int(stream.avail_in)
            made += output.count - Int(stream.avail_out)
            if status == Z_STREAM_END { return (used, made) }
            let isStuck = stream.avail_in == UInt32(input.count) && stream.avail_out == UInt32(output.count)
            guard status == Z_OK, !isStuck else { throw corrupt(name) }
        }
    }
}
