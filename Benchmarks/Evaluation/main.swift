// Scoring at the sizes of a data set. Words: `scores` (times in memory, JSON), `coco TRUTH FOUND REPETITIONS` (the twelve numbers of two files of
// COCO's JSON with their time), `files FOLDER CASES DETECTIONS` (writes predictions and labels for `nndet eval --predictions`).
import Boxes
import Core
import Evaluation
import Foundation
import Imaging
import Support

/// Cases of `detections` boxes of which the first few are near objects.
func cases(_ count: Int, _ detections: Int, classes: Int) -> [EvaluationCase] {
    (0..<count).map { index in
        var random = SeededGenerator(seed: 7).split(UInt64(index))
        func vector(_ lower: Double, _ upper: Double) -> SIMD3<Float> {
            SIMD3(Float(random.uniform(lower, upper)), Float(random.uniform(lower, upper)), Float(random.uniform(lower, upper)))
        }
        let boxes = (0..<detections).map { _ -> Box in
            let lower = vector(0, 150)
            return Box(lower: lower, upper: lower + vector(6, 24))
        }
        let labels = boxes.map { _ in random.integer(in: 0..<classes) }
        let found = Detections(boxes: boxes, scores: boxes.map { _ in Float(random.uniform()) }, labels: labels)
        let objects = (0..<min(3, detections)).map { place -> Box in
            let shift = vector(-3, 3)
            return Box(lower: boxes[place].lower + shift, upper: boxes[place].upper + shift)
        }
        return EvaluationCase(
            id: "case_\(index)", detections: found, truth: GroundTruth(boxes: objects, labels: Array(labels.prefix(objects.count))),
            spacing: SIMD3(1, 1, 1))
    }
}

func seconds(_ repetitions: Int, _ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    return try (0..<repetitions).map { _ in try clock.measure(body) / .seconds(1) }.sorted()[repetitions / 2]
}

func scores() throws -> [String: Double] {
    let set = cases(200, 50, classes: 2)
    var times: [String: Double] = [:]
    for (name, mode) in [("fast", DetectionEvaluator.Mode.fast), ("full", .full)] {
        times[name] = try seconds(15) {
            var evaluator = DetectionEvaluator(classes: 2, mode: mode)
            try evaluator.add(set)
            _ = evaluator.result()
        }
    }
    var options = ScoringOptions(classNames: ["a", "b"])
    options.bootstrap = nil
    let without = try seconds(5) { _ = try DetectionScores(set, options) }
    options.bootstrap = Bootstrap(resamples: 1000)
    times["bootstrap"] = try seconds(5) { _ = try DetectionScores(set, options) } - without
    return times
}

func files(_ folder: URL, _ count: Int, _ detections: Int) throws {
    let geometry = Geometry(size: SIMD3(200, 200, 200), spacing: SIMD3(1, 1, 1))
    let set = cases(count, detections, classes: 2)
    try parallelFor(set.count) { index in
        let item = set[index]
        try CasePrediction(caseID: item.id, detections: item.detections, geometry: geometry, isRestored: true)
            .write(in: folder.appendingPathComponent("found"))
        try item.truth.write(item.id, in: folder.appendingPathComponent("labels"))
    }
}

let words = Array(CommandLine.arguments.dropFirst())
switch words.first {
case "scores": print(String(decoding: try JSONFile.encode(scores()), as: UTF8.self))
case "coco" where words.count == 4:
    let set = try COCOFiles(groundTruth: URL(fileURLWithPath: words[1]), predictions: URL(fileURLWithPath: words[2]))
    var summary = try COCOSummary(set)
    let time = try seconds(Int(words[3]) ?? 5) { summary = try COCOSummary(set) }
    var values = summary.scores
    values["seconds"] = time
    print(String(decoding: try JSONFile.encode(values), as: UTF8.self))
case "files" where words.count == 4:
    try files(URL(fileURLWithPath: words[1], isDirectory: true), Int(words[2]) ?? 1000, Int(words[3]) ?? 100)
default:
    print("words: scores | coco TRUTH FOUND REPETITIONS | files FOLDER CASES DETECTIONS")
    exit(2)
}
