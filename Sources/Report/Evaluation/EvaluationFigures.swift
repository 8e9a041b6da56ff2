import Core
import Evaluation
import Foundation
import Support

/// The curves and histograms of an evaluation (spec 09).
public struct EvaluationFigures: Sendable {
    private let scores: DetectionScores
    private let names: [String]
    private var cases: String { "\(scores.result.cases) \(scores.result.cases == 1 ? "case" : "cases")" }

    public init(_ scores: DetectionScores) {
        self.scores = scores
        names = scores.options.classNames
    }

    /// Classes with annotated objects.
    private var present: [Int] { scores.result.objectsPerClass.indices.filter { scores.result.objectsPerClass[$0] > 0 } }
    private var ious: [Double] { scores.ranked.thresholds.single }

    /// What `nndet eval` writes into `boxes/`: `FROC`, `FROC_cls_IoU_…`, `PR_IoU_…`, `pred_hist_IoU@…` and `cl_…_pred_hist_IoU@…`.
    public var files: [Figure] {
        var figures = [frocOfThresholds]
        for iou in ious { figures.append(frocOfClasses(iou)) }
        for iou in [0.1, 0.5] { figures.append(precision(iou)) }
        for histogram in scores.result.histograms { figures.append(self.histogram(histogram)) }
        return figures
    }

    private static let rates: [Double] = (0...96).map { pow(2, -3 + Double($0) / 16) }

    private func curve(_ iou: Double, _ label: Int?) -> [(x: Double, y: Double)] {
        Array(zip(Self.rates, scores.ranked.sensitivities(iou: iou, label: label, rates: Self.rates))).map { (x: $0, y: $1) }
    }

    private func froc(_ name: String, _ title: String, _ subtitle: String, _ layers: [Chart.Layer]) -> Figure {
        Figure(
            name,
            Chart(
                title: title, subtitle: subtitle, x: .doublings("false positives per image", -3...3),
                y: .linear("sensitivity", 0...1, count: 5),
                layers: layers))
    }

    private func score(_ key: String) -> String { scores.result.scores[key].map { String(format: "%.3f", $0) } ?? "–" }

    /// All classes in one list, a line per IoU.
    public var frocOfThresholds: Figure {
        froc(
            "FROC", "FROC",
            "\(cases), \(scores.result.objectsPerClass.reduce(0, +)) objects, all classes; mean sensitivity behind each IoU",
            ious.enumerated().map { index, iou in
                .line(
                    curve(iou, nil), .ordered(Double(index) / Double(max(1, ious.count - 1))),
                    name: String(format: "IoU %.1f: ", iou) + score(ScoreName.froc(iou: iou)))
            })
    }

    /// A line per class.
    public func frocOfClasses(_ iou: Double) -> Figure {
        froc(
            "FROC_cls_IoU_" + Self.key(iou, digits: 2), String(format: "FROC of each class, IoU %.1f", iou),
            "\(cases); mean sensitivity behind each class",
            present.enumerated().map { index, label in
                .line(curve(iou, label), .series(index), name: "\(names[label]): " + score("\(label)_" + ScoreName.froc(iou: iou)))
            })
    }

    /// IoU 0.1 and 0.5 with intervals.
    public var frocWithIntervals: Figure {
        var layers: [Chart.Layer] = []
        for (index, iou) in [0.1, 0.5].enumerated() {
            if let intervals = scores.intervals {
                let band = FROC.falsePositivesPerImage.compactMap { rate -> (x: Double, lower: Double, upper: Double)? in
                    intervals.intervals[ScoreName.sensitivity(iou: iou, rate: rate)].map { (rate, $0.lower, $0.upper) }
                }
                if !band.isEmpty { layers.append(.band(band, .series(index))) }
            }
            layers.append(
                .line(
                    curve(iou, nil), .series(index), name: String(format: "IoU %.1f: ", iou) + score(ScoreName.froc(iou: iou)),
                    dash: index == 0 ? [] : [7, 4]))
        }
        let note = scores.intervals.map { String(format: "; band: %g %% interval of %d draws", 100 * $0.confidence, $0.resamples) } ?? ""
        return froc("FROC_intervals", "FROC", "\(cases), all classes" + note, layers)
    }

    /// Precision over recall: the mean over the classes, and each class where there are several.
    public func precision(_ iou: Double) -> Figure {
        let curves = scores.result.precisionCurves
        let key = ScoreName.precisionCurve(iou: iou)
        func line(_ prefix: String) -> [(x: Double, y: Double)] {
            (curves[prefix + key] ?? []).enumerated().map { (x: Double($0.offset) / 100, y: $0.element) }
        }
        func area(_ prefix: String) -> String {
            score(prefix + ScoreName.averagePrecision(iou: iou, maxDetections: scores.options.maxDetections))
        }
        var layers = present.enumerated().map { index, label in
            Chart.Layer.line(line("\(label)_"), .series(index), name: "\(names[label]): " + area("\(label)_"))
        }
        if present.count > 1 { layers.append(.line(line(""), ChartStyle.ink, name: "mean: " + area(""), dash: [6, 4])) }
        return Figure(
            "PR_IoU_" + Self.key(iou, digits: 2),
            Chart(
                title: String(format: "Precision and recall, IoU %.1f", iou), subtitle: "\(cases); average precision behind each class",
                x: .linear("recall", 0...1, count: 5), y: .linear("precision", 0...1, count: 5), layers: layers))
    }

