import Boxes
import Core
import Evaluation
import Support
import Testing

@Suite struct PropertyTests {
    @Test(arguments: 0..<12)
    func aFalsePositiveNeverRaisesPrecision(seed: UInt64) throws {
        var cases = randomCases(12, detections: 14, seed: seed, scoreSteps: 20)
        var random = SeededGenerator(seed: seed + 100)
        var before = try scored(cases)
        for _ in 0..<8 {
            let index = random.integer(in: 0..<cases.count)
            // Where no object is.
            cases[index].detections.boxes.append(Box(lower: SIMD3(repeating: 500), upper: SIMD3(repeating: 510)))
            cases[index].detections.scores.append(Float(random.uniform()))
            cases[index].detections.labels.append(random.integer(in: 0..<2))
            let after = try scored(cases)
            for (key, value) in before.scores {
                #expect((after.scores[key] ?? .nan) <= value + 1e-12, "\(key)")
            }
            before = after
        }
    }

    @Test(arguments: 0..<6)
    func theOrderOfCasesDoesNotMatter(seed: UInt64) throws {
        let cases = randomCases(20, detections: 20, seed: seed)
        var random = SeededGenerator(seed: seed)
        let shuffled = cases.shuffled(using: &random)
        let (a, b) = (try scored(cases), try scored(shuffled))
        #expect(a.scores == b.scores && a.curves == b.curves && a.histograms == b.histograms)
        let rotated = cases.map { item in
            var item = item
            let order = item.detections.boxes.indices.shuffled(using: &random)
            item.detections = item.detections.selecting(order)
            return item
        }
        #expect(try scored(rotated).scores == a.scores)
    }

    @Test func severalAtATimeAreTheSameAsOneAfterAnother() throws {
        let cases = randomCases(100, detections: 30, seed: 5)
        var one = DetectionEvaluator(classes: 2, mode: .full)
        for item in cases { one.add(item.detections, item.truth) }
        #expect(try scored(cases) == one.result())
    }

    @Test func scoresLieBetweenNothingAndPerfect() throws {
        for seed in 0..<4 {
            let cases = randomCases(15, detections: 10, seed: UInt64(seed))
            for value in try scored(cases).scores.values { #expect(value >= 0 && value <= 1) }
            let perfect = cases.map { item in
                var item = item
                item.detections = Detections(
                    boxes: item.truth.boxes, scores: item.truth.boxes.map { _ in 1 }, labels: item.truth.labels)
                return item
            }
            for value in try scored(perfect).scores.values { #expect(abs(value - 1) < 1e-12) }
        }
    }

    @Test func moreObjectsThanDetectionsCountIsSaid() throws {
        let boxes = (0..<30).map { Box(lower: SIMD3(Float($0) * 20, 0, 0), upper: SIMD3(Float($0) * 20 + 10, 10, 10)) }
        let labels = [Int](repeating: 0, count: 30)
        let item = EvaluationCase(
            id: "many", detections: Detections(boxes: boxes, scores: boxes.map { _ in 0.9 }, labels: labels),
            truth: GroundTruth(boxes: boxes, labels: labels))
        var options = ScoringOptions(classNames: ["lymph node"])
        options.bootstrap = nil
        options.maxDetections = 20
        let few = try DetectionScores([item], options)
        #expect(few.result.casesBeyondLimit == 1 && few.table.contains("raise --max-detections"))
        #expect(few.result.scores["AP_IoU_0.10_MaxDet_20"].map { $0 < 0.7 } == true)
        options.maxDetections = 30
        let all = try DetectionScores([item], options)
        #expect(all.result.casesBeyondLimit == 0 && all.result.scores["AP_IoU_0.10_MaxDet_30"].map { abs($0 - 1) < 1e-12 } == true)
    }
}
