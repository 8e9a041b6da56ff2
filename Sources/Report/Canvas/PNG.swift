import CCairo
import Foundation
import Support

/// Encodes drawn pages as PNG. Cairo's own writer tries every filter on every row, which takes five times as long for larger files.
enum PNG {
    /// An image surface without transparency, 8 bits per colour.
    ///
    /// - Throws: `Problem` where the surface has no pixels.
    static func data(_ surface: OpaquePointer) throws -> Data {
        cairo_surface_flush(surface)
        let (width, height) = (Int(cairo_image_surface_get_width(surface)), Int(cairo_image_surface_get_height(surface)))
        let stride = Int(cairo_image_surface_get_stride(surface))
        guard let pixels = cairo_image_surface_get_data(surface), width > 0, height > 0 else {
            throw Problem("picture of \(width) × \(height) pixels", "cannot be drawn")
        }
        // In charts, areas of one colour are best left as they are; in images neighbours differ little, and differences are smaller.
        let isImage = changes(pixels, width, height, stride) > 0.25
        let row = 3 * width + 1
        let filtered = [UInt8](unsafeUninitializedCapacity: row * height) { target, count in
            for y in 0..<height {
                // Blue, green, red and a byte that is not used.
                let source = pixels + y * stride
                let line = UnsafeMutableBufferPointer(rebasing: target[y * row..<(y + 1) * row])
                // The filter: 1 subtracts the pixel to the left.
                line[0] = isImage ? 1 : 0
                var (red, green, blue): (UInt8, UInt8, UInt8) = (0, 0, 0)
                for x in 0..<width {
                    let (b, g, r) = (source[4 * x], source[4 * x + 1], source[4 * x + 2])
                    line[3 * x + 1] = r &- red
                    line[3 * x + 2] = g &- green
                    line[3 * x + 3] = b &- blue
                    if isImage { (red, green, blue) = (r, g, b) }
                }
            }
            count = row * height
        }
        var file = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        append("IHDR", bigEndian(width) + bigEndian(height) + Data([8, 2, 0, 0, 0]), to: &file)
        append("IDAT", try filtered.withUnsafeBytes { try Deflate.zlib($0) }, to: &file)
        append("IEND", Data(), to: &file)
        return file
    }

    private static func append(_ name: String, _ content: Data, to file: inout Data) {
        let body = Data(name.utf8) + content
        file += bigEndian(content.count) + body + bigEndian(Int(Deflate.crc32(body)))
    }

    private static func bigEndian(_ number: Int) -> Data {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).bigEndian) { Data($0) }
    }

    /// Share of the pixels of every 16th row that differ from their left neighbour.
    private static func changes(_ pixels: UnsafeMutablePointer<UInt8>, _ width: Int, _ height: Int, _ stride: Int) -> Double {
        var (changed, all) = (0, 0)
        for y in Swift.stride(from: 0, to: height, by: 16) {
            let row = pixels + y * stride
            for x in 1..<max(1, width) {
                let (left, right) = (row + 4 * (x - 1), row + 4 * x)
                changed += left[0] != right[0] || left[1] != right[1] || left[2] != right[2] ? 1 : 0
            }
            all += width - 1
        }
        return all > 0 ? Double(changed) / Double(all) : 0
    }
}