    /// How hits and false positives score; objects that were missed stand at score 0. A dashed line at the operating point where `isMarked`.
    public func histogram(_ histogram: PredictionHistogram, isMarked: Bool = false) -> Figure {
        let bins = Double(PredictionHistogram.bins)
        func bars(_ counts: [Int], _ part: Double, _ width: Double = 0.5) -> [(lower: Double, upper: Double, height: Double)] {
            counts.enumerated().map { ((Double($0) + part) / bins, (Double($0) + part + width) / bins, Double($1)) }
        }
        let (hits, wrong) = (histogram.truePositives.reduce(0, +), histogram.falsePositives.reduce(0, +))
        let largest = (histogram.truePositives + histogram.falsePositives + [histogram.missed]).max() ?? 1
        var layers: [Chart.Layer] = [
            .bars(bars(histogram.truePositives, 0.5), .series(2), name: "hits: \(hits)"),
            .bars(bars(histogram.falsePositives, 0), .series(1), name: "false positives: \(wrong)"),
            .bars([(-0.03, -0.01, Double(histogram.missed))], ChartStyle.faint, name: "missed objects: \(histogram.missed)"),
        ]
        let y = Axis.counts("detections", upTo: largest, scale: .logarithmic)
        var note = ""
        if isMarked {
            let score = scores.operatingPoint.score
            layers.append(.line([(score, y.range.lowerBound), (score, y.range.upperBound)], ChartStyle.ink, dash: [5, 4]))
            note = String(format: "; dashed: best F1, score %.2f", score)
        }
        let name = histogram.classID.map { "cl_\($0)_" } ?? ""
        let title = histogram.classID.map { names.indices.contains($0) ? ", \(names[$0])" : ", class \($0)" } ?? ""
        return Figure(
            "\(name)pred_hist_IoU@" + Self.key(histogram.iou, digits: 1),
            Chart(
                title: String(format: "Scores of the detections, IoU %.1f", histogram.iou) + title, subtitle: cases + note,
                x: .linear("score", -0.04...1, isRounded: false, count: 5), y: y, layers: layers))
    }

    /// Part of the objects found, by size.
    public var sizes: Figure {
        let ranges = scores.sizes.ranges
        func bars(_ values: [Double], _ from: Double) -> [(lower: Double, upper: Double, height: Double)] {
            values.enumerated().map { (Double($0) + from, Double($0) + from + 0.34, $1) }
        }
        let labels = ranges.map { range in
            let upper = range.upper.isFinite ? String(format: "–%.3g", range.upper) : " and more"
            return String(format: "%.3g", range.lower) + upper + " (\(range.objects))"
        }
        let key = String(DetectionScores.iou)
        return Figure(
            "sensitivity_by_size",
            Chart(
                title: String(format: "Objects found by size, IoU %.1f", DetectionScores.iou),
                subtitle: "size: side of the cube of the box's volume; in brackets: objects",
                x: .categories("size / \(scores.sizes.unit)", labels), y: .linear("sensitivity", 0...1, count: 5),
                layers: [
                    .bars(bars(ranges.map { $0.sensitivity[key] ?? 0 }, -0.35), .ordered(0.8), name: "any score"),
                    .bars(
                        bars(ranges.map { $0.sensitivityAtOperatingScore[key] ?? 0 }, 0.01), .ordered(0.15),
                        name: String(format: "score ≥ %.2f", scores.operatingPoint.score)),
                ]))
    }

    /// Precision of the detections by score.
    public var calibration: Figure {
        let bins = scores.calibration.bins
        return Figure(
            "calibration",
            Chart(
                title: String(format: "Calibration, IoU %.1f", scores.calibration.iou),
                subtitle: String(
                    format: "%d detections; expected calibration error %.3f; dashed: scores that mean what they say",
                    bins.reduce(0) { $0 + $1.detections }, scores.calibration.error),
                x: .linear("score", 0...1, count: 5), y: .linear("part that found an object", 0...1, count: 5),
                layers: [
                    .bars(bins.map { ($0.lower, $0.upper, $0.precision) }, .ordered(0.75)),
                    .line([(0, 0), (1, 1)], ChartStyle.faint, dash: [5, 4]),
                    .points(bins.map { ($0.meanScore, $0.precision) }, .series(1), radius: 4),
                ]))
    }

    /// `0_10` of 0.1.
    private static func key(_ iou: Double, digits: Int) -> String {
        String(format: "%.\(digits)f", iou).replacing(".", with: "_")
    }
}
