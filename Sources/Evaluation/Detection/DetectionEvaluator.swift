import Boxes
import Core
import Support

/// Scores detections against annotated objects, image by image: COCO average precision and FROC (spec 09).
///
/// A class without any annotated object is left out of the means and listed, and without any object there is no score; a FROC without a single hit
/// is 0. `referenceBehaviour` restores
/// the original's numbers there (−1 in the mean, NaN, other keys).
public struct DetectionEvaluator: Sendable {
    /// `fast` for training and sweeps: IoU 0.1 and 0.5 over all classes. `full`: nine thresholds, each class, histograms.
    public enum Mode: Sendable { case fast, full }

    let mode: Mode
    let referenceBehaviour: Bool
    let names: [String]
    let thresholds: IoUThresholds
    /// What matching found in the images added so far.
    public private(set) var records: MatchRecords
    /// Class ids that are not among those evaluated.
    private(set) var unknownClasses: Set<Int> = []
    /// Images with more objects of a class than detections count.
    private(set) var beyondLimit = 0

    /// - Parameters:
    ///   - classes: number of classes, ids from 0.
    ///   - mode: which IoU thresholds and scores there are.
    ///   - maxDetections: best detections that count, per class and image.
    ///   - names: classes as they stand in the keys of per-class scores; their ids by default.
    ///   - referenceBehaviour: gives the original's numbers for classes without objects and a FROC without hits.
    public init(
        classes: Int, mode: Mode, maxDetections: Int = 100, names: [String]? = nil, referenceBehaviour: Bool = false
    ) {
        self.mode = mode
        self.referenceBehaviour = referenceBehaviour
        self.names = names ?? (0..<classes).map(String.init)
        precondition(self.names.count == classes, "one name per class")
        thresholds = IoUThresholds(mode)
        records = MatchRecords(thresholds: thresholds.all, maxDetections: maxDetections, classes: classes)
    }

    /// Adds one image. Detections of a class beyond `maxDetections` are left out, best first.
    public mutating func add(_ detections: Detections, _ truth: GroundTruth) {
        add("\(records.caseIDs.count)", matches(detections, truth))
    }

    /// Adds images, matching several at a time; the result is that of adding one after another.
    public mutating func add(_ cases: [EvaluationCase]) throws {
        let evaluator = self
        // Not one by one: a case takes no longer than handing it out.
        let batch = 16
        let matches = try parallelMap((cases.count + batch - 1) / batch) { index in
            cases[index * batch..<min(cases.count, (index + 1) * batch)].map { evaluator.matches($0.detections, $0.truth) }
        }
        for (item, found) in zip(cases, matches.joined()) { add(item.id, found) }
    }

    private func matches(_ detections: Detections, _ truth: GroundTruth) -> CaseMatches {
        CaseMatches(
            detections, truth, classes: records.classes, thresholds: thresholds.all, maxDetections: records.maxDetections)
    }

    private mutating func add(_ id: String, _ matches: CaseMatches) {
        records.add(id, matches)
        unknownClasses.formUnion(matches.unknownClasses)
        if matches.isBeyondLimit { beyondLimit += 1 }
    }

    /// The records sorted for scoring.
    package var ranked: RankedRecords { RankedRecords(records, thresholds: thresholds, referenceBehaviour: referenceBehaviour) }

    /// The scores of all images added so far.
    public func result() -> EvaluationResult { result(ranked) }

    package func result(_ ranked: RankedRecords) -> EvaluationResult {
        var result = EvaluationResult(scores: [:])
        result.cases = records.caseIDs.count
        result.maxDetections = records.maxDetections
        result.casesBeyondLimit = beyondLimit
        result.objectsPerClass = records.objectsPerClass
        result.detectionsPerClass = records.detectionsPerClass
        // In the original's means they count with −1.
        result.classesWithoutGroundTruth =
            referenceBehaviour ? [] : result.objectsPerClass.indices.filter { result.objectsPerClass[$0] == 0 }
        result.unknownClasses = unknownClasses.sorted()
        let isFull = mode == .full
        var table = ranked.table(perClass: isFull)
        if referenceBehaviour { table.precision = table.precision.map { $0.map { $0 ?? -1 } } }
        addScores(table, to: &result)
        guard isFull else { return result }
        addPrecisionCurves(ranked, to: &result)
        for iou in [0.1, 0.5] {
            guard let threshold = thresholds.all.firstIndex(of: iou) else { continue }
            for label in [nil] + records.objectsPerClass.indices.map(Int?.some) {
                result.histograms.append(
                    PredictionHistogram(iou: iou, classID: label, label.map { ranked.classes[$0] } ?? ranked.pooled, threshold: threshold))
            }
        }
        return result
    }

    private func addScores(_ table: RankedRecords.Table, to result: inout EvaluationResult) {
        let layout = ScoreLayout(thresholds, maxDetections: records.maxDetections, classNames: names, perClass: mode == .full)
        // What is undefined is left out. Points of FROC curves stand among the curves.
        for (name, value) in zip(layout.names, layout.values(table)) where !name.contains("sensitivity_IoU_") && !value.isNaN {
            result.scores[name] = value
        }
        let rates = FROC.falsePositivesPerImage
        for (entry, curves) in table.sensitivity.enumerated() {
            let prefix = entry == 0 ? "" : "\(names[entry - 1])_"
            let objects = entry == 0 ? result.objectsPerClass.reduce(0, +) : result.objectsPerClass[entry - 1]
            if referenceBehaviour, objects == 0 {
                for iou in thresholds.single { result.scores["\(prefix)\(ScoreName.froc(iou: iou))"] = nil }
                result.scores["\(prefix)froc_score"] = 0
                result.curves["\(prefix)froc_curve"] = rates.map { _ in 0 }
                continue
            }
            guard objects > 0 else { continue }
            for (iou, curve) in zip(thresholds.single, curves) {
                if referenceBehaviour, curve == nil { result.scores["\(prefix)\(ScoreName.froc(iou: iou))"] = .nan }
                let missing = referenceBehaviour && curve == nil ? Double.nan : 0
                let values = curve.flatMap { $0.isEmpty ? nil : $0 } ?? rates.map { _ in missing }
                result.curves["\(prefix)\(ScoreName.frocCurve(iou: iou))"] = values
            }
            result.curves["\(prefix)\(ScoreName.frocRates)"] = rates
        }
    }

    private func addPrecisionCurves(_ ranked: RankedRecords, to result: inout EvaluationResult) {
        let curves = ranked.precisionCurves()
        for iou in thresholds.single {
            guard let place = thresholds.all.firstIndex(of: iou) else { continue }
            let present = curves[place].compactMap { $0?.precisions }
            guard !present.isEmpty else { continue }
            result.precisionCurves[ScoreName.precisionCurve(iou: iou)] = PrecisionCurve.recalls.indices.map { recall in
                present.reduce(0) { $0 + $1[recall] } / Double(present.count)
            }
            for (label, curve) in curves[place].enumerated() {
                result.precisionCurves["\(names[label])_\(ScoreName.precisionCurve(iou: iou))"] = curve?.precisions
            }
        }
    }
}
