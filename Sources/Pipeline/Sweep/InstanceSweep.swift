import Core
import Evaluation
import Foundation
import Imaging
import Inference
import Support

/// Tunes, on raw predictions of validation cases, which detections get masks and which voxels these take: one parameter after the other by
/// the panoptic quality of the masks, on the grid of the preprocessed cases.
struct InstanceSweep {
    let task: TaskFolder
    let run: RunFolder
    let plan: Plan
    /// How raw predictions become detections.
    let parameters: InferenceParameters
    let referenceBehaviour: Bool

    private static let metric = "pq"

    private enum Step: String, CaseIterable {
        // First what gives masks at all; where there are none, no score tells the others apart.
        case foreground = "instance_foreground_thresh"
        case score = "instance_score_thresh"

        /// The values tried.
        var grid: [Double] {
            switch self {
            case .score: (0...9).map { Double($0) / 10 }
            case .foreground: (1...9).map { Double($0) / 10 }
            }
        }

        var path: WritableKeyPath<InstanceParameters, Double> {
            switch self {
            case .score: \.scoreThreshold
            case .foreground: \.foregroundThreshold
            }
        }
    }

    /// Sweeps over `cases`, writes `sweep/sweep_instances.csv`, `.png` and `.svg` and the parameters into `plan_inference.json`.
    ///
    /// - Throws: `Problem` naming the case whose probabilities are not there.
    func sweep(_ cases: [String], _ context: CommandContext) throws {
        var state = InstanceParameters()
        var curves: [SweepCurve] = []
        let progress = context.progress("sweep of instances", cases.count * Step.allCases.count)
        for step in Step.allCases {
            let scores = try scores(step, state, cases, progress)
            let curve = SweepCurve(
                parameter: step.rawValue, metric: Self.metric, trials: Array(zip(step.grid, scores)), current: state[keyPath: step.path])
            if case .number(let best) = curve.best { state[keyPath: step.path] = best }
            context.log.info("  \(curve.parameter) = \(curve.best)   \(Self.metric) \(String(format: "%.3f", curve.bestScore))")
            curves.append(curve)
        }
        try SweepSummary(curves: curves).write("sweep_instances", in: run.sweep)
        var inference: InferencePlan = try JSONFile.read(from: run.planInference)
        inference.instances = state
        try JSONFile.write(inference, to: run.planInference)
    }

    /// The score of each value of the step's grid.
    private func scores(_ step: Step, _ state: InstanceParameters, _ cases: [String], _ progress: ProgressReporter) throws -> [Double?] {
        let variants = step.grid.map { value in
            var variant = state
            variant[keyPath: step.path] = value
            return variant
        }
        let labels = task.preprocessedLabels(plan.dataIdentifier)
        var evaluators = variants.map { _ in InstanceEvaluator(classes: task.info.labels.count) }
        for id in cases {
            let detections = BoxEnsembler(parameters: parameters, referenceBehaviour: referenceBehaviour)
                .detections(try RawPredictions.load(id, from: run.sweepPredictions))
            let probabilities = try ClassProbabilities.load(id, from: run.sweepPredictions)
            let truth = try TruthMaps.instances(id, in: labels)
            evaluators = try parallelMap(variants.count) { [evaluators] index in
                var evaluator = evaluators[index]
                let masks = detections.painted(
                    shape: probabilities.shape, dimension: plan.networkDim, threshold: Float(variants[index].scoreThreshold),
                    within: probabilities.foreground(above: variants[index].foregroundThreshold), referenceBehaviour: referenceBehaviour)
                let classes = masks.detections.labels.enumerated().map { ($0 + 1, $1) }
                try evaluator.add(
                    id, prediction: masks.map, predictedClasses: Dictionary(uniqueKeysWithValues: classes), truth: truth.volume,
                    trueClasses: truth.classes)
                return evaluator
            }
            progress.advance(note: id)
        }
        return evaluators.map { $0.result()[Self.metric] }
    }
}
