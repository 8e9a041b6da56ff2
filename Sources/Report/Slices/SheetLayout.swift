import Boxes
import Core

/// What contact sheets of slices share: a dark page with a title, and frames in which slices are fitted.
enum SheetLayout {
    static let margin = 20.0
    static let gap = 10.0
    static let background = Color(0.09, 0.10, 0.12)
    static let panel = Color(0.02, 0.02, 0.03)
    static let text = Color(0.93, 0.94, 0.95)
    static let faint = Color(0.62, 0.65, 0.69)

    /// Width of a page with `columns` frames of `side` points next to each other.
    static func width(columns: Int, side: Double) -> Double { 2 * margin + Double(columns) * (side + gap) - gap }

    /// The left edge of a column of frames.
    static func x(column: Int, side: Double) -> Double { margin + Double(column) * (side + gap) }

    /// Fills the page and writes its title.
    static func begin(_ title: String, titleY: Double, on canvas: Canvas, width: Double, height: Double) {
        canvas.fill(.init(x: 0, y: 0, width: width, height: height), background)
        canvas.text(title, x: margin, y: titleY, size: 17, text, bold: true)
    }

    /// Draws a slice as large as it fits into the middle of `frame`, and hands the place of its picture to `marks`, which are cut at the frame.
    static func draw(
        _ plane: SlicePlane, _ gray: [UInt8], on canvas: Canvas, in frame: Canvas.Rectangle, marks: (Canvas.Rectangle) -> Void
    ) {
        canvas.fill(frame, panel)
        let extent = plane.extent
        let scale = min(frame.width / extent.width, frame.height / extent.height)
        let (width, height) = (extent.width * scale, extent.height * scale)
        let picture = Canvas.Rectangle(
            x: frame.x + (frame.width - width) / 2, y: frame.y + (frame.height - height) / 2, width: width, height: height)
        canvas.image(gray, columns: plane.columns, in: picture)
        canvas.clipped(to: frame) { marks(picture) }
    }
}
