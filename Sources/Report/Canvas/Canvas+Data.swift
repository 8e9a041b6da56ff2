import CCairo
import Foundation
import Support

extension Canvas {
    public enum Format: String, Sendable { case png, svg }

    /// Draws a page with `body` and returns it as a file would hold it.
    ///
    /// - Parameters:
    ///   - format: of the bytes returned.
    ///   - width: points; pixels of a PNG at `scale` 1.
    ///   - height: likewise.
    ///   - scale: pixels of a PNG per point.
    ///   - body: draws; the canvas is good only while it runs.
    /// - Throws: `Problem` where it cannot be drawn.
    public static func data(
        _ format: Format, width: Double, height: Double, scale: Double = 1, _ body: (Canvas) throws -> Void
    ) throws -> Data {
        let bytes = Bytes()
        let target = Unmanaged.passUnretained(bytes).toOpaque()
        let write: cairo_write_func_t = { target, data, count in
            guard let target, let data else { return CAIRO_STATUS_WRITE_ERROR }
            Unmanaged<Bytes>.fromOpaque(target).takeUnretainedValue().data.append(data, count: Int(count))
            return CAIRO_STATUS_SUCCESS
        }
        let surface =
            format == .svg
            ? cairo_svg_surface_create_for_stream(write, target, width, height)
            : cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width * scale), Int32(height * scale))
        guard let surface, let context = cairo_create(surface) else { throw Problem("picture", "cannot be drawn") }
        defer { cairo_surface_destroy(surface) }
        if format == .png { cairo_scale(context, scale, scale) }
        do {
            defer { cairo_destroy(context) }
            try body(Canvas(context: context, width: width, height: height))
            guard cairo_status(context) == CAIRO_STATUS_SUCCESS else { throw Problem("picture", "cannot be drawn") }
        }
        if format == .png { return try PNG.data(surface) }
        cairo_surface_finish(surface)
        return withoutCounter(withExtendedLifetime(bytes) { bytes.data })
    }

    /// Cairo numbers the surfaces of a process; the same drawing shall be the same file.
    private static func withoutCounter(_ svg: Data) -> Data {
        let mark = Data("<g id=\"surface".utf8)
        guard let start = svg.range(of: mark)?.upperBound else { return svg }
        let end = svg[start...].firstIndex { !(0x30...0x39).contains($0) } ?? start
        return svg[..<start] + svg[end...]
    }

    private final class Bytes {
        var data = Data()
    }
}
