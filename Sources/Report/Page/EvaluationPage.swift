import Boxes
import Core
import Evaluation
import Foundation
import Imaging
import Support

/// An evaluation as one page of HTML that needs nothing else: tables with intervals, curves, and the detections that people should look at.
public struct EvaluationPage: Sendable {
    public var title: String
    /// What was evaluated: data set, model, subset.
    public var subtitle: String
    let scores: DetectionScores
    let cases: [EvaluationCase]
    let names: [String]
    /// Findings of each kind in the gallery.
    public var galleryCount = 6

    public init(title: String, subtitle: String, scores: DetectionScores, cases: [EvaluationCase]) {
        self.title = title
        self.subtitle = subtitle
        self.scores = scores
        self.cases = cases
        names = scores.options.classNames
    }

    /// The figures of the page, which are written beside it too.
    public func figures() -> [Figure] {
        let figures = EvaluationFigures(scores)
        var analysis = DetectionAnalysis(
            iou: DetectionScores.iou, scoreThreshold: Float(scores.operatingPoint.score).nextDown, classes: names.count,
            dimension: cases.first?.dimension ?? 3)
        for item in cases { analysis.add(item.id, item.detections, item.truth) }
        let histograms = scores.result.histograms.filter { $0.classID == nil }
        return [figures.frocWithIntervals, figures.precision(0.1)]
            + histograms.prefix(1).map { figures.histogram($0, isMarked: true) }
            + [
                figures.sizes, AnalysisFigures(analysis, classNames: names).confusion, figures.calibration, figures.frocOfThresholds,
                figures.precision(0.5),
            ]
    }

