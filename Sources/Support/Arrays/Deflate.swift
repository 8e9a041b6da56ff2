import CDeflate
import Foundation

/// Deflate streams and CRC-32 of whole buffers, by libdeflate.
package enum Deflate {
    /// The checksum of `data`, which follows what has the checksum `first`.
    package static func crc32(_ data: Data, after first: UInt32 = 0) -> UInt32 {
        data.withUnsafeBytes { $0.isEmpty ? first : libdeflate_crc32(first, $0.baseAddress, $0.count) }
    }

    /// `data` (at most 65,535 bytes) as the beginning of a stream that another goes on with.
    static func stored(_ data: Data) -> Data {
        let low = UInt8(data.count & 0xFF)
        let high = UInt8(data.count >> 8)
        return Data([0, low, high, ~low, ~high]) + data
    }

    /// `data` compressed at the fastest level, or nil where that would not make it smaller by a tenth: noisy floating-point numbers are
    /// better stored. Large data is judged by samples.
    static func deflate(_ data: Data) throws -> Data? {
        if data.count > 4 << 20 {
            var sample = Data()
            for part in 1...4 {
                let start = data.startIndex + data.count / 5 * part
                sample.append(data[start..<start + 65_536])
            }
            guard try compress(sample).count < sample.count / 10 * 9 else { return nil }
        }
        let packed = try compress(data)
        return packed.count < data.count ? packed : nil
    }

    /// `bytes` as a zlib stream, at the usual level.
    package static func zlib(_ bytes: UnsafeRawBufferPointer) throws -> Data {
        guard let compressor = libdeflate_alloc_compressor(6) else { throw Problem("libdeflate", "no memory left") }
        defer { libdeflate_free_compressor(compressor) }
        var packed = Data(count: libdeflate_zlib_compress_bound(compressor, bytes.count))
        let count = packed.withUnsafeMutableBytes { target in
            libdeflate_zlib_compress(compressor, bytes.baseAddress, bytes.count, target.baseAddress, target.count)
        }
        return packed.prefix(count)
    }

    private static func compress(_ data: Data) throws -> Data {
        guard let compressor = libdeflate_alloc_compressor(1) else { throw Problem("libdeflate", "no memory left") }
        defer { libdeflate_free_compressor(compressor) }
        var packed = Data(count: libdeflate_deflate_compress_bound(compressor, data.count))
        let count = packed.withUnsafeMutableBytes { target in
            data.withUnsafeBytes { source in
                libdeflate_deflate_compress(compressor, source.baseAddress, source.count, target.baseAddress, target.count)
            }
        }
        return packed.prefix(count)
    }

    static func inflate(_ data: Data, size: Int, named name: String) throws -> Data {
        // A deflate stream expands at most 1032 times; a larger claim is a hostile or broken header.
        guard size >= 0, size <= data.count * 1032 + 64 else { throw Problem(name, "corrupt: impossible size \(size)") }
        guard let decompressor = libdeflate_alloc_decompressor() else { throw Problem("libdeflate", "no memory left") }
        defer { libdeflate_free_decompressor(decompressor) }
        var output = Data(count: size)
        let result = output.withUnsafeMutableBytes { target in
            data.withUnsafeBytes { source in
                libdeflate_deflate_decompress(decompressor, source.baseAddress, source.count, target.baseAddress, target.count, nil)
            }
        }
        guard result == LIBDEFLATE_SUCCESS else { throw Problem(name, "corrupt compressed data", remedy: "make the file again") }
        return output
    }
}
