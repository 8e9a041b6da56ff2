import Boxes
import Core
import Evaluation
import Support

/// Cases with objects, detections that are moved copies of them, and detections elsewhere.
func randomCases(_ count: Int, detections: Int, classes: Int = 2, seed: UInt64, scoreSteps: Int? = nil) -> [EvaluationCase] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { index in
        func vector(_ lower: Double, _ upper: Double) -> SIMD3<Float> {
            SIMD3(Float(random.uniform(lower, upper)), Float(random.uniform(lower, upper)), Float(random.uniform(lower, upper)))
        }
        func score() -> Float {
            guard let scoreSteps else { return Float(random.uniform()) }
            return Float(random.integer(in: 1..<scoreSteps)) / Float(scoreSteps)
        }
        var truth = GroundTruth()
        for _ in 0..<random.integer(in: 0..<4) {
            let lower = vector(0, 100)
            truth.boxes.append(Box(lower: lower, upper: lower + vector(6, 24)))
            truth.labels.append(random.integer(in: 0..<classes))
        }
        var found = Detections()
        for place in 0..<detections {
            if place < 2 * truth.count, random.chance(0.7) {
                let object = truth.boxes[place / 2]
                let shift = vector(-3, 3)
                found.boxes.append(Box(lower: object.lower + shift, upper: object.upper + shift))
                found.labels.append(random.chance(0.9) ? truth.labels[place / 2] : random.integer(in: 0..<classes))
            } else {
                let lower = vector(0, 100)
                found.boxes.append(Box(lower: lower, upper: lower + vector(6, 24)))
                found.labels.append(random.integer(in: 0..<classes))
            }
            found.scores.append(score())
        }
        return EvaluationCase(id: "case_\(index)", detections: found, truth: truth, spacing: SIMD3(2, 1, 1))
    }
}

func scored(_ cases: [EvaluationCase], classes: Int = 2, mode: DetectionEvaluator.Mode = .full) throws -> EvaluationResult {
    var evaluator = DetectionEvaluator(classes: classes, mode: mode)
    try evaluator.add(cases)
    return evaluator.result()
}