    /// Writes the page to `url`, and its figures as PNG and SVG into `<name>.figures` beside it.
    ///
    /// - Parameters:
    ///   - url: the page, `<name>.html`.
    ///   - image: gives the image of a case for the gallery, on the grid of its boxes; nil where there is none.
    ///   - progress: told of every finding drawn.
    /// - Throws: `Problem` where an image cannot be read or a file cannot be written.
    public func write(to url: URL, image: (Int) throws -> Image<Float>?, progress: () -> Void = {}) throws {
        let figures = figures()
        let folder = url.deletingPathExtension().appendingPathExtension("figures")
        try Figure.write(figures, in: folder)
        let parts = [header, cards, notices, classTable, try Self.section(figures), caseTable, try gallery(image, progress), footer]
        let page = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
            <link rel="icon" href="data:,">
            <title>\(HTML.escaped(title))</title>
            <style>
            \(PageStyle.css)
            </style>
            </head>
            <body>
            <main>
            \(parts.filter { !$0.isEmpty }.joined(separator: "\n"))
            </main>
            <script>
            \(PageStyle.script)
            </script>
            </body>
            </html>

            """
        try AtomicFile.write(Data(page.utf8), to: url)
    }

    private var header: String {
        "<header><h1>\(HTML.escaped(title))</h1><p>\(HTML.escaped(subtitle))</p></header>"
    }

    private func key(_ iou: Double) -> String { ScoreName.averagePrecision(iou: iou, maxDetections: scores.options.maxDetections) }
    private var mean: String { ScoreName.meanAveragePrecision(maxDetections: scores.options.maxDetections) }
    private static func number(_ value: Double?) -> String {
        guard let value else { return "–" }
        return value.isNaN ? "undefined" : String(format: "%.3f", value)
    }
    private func range(_ name: String) -> String? {
        scores.intervals?.intervals[name].map { String(format: "%.2f – %.2f", $0.lower, $0.upper) }
    }

    private var cards: String {
        let point = scores.operatingPoint
        let sensitivity = ScoreName.sensitivity(iou: 0.1, rate: 1)
        let atOne = scores.result.curves[ScoreName.frocCurve(iou: 0.1)].flatMap { $0.indices.contains(3) ? $0[3] : nil }
        func card(_ name: String, _ value: String, _ range: String?, isWide: Bool = false) -> String {
            let below = range.map { "<span class=\"range\">\(HTML.escaped($0))</span>" } ?? ""
            return
                "<div class=\"card\(isWide ? " wide" : "")\"><span class=\"name\">\(HTML.escaped(name))</span><b>\(value)</b>\(below)</div>"
        }
        let cards = [
            card("mAP, IoU 0.1–0.5", Self.number(scores.result.scores[mean]), range(mean)),
            card("AP, IoU 0.1", Self.number(scores.result.scores[key(0.1)]), range(key(0.1))),
            card("AP, IoU 0.5", Self.number(scores.result.scores[key(0.5)]), range(key(0.5))),
            card("FROC score, IoU 0.1", Self.number(scores.result.scores[ScoreName.froc(iou: 0.1)]), range(ScoreName.froc(iou: 0.1))),
            card("Sensitivity at 1 false positive per image", Self.number(atOne), range(sensitivity)),
            card(
                String(format: "Operating point: score ≥ %.2f", point.score), String(format: "F1 %.3f", point.f1),
                String(
                    format: "sensitivity %.2f, precision %.2f, %.2f false positives per image", point.sensitivity, point.precision,
                    point.falsePositivesPerImage), isWide: true),
        ]
        return "<section class=\"cards\" aria-label=\"Main scores\">\(cards.joined())</section>"
    }

    private var notices: String {
        var lines: [String] = []
        func list(_ labels: [Int]) -> String { labels.map { names.indices.contains($0) ? names[$0] : "\($0)" }.joined(separator: ", ") }
        let result = scores.result
        if !result.classesWithoutGroundTruth.isEmpty {
            lines.append("Without annotated objects, not part of the means: \(list(result.classesWithoutGroundTruth)).")
        }
        if result.casesBeyondLimit > 0 {
            lines.append(
                "\(result.casesBeyondLimit) cases have more objects of a class than the \(result.maxDetections) detections that count.")
        }
        if !result.missingPredictions.isEmpty {
            lines.append("Counted as empty, without a prediction: \(result.missingPredictions.joined(separator: ", ")).")
        }
        if !result.unknownClasses.isEmpty { lines.append("Left out, not classes of the task: \(list(result.unknownClasses)).") }
        return lines.map { "<p class=\"notice\">\(HTML.escaped($0))</p>" }.joined(separator: "\n")
    }

    private var classTable: String {
        let scored = [
            ("mAP .1–.5", mean), ("AP .1", key(0.1)), ("AP .5", key(0.5)), ("FROC .1", ScoreName.froc(iou: 0.1)),
            ("FROC .5", ScoreName.froc(iou: 0.5)),
        ]
        func row(_ title: String, _ objects: Int, _ detections: Int, _ prefix: String) -> [HTML.Cell] {
            [
                HTML.Cell(text: title), HTML.Cell(text: "\(objects)", value: Double(objects)),
                HTML.Cell(text: "\(detections)", value: Double(detections)),
            ]
                + scored.map { _, name in
                    let value = scores.result.scores[prefix + name]
                    return HTML.Cell(text: Self.number(value), value: value ?? -1, note: range(prefix + name))
                }
        }
        let result = scores.result
        var rows = [row("all classes", result.objectsPerClass.reduce(0, +), result.detectionsPerClass.reduce(0, +), "")]
        rows += names.indices.map { row(names[$0], result.objectsPerClass[$0], result.detectionsPerClass[$0], "\($0)_") }
        let note = scores.intervals.map {
            String(format: "; below: %g %% interval, %d draws of %d cases with replacement", 100 * $0.confidence, $0.resamples, $0.cases)
        }
        return "<h2>Scores</h2>\n"
            + HTML.table(
                id: "scores", caption: "Average precision (COCO) and FROC score by IoU" + (note ?? ""),
                head: ["class", "objects", "detections"] + scored.map(\.0), rows: rows)
    }

    private static func section(_ figures: [Figure]) throws -> String {
        let pictures = try figures.map { figure in
            let picture = HTML.image(
                try figure.data(.svg), type: "image/svg+xml", description: figure.description, width: figure.width, height: figure.height)
            return "<figure id=\"\(HTML.escaped(figure.name))\">\(picture)</figure>"
        }
        return "<h2>Curves</h2>\n<section class=\"figures\">\(pictures.joined(separator: "\n"))</section>"
    }

    private var caseTable: String {
        let point = scores.operatingPoint
        let rows = cases.map { item in
            let item = CaseCounts(
                item, iou: point.iou, score: point.score, classes: names.count, maxDetections: scores.options.maxDetections)
            let counts = [item.objects, item.found, item.missed, item.falsePositives].map {
                HTML.Cell(text: "\($0)", value: Double($0))
            }
            return [HTML.Cell(text: item.caseID)] + counts
                + [
                    HTML.Cell(
                        text: item.highestFalsePositive.map { String(format: "%.2f", $0) } ?? "–",
                        value: item.highestFalsePositive.map { Double($0) } ?? -1)
                ]
        }
        return "<h2>Cases</h2>\n"
            + HTML.table(
                id: "cases", caption: String(format: "At the operating point: score ≥ %.2f, IoU ≥ %.1f", point.score, point.iou),
                head: ["case", "objects", "found", "missed", "false positives", "highest of them"], rows: rows)
    }

    private var footer: String {
        """
        <footer>Average precision as COCO computes it (101 recalls, at most \(scores.options.maxDetections) detections per class and image); FROC: mean \
        sensitivity at 1/8, 1/4, 1/2, 1, 2, 4 and 8 false positives per image. Boxes are compared in voxels. Made by nndet.</footer>
        """
    }
}
