import Boxes
import Core

/// Scores detections against annotated objects, image by image: COCO average precision and FROC (spec 09).
///
/// A class without any annotated object is left out of the means and listed; a FROC without a single hit is 0. `referenceBehaviour` restores
/// the original's numbers there (−1 in the mean, NaN, other keys).
public struct DetectionEvaluator: Sendable {
    /// `fast` for training and sweeps: IoU 0.1 and 0.5 over all classes. `full`: nine thresholds, each class, histograms.
    public enum Mode: Sendable { case fast, full }

    let mode: Mode
    let maxDetections: Int
    let referenceBehaviour: Bool
    let names: [String]
    let thresholds: IoUThresholds
    private(set) var records: [ClassRecord]
    private(set) var cases = 0
    /// Class ids that are not among those evaluated.
    private(set) var unknownClasses: Set<Int> = []

    /// - Parameters:
    ///   - classes: number of classes, ids from 0.
    ///   - maxDetections: best detections that count, per class and image.
    ///   - names: classes as they stand in the keys of per-class scores; their ids by default.
    public init(
        classes: Int, mode: Mode, maxDetections: Int = 100, names: [String]? = nil, referenceBehaviour: Bool = false
    ) {
        self.mode = mode
        self.maxDetections = maxDetections
        self.referenceBehaviour = referenceBehaviour
        self.names = names ?? (0..<classes).map(String.init)
        precondition(self.names.count == classes, "one name per class")
        thresholds = IoUThresholds(mode)
        records = [ClassRecord](repeating: ClassRecord(), count: classes)
    }

    /// Adds one image. Detections of a class beyond `maxDetections` are left out, best first.
    public mutating func add(_ detections: Detections, _ truth: GroundTruth) {
        cases += 1
        var found = [[Int]](repeating: [], count: records.count)
        var objects = [[Box]](repeating: [], count: records.count)
        for index in detections.scores.fallingOrder() {
            let label = detections.labels[index]
            guard records.indices.contains(label) else {
                unknownClasses.insert(label)
                continue
            }
            if found[label].count < maxDetections { found[label].append(index) }
        }
        for (box, label) in zip(truth.boxes, truth.labels) {
            guard records.indices.contains(label) else {
                unknownClasses.insert(label)
                continue
            }
            objects[label].append(box)
        }
        for label in records.indices where !found[label].isEmpty || !objects[label].isEmpty {
            let matching = ObjectMatching(
                detections: found[label].map { detections.boxes[$0] }, objects: objects[label], thresholds: thresholds.all)
            records[label].scores += found[label].map { detections.scores[$0] }
            records[label].hits += matching.detectionHits
            records[label].objects += objects[label].count
        }
    }

    /// The scores of all images added so far.
    public func result() -> EvaluationResult {
        var result = EvaluationResult(scores: [:])
        result.cases = cases
        result.objectsPerClass = records.map(\.objects)
        result.detectionsPerClass = records.map(\.scores.count)
        result.classesWithoutGroundTruth = records.indices.filter { records[$0].objects == 0 }
        result.unknownClasses = unknownClasses.sorted()
        addPrecision(to: &result)
        let pooled = ClassRecord.pooled(records)
        addFROC(pooled, prefix: "", to: &result)
        guard mode == .full else { return result }
        for (label, record) in records.enumerated() { addFROC(record, prefix: "\(names[label])_", to: &result) }
        for iou in [0.1, 0.5] {
            guard let threshold = thresholds.all.firstIndex(of: iou) else { continue }
            result.histograms.append(PredictionHistogram(iou: iou, classID: nil, pooled, threshold: threshold))
            for (label, record) in records.enumerated() {
                result.histograms.append(PredictionHistogram(iou: iou, classID: label, record, threshold: threshold))
            }
        }
        return result
    }

    /// Precision curves [threshold][class]; nil for a class without objects.
    package func precisionCurves() -> [[PrecisionCurve?]] {
        let orders = records.map { $0.scores.fallingOrder() }
        return thresholds.all.indices.map { threshold in
            records.indices.map { label in
                records[label].objects > 0 ? PrecisionCurve(records[label], order: orders[label], threshold: threshold) : nil
            }
        }
    }

    private func addPrecision(to result: inout EvaluationResult) {
        let averages: [[Double?]] = precisionCurves().map { $0.map { $0?.average ?? (referenceBehaviour ? -1 : nil) } }
        func add(_ name: String, _ places: [Int]) {
            let perClass = records.indices.map { label in Self.mean(places.compactMap { averages[$0][label] }) }
            result.scores[name] = Self.mean(places.flatMap { averages[$0].compactMap { $0 } }) ?? 0
            guard mode == .full else { return }
            for (label, value) in perClass.enumerated() { result.scores["\(names[label])_\(name)"] = value }
        }
        add(ScoreName.meanAveragePrecision(maxDetections: maxDetections), thresholds.places(thresholds.averaged))
        for iou in thresholds.single { add(ScoreName.averagePrecision(iou: iou, maxDetections: maxDetections), thresholds.places([iou])) }
    }

    private func addFROC(_ record: ClassRecord, prefix: String, to result: inout EvaluationResult) {
        if referenceBehaviour, record.objects == 0 {
            result.scores["\(prefix)froc_score"] = 0
            result.curves["\(prefix)froc_curve"] = FROC.falsePositivesPerImage.map { _ in 0 }
            return
        }
        let order = record.scores.fallingOrder()
        for iou in thresholds.single {
            guard let threshold = thresholds.all.firstIndex(of: iou) else { continue }
            let curve =
                FROC.curve(record, order: order, threshold: threshold, images: cases)
                ?? FROC.falsePositivesPerImage.map { _ in referenceBehaviour ? .nan : 0 }
            result.scores["\(prefix)\(ScoreName.froc(iou: iou))"] = curve.reduce(0, +) / Double(curve.count)
            result.curves["\(prefix)\(ScoreName.frocCurve(iou: iou))"] = curve
        }
        result.curves["\(prefix)\(ScoreName.frocRates)"] = FROC.falsePositivesPerImage
    }

    private static func mean(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }
}
