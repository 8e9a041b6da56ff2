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
        static let margin = 20.0
        static let gap = 10.0
        static let header = 60.0
        static let side = 260.0
        static let caption = 30.0
        static let background = Color(0.09, 0.10, 0.12)
        static let panel = Color(0.02, 0.02, 0.03)
        static let text = Color(0.93, 0.94, 0.95)
        static let faint = Color(0.62, 0.65, 0.69)
    }

    /// Draws the page to `url`, as PNG, SVG or PDF; without detections, the middle of the image.
    public func write(to url: URL) throws {
        let count = min(shown, picture.detections.count)
        let rows = max(1, count)
        let width = 2 * Layout.margin + 3 * Layout.side + 2 * Layout.gap
        let height = Layout.header + Double(rows) * (Layout.caption + Layout.side + Layout.gap) + Layout.margin
        let window = GrayWindow((0..<3).flatMap { SlicePlane(picture.image, axis: $0, index: picture.image.volume.shape[$0] / 2).values() })
        try Canvas.draw(to: url, width: width, height: height, scale: 2) { canvas in
            canvas.fill(.init(x: 0, y: 0, width: width, height: height), Layout.background)
            canvas.text(picture.caseID, x: Layout.margin, y: 32, size: 17, Layout.text, bold: true)
            let total = picture.detections.count
            let rest = total > count ? ", the \(count) best shown" : ""
            canvas.text("\(total) detection\(total == 1 ? "" : "s")\(rest)", x: Layout.margin, y: 51, size: 12, Layout.faint)
            for row in 0..<rows {
                let y = Layout.header + Double(row) * (Layout.caption + Layout.side + Layout.gap)
                drawRow(count > 0 ? row : nil, window, on: canvas, y: y)
            }
        }
    }

    private func drawRow(_ index: Int?, _ window: GrayWindow, on canvas: Canvas, y: Double) {
        let shape = picture.image.volume.shape
        let center = index.map { picture.detections.boxes[$0].center } ?? SIMD3<Float>(shape) / 2
        canvas.text(index.map(caption) ?? "nothing found", x: Layout.margin, y: y + 20, size: 13, Layout.text)
        for axis in 0..<3 {
            let slice = min(max(Int(center[axis].rounded()), 0), shape[axis] - 1)
            let frame = Canvas.Rectangle(
                x: Layout.margin + Double(axis) * (Layout.side + Layout.gap), y: y + Layout.caption, width: Layout.side, height: Layout.side
            )
            draw(SlicePlane(picture.image, axis: axis, index: slice), index, window, on: canvas, in: frame)
        }
    }

    private func draw(_ plane: SlicePlane, _ index: Int?, _ window: GrayWindow, on canvas: Canvas, in frame: Canvas.Rectangle) {
        canvas.fill(frame, Layout.panel)
        let extent = plane.extent
        let scale = min(frame.width / extent.width, frame.height / extent.height)
        let (width, height) = (extent.width * scale, extent.height * scale)
        let area = Canvas.Rectangle(
            x: frame.x + (frame.width - width) / 2, y: frame.y + (frame.height - height) / 2, width: width, height: height)
        canvas.image(window.gray(plane.values()), columns: plane.columns, in: area)
        canvas.clipped(to: frame) {
            if let index, let rectangle = plane.rectangle(picture.detections.boxes[index], in: area) {
                canvas.stroke(rectangle, Color.black.withAlpha(0.45), lineWidth: 4)
                canvas.stroke(rectangle, .predicted, lineWidth: 2)
            }
        }
        canvas.fill(
            .init(x: frame.x, y: frame.y, width: canvas.extent(of: plane.title, size: 11).width + 12, height: 19),
            Color.black.withAlpha(0.55))
        canvas.text(plane.title, x: frame.x + 6, y: frame.y + 13, size: 11, Layout.text)
    }

    /// `1  nodule  score 0.93 (operating point)  12 × 10 × 11 mm at x −12.3, y 40.1, z −88.0 (LPS)`
    private func caption(_ index: Int) -> String {
        let found = picture.detections
        let (score, label) = (found.scores[index], found.labels[index])
        let place = WorldBox(found.boxes[index], in: picture.image.geometry)
        let isAbove = legend.isAboveOperatingPoint(score: score, label: label)
        let mark = isAbove.map { $0 ? " (above the operating point)" : " (below the operating point)" } ?? ""
        let size = (0..<3).map { String(format: "%.1f", place.size[$0]) }.joined(separator: " × ")
        let center = String(format: "x %.1f, y %.1f, z %.1f", place.center.x, place.center.y, place.center.z)
        return
            "\(index + 1)   \(picture.className(label))   score \(String(format: "%.2f", score))\(mark)   \(size) mm   at \(center) (LPS)"
    }
}
