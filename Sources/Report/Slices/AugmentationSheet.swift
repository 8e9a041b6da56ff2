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
        static let side = 200.0
        static let header = 52.0
        static let rowTitle = 24.0
        static let line = 15.0
        static let lines = 3
        static var rowHeight: Double { rowTitle + side + Double(lines) * line + SheetLayout.gap }
    }

    /// Draws the sheet to `url`, as PNG, SVG or PDF.
    ///
    /// - Throws: `Problem` where there is nothing to show, or the file cannot be written.
    public func write(to url: URL) throws {
        guard let columns = rows.map(\.pictures.count).max(), columns > 0 else { throw Problem(url, "there is no patch to show") }
        let width = SheetLayout.width(columns: columns, side: Layout.side)
        let height = Layout.header + Double(rows.count) * Layout.rowHeight + SheetLayout.margin
        try Canvas.draw(to: url, width: width, height: height, scale: 2) { canvas in
            SheetLayout.begin(title, titleY: 34, on: canvas, width: width, height: height)
            for (index, row) in rows.enumerated() { draw(row, on: canvas, y: Layout.header + Double(index) * Layout.rowHeight) }
        }
    }

    private func draw(_ row: Row, on canvas: Canvas, y: Double) {
        canvas.text(row.title, x: SheetLayout.margin, y: y + 15, size: 14, SheetLayout.text, bold: true)
        let planes = row.pictures.map { plane(of: $0) }
        let values = planes.map { $0.values() }
        let window = GrayWindow(values.first ?? [])
        for (index, picture) in row.pictures.enumerated() {
            let x = SheetLayout.x(column: index, side: Layout.side)
            let frame = Canvas.Rectangle(x: x, y: y + Layout.rowTitle, width: Layout.side, height: Layout.side)
            let plane = planes[index]
            SheetLayout.draw(plane, window.gray(values[index]), on: canvas, in: frame) { area in
                for box in picture.boxes {
                    if let rectangle = plane.rectangle(box, dimension: 3, in: area) { canvas.stroke(rectangle, .annotated, lineWidth: 1.5) }
                }
            }
            for (line, text) in lines(picture.caption, on: canvas).enumerated() {
                canvas.text(text, x: x, y: frame.y + Layout.side + Double(line + 1) * Layout.line, size: 12, SheetLayout.faint)
            }
        }
    }

    private func plane(of picture: Picture) -> SlicePlane {
        let shape = picture.volume.shape
        let largest = picture.boxes.max { $0.volume < $1.volume }
        let index = largest.map { ObjectBounds($0, dimension: 3).middleVoxel(along: 0) } ?? shape.x / 2
        let image = Image(volume: picture.volume, geometry: Geometry(size: shape, spacing: spacing))
        return SlicePlane(image, axis: 0, index: min(max(index, 0), shape.x - 1))
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
