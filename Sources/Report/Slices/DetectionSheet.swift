import Boxes
import Core
import Foundation
import Support

/// One page with every detection of an image: a row each with slices in three planes through its middle, by falling score.
public struct DetectionSheet: Sendable {
    private let picture: CasePicture
    private let legend: ClassLegend
    /// Detections shown, at most.
    public var shown = 12

    public init(_ picture: CasePicture, legend: ClassLegend) {
        self.picture = picture
        self.legend = legend
    }

    private enum Layout {
        static let header = 60.0
        static let side = 260.0
        static let caption = 30.0
        static var rowHeight: Double { caption + side + SheetLayout.gap }
    }

    /// Draws the page to `url`, as PNG, SVG or PDF; without detections, the middle of the image.
    public func write(to url: URL) throws {
        let count = min(shown, picture.detections.count)
        let rows = max(1, count)
        let width = SheetLayout.width(columns: 3, side: Layout.side)
        let height = Layout.header + Double(rows) * Layout.rowHeight + SheetLayout.margin
        let window = GrayWindow((0..<3).flatMap { SlicePlane(picture.image, axis: $0, index: picture.image.volume.shape[$0] / 2).values() })
        try Canvas.draw(to: url, width: width, height: height, scale: 2) { canvas in
            SheetLayout.begin(picture.caseID, titleY: 32, on: canvas, width: width, height: height)
            let total = picture.detections.count
            let rest = total > count ? ", the \(count) best shown" : ""
            canvas.text("\(total) detection\(total == 1 ? "" : "s")\(rest)", x: SheetLayout.margin, y: 51, size: 12, SheetLayout.faint)
            for row in 0..<rows {
                drawRow(count > 0 ? row : nil, window, on: canvas, y: Layout.header + Double(row) * Layout.rowHeight)
            }
        }
    }

    private func drawRow(_ index: Int?, _ window: GrayWindow, on canvas: Canvas, y: Double) {
        let shape = picture.image.volume.shape
        let bounds = index.map { ObjectBounds(picture.detections.boxes[$0], dimension: 3) }
        canvas.text(index.map(caption) ?? "nothing found", x: SheetLayout.margin, y: y + 20, size: 13, SheetLayout.text)
        for axis in 0..<3 {
            let slice = min(max(bounds?.middleVoxel(along: axis) ?? shape[axis] / 2, 0), shape[axis] - 1)
            let frame = Canvas.Rectangle(
                x: SheetLayout.x(column: axis, side: Layout.side), y: y + Layout.caption, width: Layout.side, height: Layout.side)
            draw(SlicePlane(picture.image, axis: axis, index: slice), index, window, on: canvas, in: frame)
        }
    }

    private func draw(_ plane: SlicePlane, _ index: Int?, _ window: GrayWindow, on canvas: Canvas, in frame: Canvas.Rectangle) {
        SheetLayout.draw(plane, window.gray(plane.values()), on: canvas, in: frame) { area in
            if let index, let rectangle = plane.rectangle(picture.detections.boxes[index], dimension: 3, in: area) {
                canvas.stroke(rectangle, Color.black.withAlpha(0.45), lineWidth: 4)
                canvas.stroke(rectangle, .predicted, lineWidth: 2)
            }
        }
        canvas.fill(
            .init(x: frame.x, y: frame.y, width: canvas.extent(of: plane.title, size: 11).width + 12, height: 19),
            Color.black.withAlpha(0.55))
        canvas.text(plane.title, x: frame.x + 6, y: frame.y + 13, size: 11, SheetLayout.text)
    }

    /// `1  nodule  score 0.93 (operating point)  12 × 10 × 11 mm at x −12.3, y 40.1, z −88.0 (LPS)`
    private func caption(_ index: Int) -> String {
        let found = picture.detections
        let (score, label) = (found.scores[index], found.labels[index])
        let place = WorldBox(found.boxes[index], in: picture.image.geometry, dimension: 3)
        let isAbove = legend.isAboveOperatingPoint(score: score, label: label)
        let mark = isAbove.map { $0 ? " (above the operating point)" : " (below the operating point)" } ?? ""
        let size = (0..<3).map { String(format: "%.1f", place.size[$0]) }.joined(separator: " × ")
        let center = String(format: "x %.1f, y %.1f, z %.1f", place.center.x, place.center.y, place.center.z)
        return
            "\(index + 1)   \(picture.className(label))   score \(String(format: "%.2f", score))\(mark)   \(size) mm   at \(center) (LPS)"
    }
}
