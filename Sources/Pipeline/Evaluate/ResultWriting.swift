import Core
import Evaluation
import Foundation
import Report
import Support

/// Scores the cases of one source as `choices` say, and writes results and pictures into folders.
struct ResultWriting {
    let choices: EvaluationChoices
    let classNames: [String]
    /// Class of the evaluation per case; nil for any.
    var targetClass: Int?
    /// For `results_…` files and `boxes/`.
    let results: URL
    /// For the analysis of single detections.
    let analysis: URL
    /// What is evaluated, for people, e.g. `test, image space`.
    let title: String

    /// - Throws: `Problem` naming the file that cannot be written.
    /// - Returns: the scores of the boxes.
    func score(_ set: CaseSet, _ context: CommandContext) throws -> DetectionScores {
        var scores = try DetectionScores(set.cases, choices.scoring(classNames))
        scores.result.missingPredictions = set.missing
        try scores.write(in: results)
        try Figure.write(EvaluationFigures(scores).files, in: results.appendingPathComponent("boxes", isDirectory: true))
        context.log.info("\(title): \(scores.table)")
        return scores
    }

    func scoreCases(_ cases: [EvaluationCase], _ context: CommandContext) throws {
        var evaluator = CaseEvaluator(targetClass: targetClass)
        for item in cases { evaluator.add(item.detections, item.truth) }
        let (scores, confusion) = evaluator.result()
        var result = EvaluationResult(scores: scores)
        result.cases = cases.count
        result.curves = ["cfm_case": confusion.flatMap { $0.map(Double.init) }]
        try result.write(in: results, name: "case")
        tell("cases\(targetClass.map { ", class \(classNames.indices.contains($0) ? classNames[$0] : "\($0)")" } ?? "")", scores, context)
    }

    func scoreMaps(_ source: CaseSource, _ ids: [String], _ context: CommandContext) throws {
        let scoring = MapScoring(source: source, ids: ids, folder: results)
        if choices.segmentation { tell("segmentation", try scoring.scoreSegmentations(classes: classNames.count, context), context) }
        if choices.instances { tell("instances", try scoring.scoreInstances(classes: classNames, context), context) }
    }

    /// Every combination of IoU 0.1, 0.5 and score 0.1, 0.5 (spec 09).
    func analyze(_ cases: [EvaluationCase], _ context: CommandContext) throws {
        let folder = analysis.appendingPathComponent("boxes", isDirectory: true)
        for iou in [0.1, 0.5] {
            for threshold in [Float(0.1), 0.5] {
                var analysis = DetectionAnalysis(
                    iou: iou, scoreThreshold: threshold, classes: classNames.count, dimension: cases.first?.dimension ?? 3)
                for item in cases { analysis.add(item.id, item.detections, item.truth) }
                try analysis.write(in: folder)
                try Figure.write(AnalysisFigures(analysis, classNames: classNames).files, in: analysis.place(in: folder))
            }
        }
        context.log.info("analysis: \(folder.path)")
    }

    private func tell(_ what: String, _ scores: [String: Double], _ context: CommandContext) {
        context.log.info("\(title), \(what):")
        let width = scores.keys.map(\.count).max() ?? 0
        for key in scores.keys.sorted() {
            let value = scores[key] ?? .nan
            context.log.info(
                "  " + key.padding(toLength: width + 2, withPad: " ", startingAt: 0)
                    + (value.isNaN ? "undefined" : String(format: "%.4f", value)))
        }
    }
}
