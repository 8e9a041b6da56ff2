import Boxes
import Core
import Foundation
import Inference
import Support
import TestSupport
import Testing

@Suite struct ParameterSweepTests {
    private let metric = "score"

    private func cases(_ count: Int = 4) -> [SweepCase] {
        (0..<count).map { index in
            var random = SeededGenerator(seed: 7).split(UInt64(index))
            let members = (0..<3).map { transform in
                var found = Detections()
                for _ in 0..<40 {
                    let corner = SIMD3((0..<3).map { _ in Float(random.uniform(0, 40)) })
                    found.boxes.append(Box(lower: corner, upper: corner + Float(random.uniform(1, 12))))
                    found.scores.append(Float(random.uniform()))
                    found.labels.append(0)
                }
                return RawPredictions.Member(
                    model: 0, transform: transform, detections: found, weights: (0..<40).map { _ in Float(random.uniform(0.5, 1)) },
                    tiles: (0..<40).map { _ in 0 })
            }
            let raw = RawPredictions(shape: SIMD3(repeating: 50), members: members)
            return SweepCase(id: "case_\(index)", truth: GroundTruth(boxes: [raw.members[0].detections.boxes[0]], labels: [0])) { raw }
        }
    }

    /// Detections of all cases under `parameters`.
    private func detections(_ parameters: InferenceParameters, _ cases: [SweepCase]) throws -> [Detections] {
        try cases.map { BoxEnsembler(parameters: parameters).detections(try $0.predictions()) }
    }

    /// Scores 1 the detections of the planted parameters, ½ those of the defaults, through which the way leads, and 0 all others.
    private func landmarks(_ planted: InferenceParameters, _ cases: [SweepCase]) throws -> ParameterSweep.Evaluation {
        let goal = try detections(planted, cases)
        let start = try detections(InferenceParameters(), cases)
        return { found, _ in ["score": found == goal ? 1 : found == start ? 0.5 : 0] }
    }

    @Test(arguments: [
        InferenceParameters(modelIoU: 0.4), InferenceParameters(modelSuppression: .plain), InferenceParameters(ensembleIoU: 0.2),
        InferenceParameters(modelScoreThreshold: 0.3), InferenceParameters(removeSmallBoxes: 5),
    ])
    func findsOnePlantedParameter(planted: InferenceParameters) throws {
        let cases = cases()
        let (found, steps) = try ParameterSweep(metric: metric).run(cases, evaluate: try landmarks(planted, cases))
        #expect(found == planted)
        #expect(steps.map(\.parameter) == SweepParameter.allCases)
        #expect(steps.last?.bestScore == 1)
    }

