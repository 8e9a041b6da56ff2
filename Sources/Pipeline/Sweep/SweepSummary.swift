import Core
import Foundation
import Inference
import Report
import Support

/// What a sweep tried, as a table (`sweep.csv`) and as curves (`sweep.png`, `sweep.svg`).
struct SweepSummary {
    let steps: [SweepStep]

    func write(in folder: URL) throws {
        try AtomicFile.write(Data(table.utf8), to: folder.appendingPathComponent("sweep.csv"))
        let sheet = CurveSheet(title: "Sweep: \(steps.first?.metric ?? "")", steps.map(chart))
        for ending in ["png", "svg"] { try sheet.write(to: folder.appendingPathComponent("sweep.\(ending)")) }
    }

    /// A row per value tried: parameter, value, score, whether it was taken.
    private var table: String {
        var rows = ["parameter,value,\(steps.first?.metric ?? "score"),best"]
        for step in steps {
            for trial in step.trials {
                let score = trial.scores[step.metric].map { "\($0)" } ?? ""
                rows.append("\(step.parameter.rawValue),\(trial.value),\(score),\(trial.value == step.best ? 1 : 0)")
            }
        }
        return rows.joined(separator: "\n") + "\n"
    }

    private func chart(_ step: SweepStep) -> Chart {
        let points = step.trials.enumerated().compactMap { index, trial -> (x: Double, y: Double, isBest: Bool)? in
            guard let score = trial.scores[step.metric], score.isFinite else { return nil }
            let x: Double = if case .number(let number) = trial.value { number } else { Double(index + 1) }
            return (x, score, trial.value == step.best)
        }
        let names = step.trials.enumerated().compactMap { index, trial -> String? in
            if case .name(let name) = trial.value { "\(index + 1) \(Self.short(name))" } else { nil }
        }
        let (xs, ys) = (points.map(\.x), points.map(\.y))
        // Where all scores are one, the line lies in the middle.
        let (low, high) = (ys.min() ?? 0, ys.max() ?? 1)
        let margin = high - low < 1e-9 ? 0.05 : 0
        let label = names.isEmpty ? step.parameter.rawValue : names.joined(separator: ", ")
        return Chart(
            title: step.parameter.rawValue, subtitle: "best: \(Self.short("\(step.best)")), \(String(format: "%.4f", step.bestScore))",
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
