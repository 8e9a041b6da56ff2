import Foundation
import Report
import Support
import Training

/// Losses, scores and learning rate over the epochs, drawn anew after each: `training.png` and `training.svg`.
struct TrainingPlots: RunTracker {
    private let file: URL
    private let title: String
    /// Epochs before weights are averaged.
    private let epochs: Int
    private let report: (String) -> Void

    /// - Parameters:
    ///   - file: without ending.
    ///   - report: takes a line when a picture cannot be written.
    init(_ file: URL, title: String, epochs: Int, report: @escaping (String) -> Void) {
        self.file = file
        self.title = title
        self.epochs = epochs
        self.report = report
    }

    func record(_ history: [EpochMetrics]) {
        guard !history.isEmpty else { return }
        do {
            for ending in ["png", "svg"] { try draw(history, to: file.appendingPathExtension(ending)) }
        } catch { report("plot: \(error)") }
    }

    func finish(_ status: TrackedStatus) {}

    private func draw(_ history: [EpochMetrics], to url: URL) throws {
        let (width, height) = (680.0, 400.0)
        let charts = charts(history)
        try Canvas.draw(to: url, width: 2 * width, height: 2 * height, scale: 1.5) { canvas in
            canvas.fill(Canvas.Rectangle(x: 0, y: 0, width: 2 * width, height: 2 * height), .white)
            for (index, chart) in charts.enumerated() {
                chart.draw(
                    on: canvas,
                    in: Canvas.Rectangle(x: width * Double(index % 2), y: height * Double(index / 2), width: width, height: height))
            }
        }
    }

    private func charts(_ history: [EpochMetrics]) -> [Chart] {
        let parts = ["cls", "reg", "seg_ce", "seg_dice"]
        let scores = [
            ("mAP_IoU_0.10_0.50_0.05_MaxDet_100", "mAP@.1:.5"), ("AP_IoU_0.10_MaxDet_100", "AP@.1"), ("AP_IoU_0.50_MaxDet_100", "AP@.5"),
            ("FROC_score_IoU_0.10", "FROC@.1"), ("seg_dice", "foreground Dice"),
        ]
        let losses = [Curve("train_loss", "training"), Curve("val_loss", "validation", color: 1)]
        let named = parts.enumerated().flatMap { index, part in
            [Curve("train_\(part)", part, color: index), Curve("val_\(part)", nil, color: index, isDashed: true)]
        }
        return [
            chart(title, "loss, lower is better", losses, history, label: "loss"),
            chart("Parts of the loss", "solid: training, dashed: validation", named, history, label: "loss"),
            chart(
                "Scores on validation patches", "higher is better", scores.enumerated().map { Curve($1.0, $1.1, color: $0) }, history,
                label: "score", range: 0...1),
            chart(
                "Learning rate at the start of the epoch", epochs < history.count ? "weights are averaged right of the dashed line" : nil,
                [Curve("lr", nil)], history, label: "learning rate", isLogarithmic: true),
        ]
    }

    /// A number of the history with the look of its line.
    private struct Curve {
        let key: String
        let name: String?
        let color: Int
        let isDashed: Bool

        init(_ key: String, _ name: String?, color: Int = 0, isDashed: Bool = false) {
            self.key = key
            self.name = name
            self.color = color
            self.isDashed = isDashed
        }

        func points(_ history: [EpochMetrics]) -> [(x: Double, y: Double)] {
            history.compactMap { epoch in
                epoch.values[key].flatMap { $0.isFinite ? (x: Double(epoch.epoch + 1), y: $0) : nil }
            }
        }
    }

    private func chart(
        _ title: String, _ subtitle: String?, _ curves: [Curve], _ history: [EpochMetrics], label: String,
        range: ClosedRange<Double>? = nil, isLogarithmic: Bool = false
    ) -> Chart {
        let values = curves.flatMap { $0.points(history) }.map(\.y)
        let x = Axis.linear("epoch", 0...Double(history.count), isRounded: false, isWhole: true, count: 8)
        let y: Axis
        if isLogarithmic {
            let positive = values.filter { $0 > 0 }
            y = .logarithmic(label, (positive.min() ?? 1e-4)...(positive.max() ?? 1))
        } else {
            // One epoch that went astray shall not flatten all others.
            let sorted = values.sorted()
            let high = sorted.isEmpty ? 1 : min(sorted[sorted.count - 1], 3 * max(1e-6, sorted[sorted.count * 9 / 10]))
            y = .linear(label, range ?? min(0, sorted.first ?? 0)...max(high, 1e-3))
        }
        var layers = curves.flatMap { curve -> [Chart.Layer] in
            let points = curve.points(history)
            guard !points.isEmpty else { return [] }
            let color = Color.series(curve.color)
            let line = Chart.Layer.line(points, color, name: curve.name, dash: curve.isDashed ? [5, 4] : [])
            return history.count <= 30 ? [line, .points(points, color, radius: 2.5)] : [line]
        }
        if epochs < history.count {
            let place = Double(epochs) + 0.5
            layers.append(.line([(place, y.range.lowerBound), (place, y.range.upperBound)], Color(0.6, 0.6, 0.6), dash: [3, 4]))
        }
        return Chart(title: title, subtitle: subtitle, x: x, y: y, layers: layers)
    }
}
