import Core
import Foundation
import Support

/// One page with slices of some cases side by side: annotated and predicted boxes over the image.
///
/// Each case shows a large slice across its first axis and smaller ones across the others, through the object that was met best.
public struct ExampleSheet: Sendable {
    public var title: String
    public var cases: [CasePicture]
    /// Predictions with a lower score are not shown, except for the best of a case.
    public var scoreThreshold: Float
    /// Predictions shown of a case, at most.
    public var shownPredictions = 10

    public init(title: String, cases: [CasePicture], scoreThreshold: Float = 0.3) {
        self.title = title
        self.cases = cases
        self.scoreThreshold = scoreThreshold
    }

    private enum Layout {
        static let margin = 20.0
        static let gap = 10.0
        static let large = 420.0
        static let small = (large - gap) / 2
        static let header = 64.0
        static let caption = 44.0
        static let blockWidth = large + gap + small
        static let background = Color(0.09, 0.10, 0.12)
        static let panel = Color(0.02, 0.02, 0.03)
        static let text = Color(0.93, 0.94, 0.95)
        static let faint = Color(0.62, 0.65, 0.69)
    }

    /// Draws the page to `url`, as PNG, SVG or PDF.
    ///
    /// - Throws: `Problem` where there is no case, or the file cannot be written.
    public func write(to url: URL) throws {
        guard !cases.isEmpty else { throw Problem(url, "there is no case to show") }
        let count = Double(cases.count)
        let width = 2 * Layout.margin + count * Layout.blockWidth + (count - 1) * 2 * Layout.gap
        let height = Layout.header + Layout.caption + Layout.large + Layout.margin
        try Canvas.draw(to: url, width: width, height: height, scale: 2) { canvas in
            canvas.fill(.init(x: 0, y: 0, width: width, height: height), Layout.background)
            drawHeader(canvas)
            for (index, item) in cases.enumerated() {
                draw(item, on: canvas, x: Layout.margin + Double(index) * (Layout.blockWidth + 2 * Layout.gap), y: Layout.header)
            }
        }
    }

    private func drawHeader(_ canvas: Canvas) {
        canvas.text(title, x: Layout.margin, y: 38, size: 17, Layout.text, bold: true)
        var x = canvas.width - Layout.margin
        for (label, color, dash) in [("predicted, with score", Color.predicted, [6.0, 3.0]), ("annotated", Color.annotated, [])] {
            let width = canvas.extent(of: label, size: 13).width
            canvas.text(label, x: x - width, y: 37, size: 13, Layout.text)
            canvas.stroke(.init(x: x - width - 30, y: 26, width: 20, height: 12), color, lineWidth: 2, dash: dash)
            x -= width + 54
        }
    }

    private func draw(_ item: CasePicture, on canvas: Canvas, x: Double, y: Double) {
        canvas.text(item.caseID, x: x, y: y + 14, size: 14, Layout.text, bold: true)
        canvas.text(summary(item), x: x, y: y + 33, size: 12, Layout.faint)
        let focus = item.focus
        let planes = (0..<3).map { SlicePlane(item.image, axis: $0, index: focus[$0]) }
        let values = planes.map { $0.values() }
        let window = GrayWindow(values.flatMap { $0 })
        let top = y + Layout.caption
        let right = x + Layout.large + Layout.gap
        let frames = [
            Canvas.Rectangle(x: x, y: top, width: Layout.large, height: Layout.large),
            Canvas.Rectangle(x: right, y: top, width: Layout.small, height: Layout.small),
            Canvas.Rectangle(x: right, y: top + Layout.small + Layout.gap, width: Layout.small, height: Layout.small),
        ]
        for index in 0..<3 {
            draw(planes[index], gray: window.gray(values[index]), of: item, on: canvas, in: frames[index], isLarge: index == 0)
        }
    }

    private func summary(_ item: CasePicture) -> String {
        guard let best = item.bestTruth else {
            guard let score = item.detections.scores.first else { return "no object, nothing predicted" }
            return "no object; best prediction \(item.className(item.detections.labels[0])) \(Self.rounded(score))"
        }
        let name = item.className(item.truth.labels[best])
        guard let match = item.bestMatch else { return "\(name): not found" }
        let predicted = item.className(item.detections.labels[match.prediction])
        let score = Self.rounded(item.detections.scores[match.prediction])
        let objects = item.truth.count == 1 ? "" : " (of \(item.truth.count) objects)"
        return "annotated \(name)\(objects); predicted \(predicted), score \(score), IoU \(Self.rounded(match.overlap))"
    }

    private func draw(
        _ plane: SlicePlane, gray: [UInt8], of item: CasePicture, on canvas: Canvas, in frame: Canvas.Rectangle, isLarge: Bool
    ) {
        canvas.fill(frame, Layout.panel)
        let extent = plane.extent
        let scale = min(frame.width / extent.width, frame.height / extent.height)
        let (width, height) = (extent.width * scale, extent.height * scale)
        let picture = Canvas.Rectangle(
            x: frame.x + (frame.width - width) / 2, y: frame.y + (frame.height - height) / 2, width: width, height: height)
        canvas.image(gray, columns: plane.columns, in: picture)
        let lineWidth = isLarge ? 2.0 : 1.5
        canvas.clipped(to: frame) {
            for box in item.truth.boxes {
                guard let rectangle = plane.rectangle(box, dimension: 3, in: picture) else { continue }
                canvas.stroke(rectangle, Color.black.withAlpha(0.45), lineWidth: lineWidth + 2)
                canvas.stroke(rectangle, .annotated, lineWidth: lineWidth)
            }
            for index in shown(item) {
                guard let rectangle = plane.rectangle(item.detections.boxes[index], dimension: 3, in: picture) else { continue }
                canvas.stroke(rectangle, Color.black.withAlpha(0.45), lineWidth: lineWidth + 2)
                canvas.stroke(rectangle, .predicted, lineWidth: lineWidth, dash: [6, 3])
                let label = "\(item.className(item.detections.labels[index])) \(Self.rounded(item.detections.scores[index]))"
                write(label, at: rectangle, in: frame, on: canvas, size: isLarge ? 13 : 11)
            }
        }
        canvas.fill(
            .init(x: frame.x, y: frame.y, width: canvas.extent(of: plane.title, size: 11).width + 12, height: 19),
            Color.black.withAlpha(0.55))
        canvas.text(plane.title, x: frame.x + 6, y: frame.y + 13, size: 11, Layout.text)
    }

    /// Writes the class and score above the box, below it where there is no room.
    private func write(_ label: String, at box: Canvas.Rectangle, in frame: Canvas.Rectangle, on canvas: Canvas, size: Double) {
        let width = canvas.extent(of: label, size: size).width + 8
        let height = size + 5
        let x = min(max(box.x, frame.x), frame.x + frame.width - width)
        var y = box.y - height - 2
        if y < frame.y + 18 { y = min(box.y + box.height + 2, frame.y + frame.height - height) }
        canvas.fill(.init(x: x, y: y, width: width, height: height), Color.predicted.withAlpha(0.9))
        canvas.text(label, x: x + 4, y: y + size, size: size, .black)
    }

    private func shown(_ item: CasePicture) -> [Int] {
        // Best last, so that it lies on top.
        item.detections.scores.indices.prefix(shownPredictions)
            .filter { $0 == 0 || item.detections.scores[$0] >= scoreThreshold }.reversed()
    }

    private static func rounded(_ value: Float) -> String { String(format: "%.2f", value) }
}
