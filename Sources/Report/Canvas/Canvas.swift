import CCairo
import Foundation
import Support

/// A page to draw on, written as PNG, SVG or PDF as the file's ending says; points from the upper left corner.
public final class Canvas {
    /// A rectangle by its upper left corner and extent.
    public struct Rectangle: Sendable, Equatable {
        public var x, y, width, height: Double

        public init(x: Double, y: Double, width: Double, height: Double) {
            self.x = x
            self.y = y
            self.width = width
            self.height = height
        }
    }

    public enum Alignment: Sendable { case left, center, right }

    private let context: OpaquePointer
    public let width: Double
    public let height: Double

    init(context: OpaquePointer, width: Double, height: Double) {
        self.context = context
        self.width = width
        self.height = height
    }

    /// Draws a page with `body` and writes it to `url` atomically.
    ///
    /// - Parameters:
    ///   - url: the file; its ending, `.png`, `.svg` or `.pdf`, says which format.
    ///   - width: points; pixels of a PNG at `scale` 1.
    ///   - height: likewise.
    ///   - scale: pixels of a PNG per point.
    ///   - body: draws; the canvas is good only while it runs.
    /// - Throws: `Problem` naming the file where its ending is unknown or it cannot be written.
    public static func draw(to url: URL, width: Double, height: Double, scale: Double = 1, _ body: (Canvas) throws -> Void) throws {
        let format = url.pathExtension.lowercased()
        guard ["png", "svg", "pdf"].contains(format) else {
            throw Problem(url, "pictures are written as .png, .svg or .pdf, not as .\(format)")
        }
        guard format != "png" else {
            return try AtomicFile.write(data(.png, width: width, height: height, scale: scale, body), to: url)
        }
        try AtomicFile.write(to: url) { temporary in
            let surface =
                format == "svg"
                ? cairo_svg_surface_create(temporary.path, width, height) : cairo_pdf_surface_create(temporary.path, width, height)
            guard let surface else { throw Problem(url, "cannot be drawn") }
            defer { cairo_surface_destroy(surface) }
            guard let context = cairo_create(surface) else { throw Problem(url, "cannot be drawn") }
            defer { cairo_destroy(context) }
            try body(Canvas(context: context, width: width, height: height))
            try check(cairo_status(context), url)
            cairo_surface_finish(surface)
            try check(cairo_surface_status(surface), url)
        }
    }

    private static func check(_ status: cairo_status_t, _ url: URL) throws {
        guard status != CAIRO_STATUS_SUCCESS else { return }
        throw Problem(
            url, "cannot be written: \(String(cString: cairo_status_to_string(status)))", remedy: "check the space left and the permissions"
        )
    }

    private func use(_ color: Color) { cairo_set_source_rgba(context, color.red, color.green, color.blue, color.alpha) }

    public func fill(_ rectangle: Rectangle, _ color: Color) {
        use(color)
        cairo_rectangle(context, rectangle.x, rectangle.y, rectangle.width, rectangle.height)
        cairo_fill(context)
    }

    /// Outlines `rectangle`; `dash` alternates lengths of line and gap.
    public func stroke(_ rectangle: Rectangle, _ color: Color, lineWidth: Double = 1.5, dash: [Double] = []) {
        use(color)
        cairo_set_line_width(context, lineWidth)
        cairo_set_dash(context, dash, Int32(dash.count), 0)
        cairo_rectangle(context, rectangle.x, rectangle.y, rectangle.width, rectangle.height)
        cairo_stroke(context)
        cairo_set_dash(context, nil, 0, 0)
    }

    /// A line through `points`.
    public func line(_ points: [(x: Double, y: Double)], _ color: Color, lineWidth: Double = 1.5, dash: [Double] = []) {
        guard let first = points.first else { return }
        use(color)
        cairo_set_line_width(context, lineWidth)
        cairo_set_dash(context, dash, Int32(dash.count), 0)
        cairo_move_to(context, first.x, first.y)
        for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
        cairo_stroke(context)
        cairo_set_dash(context, nil, 0, 0)
    }

