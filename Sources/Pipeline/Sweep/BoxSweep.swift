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

    /// Sweeps over `cases`, writes `sweep/` and `plan_inference.json`, and returns the parameters.
    func sweep(_ cases: [String], _ context: CommandContext) throws -> InferenceParameters {
        let labels = task.preprocessedLabels(plan.dataIdentifier)
        let candidates = try cases.map { SweepCase(id: $0, truth: try GroundTruth.read($0, in: labels), savedIn: run.sweepPredictions) }
        let classes = task.info.labels.count
        let progress = context.progress("sweep", cases.count * SweepParameter.allCases.count)
        let result = try ParameterSweep(metric: metric).run(candidates, folder: run.sweep, progress: { _, _ in progress.advance() }) {
            detections, truths in
            var evaluator = DetectionEvaluator(classes: classes, mode: .fast)
            for (found, truth) in zip(detections, truths) { evaluator.add(found, truth) }
            return evaluator.result().scores
        }
        for step in result.steps {
            context.log.info("  \(step.parameter.rawValue) = \(step.best)   \(metric) \(String(format: "%.3f", step.bestScore))")
        }
        try JSONFile.write(InferencePlan(plan: plan, parameters: result.parameters), to: run.planInference)
        return result.parameters
    }

    /// Applies `parameters` to the raw predictions of `cases`: `val_predictions` in image space, `val_predictions_preprocessed` as they are.
    func extract(_ cases: [String], _ parameters: InferenceParameters, _ context: CommandContext) throws {
        let source = run.sweepPredictions
        let restored = run.predictions(.val)
        let preprocessed = run.predictions(.val, preprocessed: true)
        let plan = plan
        let classes = task.info.labels
        for folder in [restored, preprocessed] {
            for stranger in CasePrediction.caseIDs(in: folder) where !cases.contains(stranger) {
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
            let detections = BoxEnsembler(parameters: parameters).detections(raw)
            func prediction(_ detections: Detections, isRestored: Bool) -> CasePrediction {
                CasePrediction(
                    caseID: id, detections: detections, geometry: properties.geometry, isRestored: isRestored, dimension: plan.networkDim)
            }
            try prediction(detections, isRestored: false).write(in: preprocessed, legend: ClassLegend(names: classes))
            let inImage = try Restoration(properties: properties, plan: plan).imageSpace(detections)
            try prediction(inImage, isRestored: true).write(in: restored, legend: ClassLegend(names: classes))
        }
    }
}
