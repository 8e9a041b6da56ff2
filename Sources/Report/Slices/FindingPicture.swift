import Boxes
import Core
import Evaluation
import Foundation
import Imaging

/// Three orthogonal slices through one detection or object, near enough to see it: annotated boxes solid, predicted ones dashed.
struct FindingPicture {
    let image: Image<Float>
    let item: EvaluationCase
    let finding: NotableFindings.Finding
    let classNames: [String]
    /// Other detections are drawn where they score at least this.
    let scoreThreshold: Float

    private enum Layout {
        static let side = 220.0
        static let gap = 6.0
    }

    /// Millimetres that are shown at least.
    private static let smallestView = 40.0

    private var planes: Int { item.dimension == 2 ? 1 : 3 }
    var width: Double { Double(planes) * Layout.side + Double(planes - 1) * Layout.gap }
    var height: Double { Layout.side }

    /// The box that the slices go through.
    private var box: Box {
        if let object = finding.object { return item.truth.boxes[object] }
        return finding.detection.map { item.detections.boxes[$0] } ?? Box(lower: .zero, upper: .zero)
    }

    func png() throws -> Data {
        try Canvas.data(.png, width: width, height: height, scale: 1.4) { canvas in
            canvas.fill(.init(x: 0, y: 0, width: width, height: height), .black)
            let axes = item.dimension == 2 ? [2] : [0, 1, 2]
            let slices = axes.map { SlicePlane(image, axis: $0, index: focus[$0]) }
            let values = slices.map { $0.values() }
            let window = GrayWindow(values.flatMap { $0 })
            for (index, slice) in slices.enumerated() {
                let frame = Canvas.Rectangle(
                    x: Double(index) * (Layout.side + Layout.gap), y: 0, width: Layout.side, height: Layout.side)
                canvas.clipped(to: frame) { draw(slice, window.gray(values[index]), in: frame, on: canvas) }
            }
        }
    }

    private var focus: SIMD3<Int> {
        let (bounds, shape) = (ObjectBounds(box, dimension: item.dimension), image.volume.shape)
        func inside(_ axis: Int) -> Int { min(max(bounds.middleVoxel(along: axis), 0), shape[axis] - 1) }
        return SIMD3(inside(0), inside(1), inside(2))
    }

    private func draw(_ slice: SlicePlane, _ gray: [UInt8], in frame: Canvas.Rectangle, on canvas: Canvas) {
        let spacing = image.geometry.spacing
        // The same scale in all slices: four times the longest side of the box, or the whole slice where that is less.
        let longest = (0..<(item.dimension == 2 ? 2 : 3)).map { Double(box.size[$0]) * spacing[$0] }.max() ?? 0
        let view = min(max(3.2 * longest, Self.smallestView), max(slice.extent.width, slice.extent.height))
        let scale = frame.width / view
        let (width, height) = (slice.extent.width * scale, slice.extent.height * scale)
        let center = box.center
        // Voxel i is centred at coordinate i, and shown from i to i + 1.
        let column = (Double(center[slice.columnAxis]) + 0.5) / Double(slice.columns)
        var row = (Double(center[slice.rowAxis]) + 0.5) / Double(slice.rows)
        if slice.isUpsideDown { row = 1 - row }
        func start(_ part: Double, _ length: Double, _ origin: Double) -> Double {
            // Not beyond the image where it fills the frame, in the middle where it does not.
            guard length > frame.width else { return origin + (frame.width - length) / 2 }
            return min(max(origin + frame.width / 2 - part * length, origin + frame.width - length), origin)
        }
        let picture = Canvas.Rectangle(x: start(column, width, frame.x), y: start(row, height, frame.y), width: width, height: height)
        canvas.image(gray, columns: slice.columns, in: picture)
        for (index, other) in item.truth.boxes.enumerated() {
            guard let rectangle = slice.rectangle(other, dimension: item.dimension, in: picture) else { continue }
            canvas.stroke(rectangle, Color.black.withAlpha(0.5), lineWidth: 3.5)
            canvas.stroke(
                rectangle, Color.annotated.withAlpha(index == finding.object ? 1 : 0.6), lineWidth: index == finding.object ? 2 : 1.2)
        }
        for index in item.detections.boxes.indices where index == finding.detection || item.detections.scores[index] >= scoreThreshold {
            guard let rectangle = slice.rectangle(item.detections.boxes[index], dimension: item.dimension, in: picture) else { continue }
            canvas.stroke(rectangle, Color.black.withAlpha(0.5), lineWidth: 3.5)
            canvas.stroke(
                rectangle, Color.predicted.withAlpha(index == finding.detection ? 1 : 0.6), lineWidth: index == finding.detection ? 2 : 1.2,
                dash: [5, 3])
        }
        canvas.fill(
            .init(x: frame.x, y: frame.y, width: canvas.extent(of: slice.title, size: 10).width + 10, height: 17),
            Color.black.withAlpha(0.55))
        canvas.text(slice.title, x: frame.x + 5, y: frame.y + 12, size: 10, Color(0.93, 0.94, 0.95))
    }
}
