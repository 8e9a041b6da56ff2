import Boxes
import Core
import Evaluation
import Foundation
import Support
import TestSupport
import Testing

@Suite struct UncertaintyTests {
    private func scores(_ cases: [EvaluationCase], resamples: Int = 200, seed: UInt64 = 1) throws -> DetectionScores {
        var options = ScoringOptions(classNames: ["a", "b"])
        options.bootstrap = Bootstrap(resamples: resamples, seed: seed)
        return try DetectionScores(cases, options)
    }

    /// A draw is what an evaluation of the drawn cases gives, each as often as it was drawn.
    @Test func aDrawIsAnEvaluationOfItsCases() throws {
        // Equal scores in different cases would stand in another order.
        let cases = randomCases(25, detections: 12, seed: 3)
        let bootstrap = Bootstrap(resamples: 1, seed: 9, confidence: 0.95)
        let intervals = try #require(
            try DetectionScores(
                cases,
                {
                    var options = ScoringOptions(classNames: ["a", "b"])
                    options.bootstrap = bootstrap
                    return options
                }()
            ).intervals)
        var drawn: [EvaluationCase] = []
        for (index, count) in bootstrap.weights(0, cases: cases.count).enumerated() {
            drawn += [EvaluationCase](repeating: cases[index], count: Int(count))
        }
        #expect(drawn.count == cases.count && Set(drawn.map(\.id)).count < cases.count)
        let expected = try scored(drawn)
        var compared = 0
        for (key, interval) in intervals.intervals where !key.contains("sensitivity_") {
            #expect(interval.lower == interval.upper)
            #expect(abs(interval.lower - (expected.scores[key] ?? .nan)) < 1e-12, "\(key)")
            compared += 1
        }
        #expect(compared == 3 * 19)
        for (place, rate) in [0.125, 0.25, 0.5, 1, 2, 4, 8].enumerated() {
            let key = ScoreName.sensitivity(iou: 0.1, rate: rate)
            let value = try #require(expected.curves["FROC_curve_IoU_0.10"]?[place])
            #expect(abs((intervals.intervals[key]?.upper ?? .nan) - value) < 1e-12)
        }
    }

    @Test func intervalsHoldTheScoreAndShrinkWithTheCases() throws {
        func width(_ count: Int) throws -> Double {
            let scores = try scores(randomCases(count, detections: 8, seed: 4))
            let interval = try #require(scores.intervals?.intervals["AP_IoU_0.10_MaxDet_100"])
            #expect(interval.lower < interval.value && interval.value < interval.upper)
            #expect(interval.value == scores.result.scores["AP_IoU_0.10_MaxDet_100"])
            return interval.upper - interval.lower
        }
        let (few, many) = (try width(20), try width(320))
        #expect(many < few / 2)
    }

    @Test func theSeedDecides() throws {
        let cases = randomCases(20, detections: 8, seed: 6)
        let (a, b, c) = (try scores(cases), try scores(cases), try scores(cases, seed: 2))
        #expect(a.intervals == b.intervals && a.intervals != c.intervals)
        #expect(try scores(cases, resamples: 50).intervals?.resamples == 50)
        #expect(try scores(cases, resamples: 0).intervals == nil)
    }

    @Test func filesComeBack() throws {
        try withTemporaryFolder { folder in
            let cases = randomCases(10, detections: 5, seed: 8)
            let scores = try scores(cases, resamples: 20)
            try scores.write(in: folder)
            #expect(try MatchRecords.read(in: folder) == scores.records)
            #expect(try ScoreIntervals.read(in: folder).intervals.keys == scores.intervals?.intervals.keys)
            var options = scores.options
            options.bootstrap = nil
            try DetectionScores(cases, options).write(in: folder)
            #expect(throws: Problem.self) { try ScoreIntervals.read(in: folder) }
            let records = MatchRecords.file(in: folder)
            try Data(Data(contentsOf: records).dropLast(40)).write(to: records)
            #expect(throws: Problem.self) { try MatchRecords.read(in: folder) }
        }
    }

    /// Arrays that do not belong together, or say more than can be counted.
    @Test(arguments: [
        ("thresholds", NPYArray([0.1], shape: [1])), ("hits", NPYArray([Int64(1) << 31], shape: [1])),
        ("objects", NPYArray([Int32.max, .max], shape: [1, 2])), ("objects", NPYArray([Int32](), shape: [0, 1 << 40])),
        ("objects", NPYArray([Int32](), shape: [0, 2])),
    ])
    func hostileRecordsAreRefused(key: String, array: NPYArray) throws {
        try withTemporaryFolder { (folder: URL) throws in
            let box = Box(lower: .zero, upper: .one)
            let item = EvaluationCase(
                id: "a", detections: Detections(boxes: [box], scores: [0.5], labels: [0]), truth: GroundTruth(boxes: [box], labels: [0]))
            try scores([item], resamples: 0).write(in: folder)
            #expect(try MatchRecords.read(in: folder).classes == 2)
            var arrays = try NPZ.read(MatchRecords.file(in: folder))
            arrays[key] = array
            try NPZ.write(arrays, to: MatchRecords.file(in: folder))
            #expect(throws: Problem.self) { try MatchRecords.read(in: folder) }
        }
    }

    @Test(arguments: [1e30, -1e30] as [Float]) func scoresOfAnySizeAreCounted(score: Float) throws {
        let box = Box(lower: .zero, upper: .one)
        let item = EvaluationCase(
            id: "a", detections: Detections(boxes: [box], scores: [score], labels: [0]), truth: GroundTruth(boxes: [box], labels: [0]))
        let scores = try scores([item], resamples: 0)
        #expect(scores.calibration.bins.map(\.detections) == [1])
        #expect(scores.result.histograms.first?.truePositives.reduce(0, +) == 1)
    }

    @Test func comparisons() throws {
        try withTemporaryFolder { folder in
            let (a, b, c) = (folder.appendingPathComponent("a"), folder.appendingPathComponent("b"), folder.appendingPathComponent("c"))
            // All objects are found, beside some detections of low score.
            let cases = randomCases(40, detections: 6, seed: 11).map { item in
                var item = item
                item.detections.scores = item.detections.scores.map { $0 / 4 }
                item.detections.boxes += item.truth.boxes
                item.detections.labels += item.truth.labels
                item.detections.scores += item.truth.boxes.map { _ in 0.9 }
                return item
            }
            try scores(cases, resamples: 0).write(in: a)
            // The same with nothing found in every other case, and in another order.
            let worse = cases.enumerated().map { index, item in
                var item = item
                if index % 2 == 1 { item.detections = Detections() }
                return item
            }
            try scores(worse.reversed(), resamples: 0).write(in: b)
            let same = try Comparison(a, a)
            #expect(same.cases == 40 && same.differences.values.allSatisfy { $0.difference == 0 && $0.pValue == 1 })
            let comparison = try Comparison(a, b, bootstrap: Bootstrap(resamples: 500, seed: 3))
            let precision = try #require(comparison.differences["AP_IoU_0.10_MaxDet_100"])
            #expect(precision.difference < 0 && precision.upper < 0 && precision.pValue < 0.05)
            #expect(
                precision.a == (try scored(cases).scores["AP_IoU_0.10_MaxDet_100"]) && precision.b == precision.a + precision.difference)
            let back = try Comparison(b, a, bootstrap: Bootstrap(resamples: 500, seed: 3))
            #expect(back.differences["AP_IoU_0.10_MaxDet_100"].map { abs($0.difference + precision.difference) < 1e-12 } == true)
            #expect(comparison.table().contains("mAP_IoU") && comparison.table(listsAll: true).contains("1_AP_IoU_0.90"))

            try scores(Array(cases.dropLast()), resamples: 0).write(in: c)
            #expect(throws: Problem.self) { try Comparison(a, c) }
            var other = cases
            other[3].truth.boxes.append(Box(lower: .zero, upper: SIMD3(9, 9, 9)))
            other[3].truth.labels.append(0)
            try scores(other, resamples: 0).write(in: c)
            do {
                _ = try Comparison(a, c)
                Issue.record("other objects")
            } catch { #expect("\(error)".contains("case_3 has other objects")) }
            #expect(throws: Problem.self) { try Comparison(a, folder) }
        }
    }

    @Test func operatingPointAndCalibration() throws {
        func box(_ x: Float) -> Box { Box(lower: SIMD3(x, 0, 0), upper: SIMD3(x + 10, 10, 10)) }
        let item = EvaluationCase(
            id: "a",
            detections: Detections(
                boxes: [box(0), box(20), box(200), box(40), box(300), box(320)], scores: [0.95, 0.85, 0.82, 0.7, 0.3, 0.2],
                labels: [0, 0, 0, 0, 0, 0]),
            truth: GroundTruth(boxes: [box(0), box(20), box(40)], labels: [0, 0, 0]))
        var options = ScoringOptions(classNames: ["a"])
        options.bootstrap = nil
        let scores = try DetectionScores([item, EvaluationCase(id: "b", detections: Detections(), truth: GroundTruth())], options)
        let point = scores.operatingPoint
        #expect(Float(point.score) == 0.7 && point.sensitivity == 1 && point.precision == 0.75 && point.falsePositivesPerImage == 0.5)
        #expect(abs(point.f1 - 6.0 / 7) < 1e-12)
        let bins = scores.calibration.bins
        #expect(bins.map(\.detections) == [1, 1, 1, 2, 1] && bins.map(\.precision) == [0, 0, 1, 0.5, 1])
        let error = (0.2 + 0.3 + 0.3 + 2 * (0.835 - 0.5) + 0.05) / 6
        #expect(abs(scores.calibration.error - error) < 1e-6)
        let nothing = try DetectionScores([EvaluationCase(id: "b", detections: Detections(), truth: GroundTruth())], options)
        #expect(nothing.operatingPoint.score == 1 && nothing.calibration.bins.isEmpty)
    }
}
