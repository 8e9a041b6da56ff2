import Core
import Foundation
import Inference
import Report
import Support

/// What a sweep tried, as a table (`<name>.csv`) and as curves (`<name>.png`, `<name>.svg`).
struct SweepSummary {
    let curves: [SweepCurve]

    func write(_ name: String, in folder: URL) throws {
        try table.write(to: folder.appendingPathComponent("\(name).csv"))
        let sheet = CurveSheet(title: "Sweep: \(curves.first?.metric ?? "")", curves.map(chart))
        for ending in ["png", "svg"] { try sheet.write(to: folder.appendingPathComponent("\(name).\(ending)")) }
    }

    /// A row per value tried: parameter, value, score, whether it was taken.
    private var table: CSVText {
        var table = CSVText(columns: ["parameter", "value", curves.first?.metric ?? "score", "best"])
        for curve in curves {
            for trial in curve.trials {
                let score = trial.score.map { "\($0)" } ?? ""
                table.append([curve.parameter, "\(trial.value)", score, trial.value == curve.best ? "1" : "0"])
            }
        }
        return table
    }

    private func chart(_ curve: SweepCurve) -> Chart {
        let points = curve.trials.enumerated().compactMap { index, trial -> (x: Double, y: Double, isBest: Bool)? in
            guard let score = trial.score, score.isFinite else { return nil }
            let x: Double = if case .number(let number) = trial.value { number } else { Double(index + 1) }
            return (x, score, trial.value == curve.best)
        }
        let names = curve.trials.enumerated().compactMap { index, trial -> String? in
            if case .name(let name) = trial.value { "\(index + 1) \(Self.short(name))" } else { nil }
        }
        let (xs, ys) = (points.map(\.x), points.map(\.y))
        // Where all scores are one, the line lies in the middle.
        let (low, high) = (ys.min() ?? 0, ys.max() ?? 1)
        let margin = high - low < 1e-9 ? 0.05 : 0
        let label = names.isEmpty ? curve.parameter : names.joined(separator: ", ")
        return Chart(
            title: curve.parameter, subtitle: "best: \(Self.short("\(curve.best)")), \(String(format: "%.4f", curve.bestScore))",
            x: .linear(label, (xs.min() ?? 0)...(xs.max() ?? 1), isWhole: !names.isEmpty),
            y: .linear("score", low - margin...high + margin),
            layers: [
                .line(points.map { ($0.x, $0.y) }, name: nil), .points(points.map { ($0.x, $0.y) }, name: nil),
                .points(points.filter(\.isBest).map { ($0.x, $0.y) }, .series(1), name: "chosen", radius: 5),
            ])
    }

    /// `batched_weighted_nms_model` as `weighted_nms`.
    private static func short(_ name: String) -> String { name.replacing("batched_", with: "").replacing("_model", with: "") }
}
