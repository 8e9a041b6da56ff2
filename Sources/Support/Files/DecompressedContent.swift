import CDeflate
import Foundation

/// The whole content of a file in memory, decompressed where it is compressed with gzip; checksums are verified.
package final class DecompressedContent: @unchecked Sendable {
    package private(set) var bytes: UnsafeRawBufferPointer
    private let mapped: MappedFile?
    private let allocated: UnsafeMutableRawBufferPointer?

    /// - Parameter expected: bytes that the content should have, which decides how much memory is taken; it may turn out to have fewer.
    /// - Returns: nil where it has more.
    /// - Throws: `Problem` where the file is missing or its compressed data is damaged.
    package init?(_ url: URL, expecting expected: Int) throws {
        let file = try MappedFile(url)
        guard file.bytes.count > 18, file.bytes[0] == 0x1F, file.bytes[1] == 0x8B else {
            mapped = file
            allocated = nil
            bytes = file.bytes
            return
        }
        // A deflate stream expands at most 1032 times, whatever a damaged header claims.
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(1, min(expected, file.bytes.count.multipliedReportingOverflow(by: 1032).partialValue)), alignment: 64)
        mapped = nil
        allocated = buffer
        bytes = UnsafeRawBufferPointer(buffer)
        guard let count = try Self.decompress(file.bytes, into: buffer, url) else { return nil }
        bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
    }

    deinit { allocated?.deallocate() }

    /// Decompresses the members of a gzip file one after the other; what follows them and is none is ignored, as zlib does.
    ///
    /// - Returns: the bytes made; nil where there is not room for all.
    package static func decompress(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, _ url: URL
    ) throws -> Int? {
        guard let decompressor = libdeflate_alloc_decompressor() else { throw Problem("libdeflate", "no memory left") }
        defer { libdeflate_free_decompressor(decompressor) }
        var (consumed, produced) = (0, 0)
        while consumed < source.count, consumed == 0 || source[consumed] == 0x1F {
            let rest = UnsafeRawBufferPointer(rebasing: source[consumed...])
            let room = UnsafeMutableRawBufferPointer(rebasing: target[produced...])
            var (used, made) = (0, 0)
            switch libdeflate_gzip_decompress_ex(decompressor, rest.baseAddress, rest.count, room.baseAddress, room.count, &used, &made) {
            case LIBDEFLATE_SUCCESS: (consumed, produced) = (consumed + used, produced + made)
            case LIBDEFLATE_INSUFFICIENT_SPACE: return nil
            default:
                throw Problem(
                    url, "is truncated or damaged: its compressed data is corrupt", remedy: "copy or export the file again")
            }
        }
        return produced
    }
}
