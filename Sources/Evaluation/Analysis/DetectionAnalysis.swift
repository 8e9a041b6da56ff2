import Boxes
import Core
import Foundation
import Support

/// Looks at single detections: which objects they lie on, which are wrong and why, which objects are missed, and of which size (spec 09).
///
/// A detection belongs to the object it overlaps most, if by at least `iou`; several may belong to one object. Unlike in the original a missed
/// object counts under its own class.
public struct DetectionAnalysis: Sendable {
    /// Sides of a box in voxels, and whether it was found (or, for a detection, right).
    public struct Size: Codable, Sendable, Equatable {
        public enum Kind: String, Codable, Sendable { case hit = "tp", wrong = "fp", missed = "fn" }
        public let kind: Kind
        public let sides: [Float]
    }

    public let iou: Double
    /// Detections must score above this.
    public let scoreThreshold: Float
    public let classes: Int
    public let dimension: Int
    public private(set) var cases: [CaseAnalysis] = []
    /// Counts [true class][predicted class]; the last row and column stand for none.
    public private(set) var confusion: [[Int]]
    /// Score and IoU of every detection that overlaps an object.
    public private(set) var overlaps: [(score: Float, iou: Double)] = []
    public private(set) var sizes: [Size] = []

    public init(iou: Double, scoreThreshold: Float, classes: Int, dimension: Int = 3) {
        self.iou = iou
        self.scoreThreshold = scoreThreshold
        self.classes = classes
        self.dimension = dimension
        confusion = [[Int]](repeating: [Int](repeating: 0, count: classes + 1), count: classes + 1)
    }

    /// Adds one case; detections and objects of unknown classes are left out.
    public mutating func add(_ caseID: String, _ detections: Detections, _ truth: GroundTruth) {
        let objects = truth.labels.indices.filter { (0..<classes).contains(truth.labels[$0]) }
        var isFound = [Bool](repeating: false, count: truth.count)
        var hits: [CaseAnalysis.Example] = []
        var mistakes: [CaseAnalysis.Example] = []
        for index in detections.scores.fallingOrder()
        where detections.scores[index] > scoreThreshold && (0..<classes).contains(detections.labels[index]) {
            let box = detections.boxes[index]
            let (score, label) = (detections.scores[index], detections.labels[index])
            let overlap = objects.map { (iou: box.preciseIntersectionOverUnion(truth.boxes[$0]), object: $0) }.max { $0.iou < $1.iou }
            if let overlap, overlap.iou > 0 { overlaps.append((score, overlap.iou)) }
            let object = overlap.flatMap { $0.iou >= iou ? $0.object : nil }
            let trueLabel = object.map { truth.labels[$0] } ?? -1
            confusion[trueLabel < 0 ? classes : trueLabel][label] += 1
            let example = CaseAnalysis.Example(
                box: box.flat(dimension: dimension), score: score, label: label, trueLabel: trueLabel, iou: overlap?.iou ?? 0)
            sizes.append(Size(kind: trueLabel == label ? .hit : .wrong, sides: sides(of: box)))
            if let object, trueLabel == label {
                isFound[object] = true
                hits.append(example)
            } else {
                mistakes.append(example)
            }
        }
        let missed = objects.filter { !isFound[$0] }
        for object in missed {
            confusion[truth.labels[object]][classes] += 1
            sizes.append(Size(kind: .missed, sides: sides(of: truth.boxes[object])))
        }
        let worst = Array(mistakes.prefix(5))
        cases.append(
            CaseAnalysis(
                caseID: caseID, objects: objects.count, hits: hits.count, wrong: mistakes.count,
                bestHits: Array(hits.filter { $0.score > 0.5 }.prefix(3)),
                worstHits: Array(hits.reversed().filter { $0.score < 0.5 }.prefix(3)), worstMistakes: worst,
                mistakeTypes: worst.map { $0.trueLabel < 0 ? .place : .label },
                missedBoxes: missed.map { truth.boxes[$0].flat(dimension: dimension) }, missed: missed.count))
    }

    private func sides(of box: Box) -> [Float] { (0..<dimension).map { box.size[$0] } }

    /// The cases where most is wrong, worst first, `count` at most under each head; cases without such a mistake are left out.
    public func worstCases(_ count: Int = 10) -> [String: [String]] {
        func top(_ value: (CaseAnalysis) -> Double) -> [String] {
            cases.filter { value($0) > 0 }.sorted { (value($1), $0.caseID) < (value($0), $1.caseID) }.prefix(count).map(\.caseID)
        }
        return [
            "top_scoring_fp": top { Double($0.worstMistakes.first?.score ?? 0) }, "top_num_fp": top { Double($0.wrong) },
            "top_num_fn": top { Double($0.missed) },
        ]
    }

    /// Writes `analysis.json` (all), `analysis.csv` (counts per case) and `analysis_ids.json` (the worst cases) into
    /// `<folder>/iou_<iou>_score_<score>`.
    public func write(in folder: URL) throws {
        struct File: Encodable {
            let format_version = 1
            let iou: Double
            let score: Float
            let cases: [CaseAnalysis]
            let confusion: [[Int]]
            let sizes: [Size]
        }
        let place = place(in: folder)
        try JSONFile.write(
            File(iou: iou, score: scoreThreshold, cases: cases, confusion: confusion, sizes: sizes),
            to: place.appendingPathComponent("analysis.json"))
        var table = CSVText(columns: ["case", "num_gt", "iou_tp", "num_fp", "num_fn"])
        for item in cases { table.append([item.caseID] + [item.objects, item.hits, item.wrong, item.missed].map(String.init)) }
        try table.write(to: place.appendingPathComponent("analysis.csv"))
        try JSONFile.write(worstCases(), to: place.appendingPathComponent("analysis_ids.json"))
    }

    /// `iou_<iou>_score_<score>` of `folder`.
    public func place(in folder: URL) -> URL {
        folder.appendingPathComponent("iou_\(iou)_score_\(scoreThreshold)", isDirectory: true)
    }
}