    /// Draws only within `rectangle` what `body` draws.
    public func clipped(to rectangle: Rectangle, _ body: () -> Void) {
        cairo_save(context)
        cairo_rectangle(context, rectangle.x, rectangle.y, rectangle.width, rectangle.height)
        cairo_clip(context)
        body()
        cairo_restore(context)
    }

    /// Extent of `text` in points.
    public func extent(of text: String, size: Double, bold: Bool = false) -> (width: Double, height: Double) {
        select(size, bold)
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, text, &extents)
        return (extents.x_advance, size)
    }

    /// Writes `text` with its base line at `y`.
    public func text(
        _ text: String, x: Double, y: Double, size: Double, _ color: Color, bold: Bool = false, alignment: Alignment = .left
    ) {
        let width = extent(of: text, size: size, bold: bold).width
        let offset =
            switch alignment {
            case .left: 0.0
            case .center: -width / 2
            case .right: -width
            }
        use(color)
        cairo_move_to(context, x + offset, y)
        cairo_show_text(context, text)
    }

    /// Writes `text` upwards, centred on the point.
    public func rotatedText(_ text: String, x: Double, y: Double, size: Double, _ color: Color) {
        cairo_save(context)
        cairo_translate(context, x, y)
        cairo_rotate(context, -.pi / 2)
        self.text(text, x: 0, y: 0, size: size, color, alignment: .center)
        cairo_restore(context)
    }

    /// A filled area with `points` as its corners.
    public func polygon(_ points: [(x: Double, y: Double)], _ color: Color) {
        guard let first = points.first else { return }
        use(color)
        cairo_new_path(context)
        cairo_move_to(context, first.x, first.y)
        for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
        cairo_close_path(context)
        cairo_fill(context)
    }

    /// A filled circle.
    public func circle(x: Double, y: Double, radius: Double, _ color: Color) {
        use(color)
        cairo_new_path(context)
        cairo_arc(context, x, y, radius, 0, 2 * .pi)
        cairo_fill(context)
    }

    private func select(_ size: Double, _ bold: Bool) {
        cairo_select_font_face(
            context, "sans-serif", CAIRO_FONT_SLANT_NORMAL, bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        cairo_set_font_size(context, size)
    }

    /// Draws a picture of grey values (row after row, `columns` each) stretched over `rectangle`.
    public func image(_ gray: [UInt8], columns: Int, in rectangle: Rectangle) {
        guard columns > 0, gray.count >= columns else { return }
        let rows = gray.count / columns
        guard let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(columns), Int32(rows)) else { return }
        defer { cairo_surface_destroy(surface) }
        guard cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS, let bytes = cairo_image_surface_get_data(surface) else { return }
        cairo_surface_flush(surface)
        let stride = Int(cairo_image_surface_get_stride(surface))
        for row in 0..<rows {
            for column in 0..<columns {
                let value = gray[row * columns + column]
                let pixel = bytes + row * stride + column * 4
                (pixel[0], pixel[1], pixel[2]) = (value, value, value)
            }
        }
        cairo_surface_mark_dirty(surface)
        cairo_save(context)
        cairo_rectangle(context, rectangle.x, rectangle.y, rectangle.width, rectangle.height)
        cairo_clip(context)
        cairo_translate(context, rectangle.x, rectangle.y)
        cairo_scale(context, rectangle.width / Double(columns), rectangle.height / Double(rows))
        cairo_set_source_surface(context, surface, 0, 0)
        if let pattern = cairo_get_source(context) {
            // Voxels stay visible where they are much larger than pixels.
            cairo_pattern_set_filter(pattern, rectangle.width > 12 * Double(columns) ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD)
            cairo_pattern_set_extend(pattern, CAIRO_EXTEND_PAD)
        }
        cairo_paint(context)
        cairo_restore(context)
    }
}
