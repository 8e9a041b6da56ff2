import Boxes
import Core
import Foundation
import Imaging
import Support

/// A contact sheet of patches: each row shows one place as it is in the case and as augmentation changed it, with the annotated boxes.
///
/// Every picture is the slice across the first axis through the middle of the patch's largest object; grey values mean the same in all
/// pictures of a row.
public struct AugmentationSheet: Sendable {
    /// One patch.
    public struct Picture: Sendable {
        public var caption: String
        public var volume: Volume<Float>
        /// Boxes in voxels of the patch.
        public var boxes: [Box]

        public init(caption: String, volume: Volume<Float>, boxes: [Box]) {
            self.caption = caption
            self.volume = volume
            self.boxes = boxes
        }
    }

    /// The patches of one place.
    public struct Row: Sendable {
        public var title: String
        public var pictures: [Picture]

        public init(title: String, pictures: [Picture]) {
            self.title = title
            self.pictures = pictures
        }
    }

    public var title: String
    public var rows: [Row]
    /// Millimetres between voxels along the axes of the patches.
    public var spacing: SIMD3<Double>

    public init(title: String, rows: [Row], spacing: SIMD3<Double>) {
        self.title = title
        self.rows = rows
        self.spacing = spacing
    }

    private enum Layout {
        static let margin = 20.0
        static let gap = 10.0
        static let side = 200.0
        static let header = 52.0
        static let rowTitle = 24.0
        static let line = 15.0
        static let lines = 3
        static let background = Color(0.09, 0.10, 0.12)
        static let panel = Color(0.02, 0.02, 0.03)
        static let text = Color(0.93, 0.94, 0.95)
        static let faint = Color(0.62, 0.65, 0.69)
        static var rowHeight: Double { rowTitle + side + Double(lines) * line + gap }
    }

    /// Draws the sheet to `url`, as PNG, SVG or PDF.
    ///
    /// - Throws: `Problem` where there is nothing to show, or the file cannot be written.
    public func write(to url: URL) throws {
        guard let columns = rows.map(\.pictures.count).max(), columns > 0 else { throw Problem(url, "there is no patch to show") }
        let width = 2 * Layout.margin + Double(columns) * (Layout.side + Layout.gap) - Layout.gap
        let height = Layout.header + Double(rows.count) * Layout.rowHeight + Layout.margin
        try Canvas.draw(to: url, width: width, height: height, scale: 2) { canvas in
            canvas.fill(.init(x: 0, y: 0, width: width, height: height), Layout.background)
            canvas.text(title, x: Layout.margin, y: 34, size: 17, Layout.text, bold: true)
            for (index, row) in rows.enumerated() { draw(row, on: canvas, y: Layout.header + Double(index) * Layout.rowHeight) }
        }
    }

    private func draw(_ row: Row, on canvas: Canvas, y: Double) {
        canvas.text(row.title, x: Layout.margin, y: y + 15, size: 14, Layout.text, bold: true)
        let planes = row.pictures.map { plane(of: $0) }
        let values = planes.map { $0.values() }
        let window = GrayWindow(values.first ?? [])
        for (index, picture) in row.pictures.enumerated() {
            let x = Layout.margin + Double(index) * (Layout.side + Layout.gap)
            let frame = Canvas.Rectangle(x: x, y: y + Layout.rowTitle, width: Layout.side, height: Layout.side)
            draw(planes[index], window.gray(values[index]), picture.boxes, on: canvas, in: frame)
            for (line, text) in lines(picture.caption, on: canvas).enumerated() {
                canvas.text(text, x: x, y: frame.y + Layout.side + Double(line + 1) * Layout.line, size: 12, Layout.faint)
            }
        }
    }

    private func plane(of picture: Picture) -> SlicePlane {
        let shape = picture.volume.shape
        let largest = picture.boxes.max { $0.volume < $1.volume }
        let index = largest.map { Int($0.center.x.rounded()) } ?? shape.x / 2
        let image = Image(volume: picture.volume, geometry: Geometry(size: shape, spacing: spacing))
        return SlicePlane(image, axis: 0, index: min(max(index, 0), shape.x - 1))
    }

    private func draw(_ plane: SlicePlane, _ gray: [UInt8], _ boxes: [Box], on canvas: Canvas, in frame: Canvas.Rectangle) {
        canvas.fill(frame, Layout.panel)
        let (height, width) = plane.extent
        let scale = min(frame.width / width, frame.height / height)
        let picture = Canvas.Rectangle(
            x: frame.x + (frame.width - width * scale) / 2, y: frame.y + (frame.height - height * scale) / 2, width: width * scale,
            height: height * scale)
        canvas.image(gray, columns: plane.columns, in: picture)
        canvas.clipped(to: frame) {
            for box in boxes {
                if let rectangle = plane.rectangle(box, in: picture) { canvas.stroke(rectangle, .annotated, lineWidth: 1.5) }
            }
        }
    }

    /// `caption` broken at its commas into lines that fit below a picture.
    private func lines(_ caption: String, on canvas: Canvas) -> [String] {
        var lines: [String] = []
        for part in caption.components(separatedBy: ", ") {
            if let last = lines.last, canvas.extent(of: "\(last), \(part)", size: 12).width <= Layout.side {
                lines[lines.count - 1] = "\(last), \(part)"
            } else {
                lines.append(part)
            }
        }
        return Array(lines.prefix(Layout.lines))
    }
}