    @Test func goesOnFromWhatItFound() throws {
        let cases = cases()
        // Every trial is scored by its step: the more detections the better, so that each step moves away from the defaults.
        let (found, steps) = try ParameterSweep(metric: metric).run(cases) { found, _ in
            ["score": Double(found.reduce(0) { $0 + $1.count })]
        }
        #expect(steps[0].state == InferenceParameters())
        for (before, after) in zip(steps, steps.dropFirst()) { #expect(after.state == before.result) }
        #expect(found == steps.last?.result)
        #expect(found.modelIoU == 0.5 && found.modelScoreThreshold == 0)
        // What a step scores for its best value is what the parameters up to there really give.
        for step in steps {
            let count = try detections(step.result, cases).reduce(0) { $0 + $1.count }
            #expect(step.bestScore == Double(count))
        }
    }

    @Test func aValueGivesWayOnlyToABetterOneAndNoNumberNeverWins() throws {
        let (same, _) = try ParameterSweep(metric: metric).run(cases(2)) { _, _ in ["score": 0.5] }
        #expect(same == InferenceParameters())
        let (first, _) = try ParameterSweep(metric: metric, referenceBehaviour: true).run(cases(2)) { _, _ in ["score": 0.5] }
        #expect(first == InferenceParameters(modelIoU: 1e-5, ensembleIoU: 1e-5))
        let (kept, steps) = try ParameterSweep(metric: metric).run(cases(2)) { _, _ in ["score": .nan] }
        #expect(kept == InferenceParameters())
        #expect(steps.allSatisfy { $0.bestScore.isNaN })

        // A number wins against scores that are none, wherever it stands.
        let target = try detections(InferenceParameters(modelIoU: 0.2), cases(2)).map(\.count)
        let (found, _) = try ParameterSweep(metric: metric).run(cases(2)) { found, _ in
            ["score": found.map(\.count) == target ? -1 : .nan]
        }
        #expect(found.modelIoU == 0.2)
    }

    @Test func doneStepsAreNotDoneAgain() throws {
        let calls = Calls()
        let cases = cases()
        @Sendable func evaluate(_ found: [Detections], _: [GroundTruth]) -> [String: Double] {
            calls.add()
            return ["score": Double(found.reduce(0) { $0 + $1.count }), "other": .nan]
        }
        func sweep(_ cases: [SweepCase], _ folder: URL, metric: String = "score") throws -> InferenceParameters {
            calls.reset()
            return try ParameterSweep(metric: metric).run(cases, folder: folder) { evaluate($0, $1) }.parameters
        }
        try withTemporaryFolder { folder in
            let first = try sweep(cases, folder)
            #expect(calls.count == 6 + 2 + 6 + 7 + 7)
            #expect(try sweep(cases, folder) == first)
            #expect(calls.count == 0)

            // A step that is missing or damaged is done again, those around it are not.
            try Data("{".utf8).write(to: folder.appendingPathComponent("sweep_ensemble_iou.json"))
            #expect(try sweep(cases, folder) == first)
            #expect(calls.count == 6)

            // Other cases, another metric: from the beginning.
            _ = try sweep(Array(cases.dropLast()), folder)
            #expect(calls.count == 28)
            _ = try sweep(Array(cases.dropLast()), folder, metric: "other")
            #expect(calls.count == 28)
        }
    }

    @Test func filesHaveTheOriginalsKeys() throws {
        try withTemporaryFolder { folder in
            _ = try ParameterSweep(metric: metric).run(cases(2), folder: folder) { found, _ in
                ["score": Double(found[0].count), "froc": .nan]
            }
            for parameter in SweepParameter.allCases {
                let file = folder.appendingPathComponent("sweep_\(parameter.rawValue).json")
                let object = try JSONSerialization.jsonObject(with: Data.file(file)) as? [String: Any] ?? [:]
                let best = object["best_\(parameter.rawValue)"] as? [String: Any]
                #expect(best?["value"] != nil && best?["score"] != nil)
                #expect(object.keys.filter { $0.hasPrefix("\(parameter.rawValue)_") }.count == parameter.grid.count)
            }
            let first = try JSONSerialization.jsonObject(with: Data.file(folder.appendingPathComponent("sweep_model_iou.json")))
            let trial = (first as? [String: Any])?["model_iou_0_3"] as? [String: Any]
            #expect((trial?["overwrite"] as? [String: Double]) == ["model_iou": 0.3])
            #expect(((trial?["state"] as? [String: Any])?["model_iou"] as? Double) == 0.1)
            #expect(((trial?["scores"] as? [String: Any])?["froc"] as? String) == "nan")
        }
    }

    @Test func numberOfThreadsChangesNothing() throws {
        let cases = cases()
        let planted = try landmarks(InferenceParameters(removeSmallBoxes: 4), cases)
        let one = try ParameterSweep(metric: metric, threads: 1).run(cases, evaluate: planted)
        let four = try ParameterSweep(metric: metric, threads: 4).run(cases, evaluate: planted)
        #expect(one.parameters == four.parameters && one.steps == four.steps)
    }

    @Test func savedPredictionsAreReadWhenNeeded() throws {
        let cases = cases()
        try withTemporaryFolder { folder in
            for one in cases { try one.predictions().save(one.id, in: folder) }
            let saved = cases.map { SweepCase(id: $0.id, truth: $0.truth, savedIn: folder) }
            let planted = try landmarks(InferenceParameters(ensembleIoU: 0.3), cases)
            let fromFiles = try ParameterSweep(metric: metric).run(saved, evaluate: planted)
            #expect(try ParameterSweep(metric: metric).run(cases, evaluate: planted).steps == fromFiles.steps)
            let missing = [SweepCase(id: "absent", truth: GroundTruth(), savedIn: folder)]
            #expect { try ParameterSweep(metric: metric).run(missing, evaluate: planted) } throws: { "\($0)".contains("absent_raw.json") }
        }
    }

    @Test func mistakesAreNamed() {
        #expect { try ParameterSweep(metric: "mAP").run([]) { _, _ in [:] } } throws: { "\($0)".contains("no cases") }
        #expect { try ParameterSweep(metric: "mAP").run(cases(1)) { _, _ in ["AP": 1] } } throws: {
            "\($0)".contains("mAP") && "\($0)".contains("AP")
        }
    }

    @Test func largeSweepIsFast() throws {
        // Ten cases as a fold leaves them: 1000 boxes under each of 8 mirrorings, in files.
        try withTemporaryFolder { folder in
            for index in 0..<10 {
                var random = SeededGenerator(seed: UInt64(index))
                let members = (0..<8).map { transform in
                    var found = Detections()
                    for _ in 0..<1000 {
                        let corner = SIMD3((0..<3).map { _ in Float(random.uniform(0, 250)) })
                        found.boxes.append(Box(lower: corner, upper: corner + Float(random.uniform(4, 40))))
                        found.scores.append(Float(random.uniform()))
                        found.labels.append(random.integer(in: 0..<2))
                    }
                    let ones = [Float](repeating: 1, count: 1000)
                    return RawPredictions.Member(
                        model: 0, transform: transform, detections: found, weights: ones, tiles: ones.map { Int32($0) })
                }
                try RawPredictions(shape: SIMD3(repeating: 256), members: members).save("case_\(index)", in: folder)
            }
            let saved = (0..<10).map { SweepCase(id: "case_\($0)", truth: GroundTruth(), savedIn: folder) }
            let time = try ContinuousClock().measure {
                _ = try ParameterSweep(metric: metric).run(saved, folder: folder.appendingPathComponent("sweep")) { found, _ in
                    ["score": Double(found[0].count)]
                }
            }
            print("sweep over 10 cases of 8 × 1000 boxes, \(processorCount) threads, without evaluation: \(time)")
            #expect(time < .seconds(30))
        }
    }

    @Test func progressEndsWithEverythingDone() throws {
        let calls = Calls()
        _ = try ParameterSweep(metric: metric).run(
            cases(3),
            progress: { done, total in
                #expect(total == 15)
                calls.last(done)
            }
        ) { _, _ in ["score": 1] }
        #expect(calls.latest == 15)
    }
}

/// Counts calls from several threads.
private final class Calls: @unchecked Sendable {
    private let lock = NSLock()
    private var number = 0
    private var value = 0

    var count: Int { lock.withLock { number } }
    var latest: Int { lock.withLock { value } }
    func add() { lock.withLock { number += 1 } }
    func reset() { lock.withLock { number = 0 } }
    func last(_ done: Int) { lock.withLock { value = done } }
}
