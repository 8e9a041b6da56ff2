import Core
import Foundation
import Imaging
import Support

/// Scores objects given as masks: panoptic quality (Kirillov et al. 2019) and the Dice of matched objects.
///
/// A predicted and an annotated object of one class belong together where their masks overlap by more than half (IoU > 0.5); then no other
/// object can. Voxels of objects are told apart exactly; scores of predictions do not matter.
public struct InstanceEvaluator: Sendable {
    /// Sums over the objects of one class.
    struct Sums: Sendable {
        var matched = 0
        var predicted = 0
        var annotated = 0
        var overlap = 0.0
        var dice = 0.0

        static func + (a: Sums, b: Sums) -> Sums {
            Sums(
                matched: a.matched + b.matched, predicted: a.predicted + b.predicted, annotated: a.annotated + b.annotated,
                overlap: a.overlap + b.overlap, dice: a.dice + b.dice)
        }

        /// The scores; those that nothing counts for are missing.
        var scores: [String: Double] {
            var scores: [String: Double] = [:]
            if predicted + annotated > 0 {
                scores["pq"] = 2 * overlap / Double(predicted + annotated)
                scores["rq"] = 2 * Double(matched) / Double(predicted + annotated)
            }
            if matched > 0 {
                scores["sq"] = overlap / Double(matched)
                scores["matched_dice"] = dice / Double(matched)
            }
            if predicted > 0 { scores["precision"] = Double(matched) / Double(predicted) }
            if annotated > 0 { scores["recall"] = Double(matched) / Double(annotated) }
            return scores
        }
    }

    public struct CaseScores: Codable, Sendable, Equatable {
        public let caseID: String
        public let matched: Int
        public let predicted: Int
        public let annotated: Int
        public let scores: [String: Double]

        enum CodingKeys: String, CodingKey {
            case matched, predicted, annotated, scores
            case caseID = "case_id"
        }
    }

    private var sums: [Sums]
    public private(set) var cases: [CaseScores] = []

    public init(classes: Int) { sums = [Sums](repeating: Sums(), count: classes) }

    /// Adds one case: object id of each voxel, 0 for background, and the class of each object; objects of unknown classes are left out.
    ///
    /// - Throws: `Problem` where the maps are not of the same shape.
    public mutating func add(
        _ caseID: String, prediction: Volume<Int32>, predictedClasses: [Int: Int], truth: Volume<Int32>, trueClasses: [Int: Int]
    ) throws {
        guard prediction.shape == truth.shape else {
            throw Problem(
                "case \(caseID)", "the map of instances has \(prediction.shape.sizeText) voxels, the annotation \(truth.shape.sizeText)",
                remedy: "predict the case again")
        }
        let overlaps = MapOverlaps(prediction.voxels, truth.voxels)
        var own = [Sums](repeating: Sums(), count: sums.count)
        /// Whether an object has a voxel; ids that are too large for a map have none.
        func isPresent(_ id: Int, in voxels: [Int32: Int]) -> Bool { Int32(exactly: id).map { voxels[$0] != nil } ?? false }
        for (id, label) in predictedClasses where own.indices.contains(label) && isPresent(id, in: overlaps.predicted) {
            own[label].predicted += 1
        }
        for (id, label) in trueClasses where own.indices.contains(label) && isPresent(id, in: overlaps.annotated) {
            own[label].annotated += 1
        }
        for (pair, shared) in overlaps.shared {
            guard let label = predictedClasses[Int(pair.prediction)], label == trueClasses[Int(pair.truth)], own.indices.contains(label),
                let mine = overlaps.predicted[pair.prediction], let theirs = overlaps.annotated[pair.truth]
            else { continue }
            let iou = Double(shared) / Double(mine + theirs - shared)
            guard iou > 0.5 else { continue }
            own[label].matched += 1
            own[label].overlap += iou
            own[label].dice += 2 * Double(shared) / Double(mine + theirs)
        }
        let all = own.reduce(Sums(), +)
        cases.append(
            CaseScores(caseID: caseID, matched: all.matched, predicted: all.predicted, annotated: all.annotated, scores: all.scores))
        sums = zip(sums, own).map { $0 + $1 }
    }

    /// Classes without an annotated object, which are left out of the means.
    public var classesWithoutObjects: [Int] { sums.indices.filter { sums[$0].annotated == 0 } }

    /// `pq`, `sq`, `rq`, `matched_dice`, `precision`, `recall` as means over the classes that have annotated objects, and per class with the id
    /// in front.
    public func result() -> [String: Double] {
        var scores: [String: Double] = [:]
        let perClass = sums.map(\.scores)
        for key in ["pq", "sq", "rq", "matched_dice", "precision", "recall"] {
            let values = perClass.indices.compactMap { sums[$0].annotated > 0 ? perClass[$0][key] : nil }
            if !values.isEmpty { scores[key] = values.reduce(0, +) / Double(values.count) }
            for (label, own) in perClass.enumerated() { scores["\(label)_\(key)"] = own[key] }
        }
        return scores
    }

    /// Writes `results_instances.json` and `cases_instances.json`.
    public func write(in folder: URL) throws {
        try JSONFile.write(result(), to: folder.appendingPathComponent("results_instances.json"))
        try JSONFile.write(cases, to: folder.appendingPathComponent("cases_instances.json"))
    }
}

/// Voxels of the objects of two maps, and of every pair that shares any.
private struct MapOverlaps {
    struct Pair: Hashable {
        let prediction: Int32
        let truth: Int32
    }

    var predicted: [Int32: Int] = [:]
    var annotated: [Int32: Int] = [:]
    var shared: [Pair: Int] = [:]

    init(_ prediction: [Int32], _ truth: [Int32]) {
        // Runs of the same pair, so that the tables are asked once per run.
        var start = 0
        while start < prediction.count {
            let (mine, theirs) = (prediction[start], truth[start])
            var end = start + 1
            while end < prediction.count, prediction[end] == mine, truth[end] == theirs { end += 1 }
            if mine > 0 { predicted[mine, default: 0] += end - start }
            if theirs > 0 { annotated[theirs, default: 0] += end - start }
            if mine > 0, theirs > 0 { shared[Pair(prediction: mine, truth: theirs), default: 0] += end - start }
            start = end
        }
    }
}
