import Core
import Evaluation
import Foundation

/// The pictures of an analysis of single detections (spec 09).
public struct AnalysisFigures: Sendable {
    private let analysis: DetectionAnalysis
    private let names: [String]

    public init(_ analysis: DetectionAnalysis, classNames: [String]) {
        self.analysis = analysis
        names = (0..<analysis.classes).map { classNames.indices.contains($0) ? classNames[$0] : "class \($0)" }
    }

    private var subtitle: String {
        let count = analysis.cases.count
        return "\(count) \(count == 1 ? "case" : "cases"), IoU ≥ \(analysis.iou), score > "
            + String(format: "%.3g", Double(analysis.scoreThreshold))
    }

    /// `confusion_matrix`, `joint_iou_score`, `sizes` (3D), `sizes_bar`, `sizes_bar_100`.
    public var files: [Figure] {
        let bars = [("sizes_bar", nil), ("sizes_bar_100", 100.0)].map { sizeHistogram($0.0, upTo: $0.1) }
        return [confusion, joint] + (analysis.dimension == 3 ? [sizes] : []) + bars
    }

    public var confusion: Figure {
        let chart = MatrixChart(
            title: "Confusion of classes", subtitle: subtitle, rowLabel: "annotated", columnLabel: "predicted", rows: names + ["nothing"],
            columns: names + ["missed"], counts: analysis.confusion)
        return Figure("confusion_matrix", description: chart.title) { chart.draw(on: $0, in: $1) }
    }

    /// Score and IoU of the detections that overlap an object, with the line that fits best.
    public var joint: Figure {
        let points = analysis.overlaps.map { (x: Double($0.score), y: $0.iou) }
        var layers: [Chart.Layer] = [
            .points(points, Color.series(0).withAlpha(0.55), radius: points.count > 500 ? 2 : 3.2),
            .line([(0, analysis.iou), (1, analysis.iou)], ChartStyle.faint, dash: [5, 4]),
            .line([(Double(analysis.scoreThreshold), 0), (Double(analysis.scoreThreshold), 1)], ChartStyle.faint, dash: [5, 4]),
        ]
        if let line = Self.regression(points) { layers.append(.line(line, .series(1))) }
        return Figure(
            "joint_iou_score",
            Chart(
                title: "Score and overlap of the detections", subtitle: subtitle + "; dashed: the two thresholds",
                x: .linear("score", 0...1, count: 5), y: .linear("IoU", 0...1, count: 5), layers: layers))
    }

    private static func regression(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)]? {
        guard points.count > 1 else { return nil }
        let count = Double(points.count)
        let (meanX, meanY) = (points.reduce(0) { $0 + $1.x } / count, points.reduce(0) { $0 + $1.y } / count)
        let spread = points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
        guard spread > 1e-12, let low = points.map(\.x).min(), let high = points.map(\.x).max() else { return nil }
        let slope = points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) } / spread
        return [low, high].map { ($0, meanY + slope * ($0 - meanX)) }
    }

    private static let kinds: [(kind: DetectionAnalysis.Size.Kind, name: String, color: Color)] = [
        (.hit, "hits", .series(2)), (.wrong, "false positives", .series(1)), (.missed, "missed objects", .series(0)),
    ]

    private var sizes: Figure {
        let plot = ScatterPlot3D(
            title: "Box sizes", subtitle: subtitle, labels: (0..<3).map { "axis \($0) / voxels" },
            series: Self.kinds.map { item in
                let sides = analysis.sizes.filter { $0.kind == item.kind }.map { $0.sides.map(Double.init) }
                return ScatterPlot3D.Series(
                    name: item.name, color: item.color, points: sides.map { SIMD3($0[0], $0[1], $0[2]) }, radius: 2.8)
            })
        return Figure("sizes", description: plot.title, height: 620) { plot.draw(on: $0, in: $1) }
    }

    /// Summed sides in bins, the kinds beside one another.
    private func sizeHistogram(_ name: String, upTo limit: Double?) -> Figure {
        let sums = Self.kinds.map { item in
            analysis.sizes.filter { $0.kind == item.kind }.map { Double($0.sides.reduce(0, +)) }.filter { $0 <= limit ?? .infinity }
        }
        let largest = limit ?? max(sums.joined().max() ?? 1, 1)
        let bins = 50
        var highest = 0
        let layers = Self.kinds.indices.map { kind -> Chart.Layer in
            var counts = [Int](repeating: 0, count: bins)
            for sum in sums[kind] { counts[min(Int(sum / largest * Double(bins)), bins - 1)] += 1 }
            highest = max(highest, counts.max() ?? 0)
            let width = largest / Double(bins)
            let bars = counts.enumerated().map { bin, count in
                let lower = (Double(bin) + Double(kind) / 3) * width
                return (lower: lower, upper: lower + width / 3, height: Double(count))
            }
            return .bars(bars, Self.kinds[kind].color, name: "\(Self.kinds[kind].name): \(sums[kind].count)")
        }
        return Figure(
            name,
            Chart(
                title: "Box sizes: sum of the sides", subtitle: subtitle, x: .linear("sum of the sides / voxels", 0...largest),
                y: .counts("boxes", upTo: highest), layers: layers))
    }
}
