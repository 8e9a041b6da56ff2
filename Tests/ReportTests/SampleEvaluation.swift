import Boxes
import Core
import Evaluation
import Imaging
import Support

/// An evaluation of made-up cases with images: noise, with a bright block for each object.
struct SampleEvaluation {
    var cases: [EvaluationCase] = []
    let classNames: [String]
    let spacing = SIMD3<Double>(2.5, 0.8, 0.8)
    let shape = SIMD3<Int>(40, 96, 96)

    init(cases count: Int = 12, classNames: [String] = ["nodule", "cyst"], seed: UInt64 = 1, dimension: Int = 3) {
        self.classNames = classNames
        var random = SeededGenerator(seed: seed)
        for index in 0..<count {
            var truth = GroundTruth()
            var found = Detections()
            func add(_ box: Box, _ score: Double, _ label: Int) {
                found.boxes.append(box)
                found.scores.append(Float(min(max(score, 0), 1)))
                found.labels.append(label)
            }
            func box() -> Box {
                let size = SIMD3<Float>(Float(random.uniform(3, 9)), Float(random.uniform(6, 28)), Float(random.uniform(6, 28)))
                let lower = SIMD3<Float>(Float(random.uniform(2, 28)), Float(random.uniform(2, 64)), Float(random.uniform(2, 64)))
                var box = Box(lower: (lower).rounded(.down), upper: (lower + size).rounded(.down))
                if dimension == 2 { (box.lower.z, box.upper.z) = (0, 1) }
                return box
            }
            for _ in 0..<random.integer(in: 0..<4) {
                let object = box()
                let label = random.integer(in: 0..<classNames.count)
                truth.boxes.append(object)
                truth.labels.append(label)
                guard random.chance(0.8) else { continue }
                let shift = SIMD3<Float>(Float(random.normal()), Float(random.normal()), dimension == 2 ? 0 : Float(random.normal()))
                add(
                    Box(lower: object.lower + shift, upper: object.upper + shift), 0.65 + 0.18 * random.normal(),
                    random.chance(0.9) ? label : random.integer(in: 0..<classNames.count))
            }
            for _ in 0..<random.integer(in: 1..<7) { add(box(), 0.25 + 0.2 * random.normal(), random.integer(in: 0..<classNames.count)) }
            cases.append(
                EvaluationCase(
                    id: "patient_\(index + 1) <\(index)>", detections: found, truth: truth, spacing: spacing, dimension: dimension))
        }
    }

    func scores(resamples: Int = 200) throws -> DetectionScores {
        var options = ScoringOptions(classNames: classNames)
        options.bootstrap = resamples > 0 ? Bootstrap(resamples: resamples) : nil
        return try DetectionScores(cases, options)
    }

    func image(_ index: Int) -> Image<Float> {
        let item = cases[index]
        let shape = item.dimension == 2 ? SIMD3(shape.x, shape.y, 1) : shape
        var random = SeededGenerator(seed: UInt64(index))
        var volume = Volume<Float>(shape: shape, filledWith: 0)
        for place in volume.voxels.indices { volume.voxels[place] = Float(random.normal()) * 12 + 40 }
        for object in item.truth.boxes {
            for i in max(0, Int(object.lower.x) + 1)..<min(shape.x, Int(object.upper.x)) {
                for j in max(0, Int(object.lower.y) + 1)..<min(shape.y, Int(object.upper.y)) {
                    for k in max(0, Int(object.lower.z) + (item.dimension == 2 ? 0 : 1))..<min(shape.z, Int(object.upper.z)) {
                        volume[i, j, k] += 120
                    }
                }
            }
        }
        return Image(volume: volume, geometry: Geometry(size: shape, spacing: spacing))
    }
}

extension SIMD3<Float> {
    fileprivate func rounded(_ rule: FloatingPointRoundingRule) -> SIMD3<Float> {
        SIMD3(x.rounded(rule), y.rounded(rule), z.rounded(rule))
    }
}
