import Boxes
import Core
import Evaluation
import Foundation
import Inference
import Support

/// A sweep of all inference parameters over saved predictions of cases, as `nndet sweep` makes it once the networks have predicted them.
struct SweepTiming {
    let cases: Int
    /// Boxes that one model found under one mirroring in a case; there are eight mirrorings.
    let boxes: Int
    private let side: Float = 256

    /// Prints seconds on the clock and on the processors, and the number of boxes.
    func run() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sweep-\(UUID().uuidString)", isDirectory: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let candidates = try (0..<cases).map { index in
            var random = SeededGenerator(seed: UInt64(index))
            let truth = truth(&random)
            let id = "case\(index)"
            try predictions(truth, &random).save(id, in: folder)
            return SweepCase(id: id, truth: truth, savedIn: folder)
        }
        let cpu = ProcessorTime.process
        let time = try ContinuousClock().measure {
            _ = try ParameterSweep().run(candidates, folder: folder.appendingPathComponent("steps")) { detections, truths in
                var evaluator = DetectionEvaluator(classes: 2, mode: .fast)
                for (found, truth) in zip(detections, truths) { evaluator.add(found, truth) }
                return evaluator.result().scores
            }
        }
        print(
            "sweep over \(cases) saved cases of 8 × \(boxes) boxes: \(time / .seconds(1)) s, \(ProcessorTime.process - cpu) s of processors"
        )
    }

    private func box(_ random: inout SeededGenerator) -> Box {
        let size = SIMD3<Float>(8, 8, 8) + SIMD3((0..<3).map { _ in Float(random.uniform(0, 40)) })
        let lower = SIMD3((0..<3).map { _ in Float(random.uniform(0, Double(side) - 48)) })
        return Box(lower: lower, upper: lower + size)
    }

    private func truth(_ random: inout SeededGenerator) -> GroundTruth {
        GroundTruth(boxes: (0..<4).map { _ in box(&random) }, labels: [0, 1, 0, 1])
    }

    /// A third of the boxes lie about objects, as overlapping tiles and levels find them; the others anywhere, with low scores.
    private func predictions(_ truth: GroundTruth, _ random: inout SeededGenerator) -> RawPredictions {
        let members = (0..<8).map { transform in
            var (found, scores, labels): ([Box], [Float], [Int]) = ([], [], [])
            for index in 0..<boxes {
                if index % 3 == 0 {
                    let object = index / 3 % truth.count
                    let shift = SIMD3((0..<3).map { _ in Float(random.uniform(-4, 4)) })
                    found.append(Box(lower: truth.boxes[object].lower + shift, upper: truth.boxes[object].upper + shift))
                    scores.append(Float(random.uniform(0.1, 1)))
                    labels.append(truth.labels[object])
                } else {
                    found.append(box(&random))
                    scores.append(Float(random.uniform(0, 0.3)))
                    labels.append(index % 2)
                }
            }
            return RawPredictions.Member(
                model: 0, transform: transform, detections: Detections(boxes: found, scores: scores, labels: labels),
                weights: found.map { _ in Float(random.uniform(0.5, 1)) }, tiles: found.indices.map { Int32($0 % 27) })
        }
        return RawPredictions(shape: SIMD3(256, 256, 256), members: members)
    }
}
