import Core
import Evaluation
import Foundation
import Inference
import Preprocessing
import Support

/// Tunes the inference parameters on raw predictions of validation cases, and applies them to these cases (spec 08).
struct BoxSweep {
    let task: TaskFolder
    let run: RunFolder
    let plan: Plan
    var metric = "mAP_IoU_0.10_0.50_0.05_MaxDet_100"
    /// What the scores of daily use are chosen for.
    var criterion = OperatingPoint.Criterion.falsePositivesPerScan(1)
    /// The original's choice among equal scores, its restoration and order of detections.
    var referenceBehaviour = false

    /// Sweeps over `cases`, writes `sweep/` and `plan_inference.json`, and returns the parameters.
    func sweep(_ cases: [String], _ context: CommandContext) throws -> InferenceParameters {
        let labels = task.preprocessedLabels(plan.dataIdentifier)
        let candidates = try cases.map { SweepCase(id: $0, truth: try GroundTruth.read($0, in: labels), savedIn: run.sweepPredictions) }
        let classes = task.info.labels.count
        let progress = context.progress("sweep", cases.count * SweepParameter.allCases.count)
        let sweep = ParameterSweep(metric: metric, referenceBehaviour: referenceBehaviour)
        let result = try sweep.run(candidates, folder: run.sweep, progress: { _, _ in progress.advance() }) {
            detections, truths in
            var evaluator = DetectionEvaluator(classes: classes, mode: .fast)
            for (found, truth) in zip(detections, truths) { evaluator.add(found, truth) }
            return evaluator.result().scores
        }
        if candidates.allSatisfy(\.truth.boxes.isEmpty) {
            context.log.warning("the validation cases hold no object: no score is defined, and the parameters stay at their defaults")
        }
        for step in result.steps where step.bestScore.isFinite {
            context.log.info("  \(step.parameter.rawValue) = \(step.best)   \(metric) \(String(format: "%.3f", step.bestScore))")
        }
        try SweepSummary(curves: result.steps.map(SweepCurve.init)).write("sweep", in: run.sweep)
        let point = try operatingPoint(candidates, result.parameters)
        describe(point, context.log)
        try JSONFile.write(
            InferencePlan(plan: plan, parameters: result.parameters, operatingPoint: point), to: run.planInference)
        return result.parameters
    }

    private func operatingPoint(_ cases: [SweepCase], _ parameters: InferenceParameters) throws -> OperatingPoint {
        let ensembler = BoxEnsembler(parameters: parameters, referenceBehaviour: referenceBehaviour)
        let detections = try parallelMap(cases.count) { ensembler.detections(try cases[$0].predictions()) }
        return OperatingPoint(criterion, detections: detections, truths: cases.map(\.truth), classes: task.info.labels.count)
    }

    private func describe(_ point: OperatingPoint, _ log: CommandLog) {
        log.info("operating point for \(point.criterion):")
        for (label, name) in task.info.labels.enumerated() {
            guard let threshold = point.classes[label] else {
                log.info("  \(name): nothing detected")
                continue
            }
            let sensitivity = threshold.sensitivity.map { String(format: "%.3f", $0) } ?? "–"
            log.info(
                "  \(name): score \(String(format: "%.3f", threshold.score)), sensitivity \(sensitivity), "
                    + "\(String(format: "%.2f", threshold.falsePositivesPerScan)) false positives per scan")
        }
    }

    /// Applies `parameters` to the raw predictions of `cases`: `val_predictions` in image space, `val_predictions_preprocessed` as they are.
    func extract(_ cases: [String], _ parameters: InferenceParameters, _ context: CommandContext) throws {
        let source = run.sweepPredictions
        let restored = run.predictions(.val)
        let preprocessed = run.predictions(.val, preprocessed: true)
        let plan = plan
        let (classes, referenceBehaviour) = (task.info.labels, referenceBehaviour)
        ValidationMaps.remove(in: run)
        let known = Set(cases)
        for folder in [restored, preprocessed] {
            for stranger in CasePrediction.caseIDs(in: folder) where !known.contains(stranger) {
                for ending in ["npz", "json"] {
                    try? FileManager.default.removeItem(at: folder.appendingPathComponent("\(stranger)_boxes.\(ending)"))
                }
            }
        }
        try parallelFor(cases.count) { index in
            let id = cases[index]
            let raw = try RawPredictions.load(id, from: source)
            guard let properties = raw.properties else {
                throw Problem(source, "the predictions of \(id) lack the case's properties", remedy: "run the sweep again")
            }
            let detections = BoxEnsembler(parameters: parameters, referenceBehaviour: referenceBehaviour).detections(raw)
            func prediction(_ detections: Detections, isRestored: Bool) -> CasePrediction {
                CasePrediction(
                    caseID: id, detections: detections, geometry: properties.geometry, isRestored: isRestored, dimension: plan.networkDim,
                    notices: properties.notices ?? [])
            }
            try prediction(detections, isRestored: false).write(in: preprocessed, legend: ClassLegend(names: classes))
            let inImage = try Restoration(properties: properties, plan: plan, referenceBehaviour: referenceBehaviour)
                .imageSpace(detections)
            try prediction(inImage, isRestored: true).write(in: restored, legend: ClassLegend(names: classes))
        }
    }
}
