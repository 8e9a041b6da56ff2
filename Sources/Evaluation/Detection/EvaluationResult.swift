import Foundation
import Support

/// Scores and curves of an evaluation under the original's keys.
public struct EvaluationResult: Codable, Sendable, Equatable {
    public var formatVersion = 1
    public var scores: [String: Double]
    /// Sensitivities (`FROC_curve_IoU_…`) at the false positives per image of `FROC_fpi_thresholds`.
    public var curves: [String: [Double]] = [:]
    /// Precision at recall 0, 0.01, …, 1: mean over the classes, and with the class in front; only of a full evaluation.
    public var precisionCurves: [String: [Double]] = [:]
    /// How scores of hits and misses are distributed; only of a full evaluation.
    public var histograms: [PredictionHistogram] = []
    /// Images evaluated.
    public var cases = 0
    /// Cases without a prediction that were counted as empty.
    public var missingPredictions: [String] = []
    /// Best detections of a class and image that count.
    public var maxDetections = 100
    /// Cases with more objects of a class than detections count: their scores cannot reach 1.
    public var casesBeyondLimit = 0
    /// Annotated objects by class id.
    public var objectsPerClass: [Int] = []
    /// Detections that were counted, by class id.
    public var detectionsPerClass: [Int] = []
    /// Classes that have no annotated object and are therefore left out of means over classes.
    public var classesWithoutGroundTruth: [Int] = []
    /// Class ids of detections or objects that the task does not have; they were left out.
    public var unknownClasses: [Int] = []

    enum CodingKeys: String, CodingKey {
        case scores, curves, histograms, cases
        case formatVersion = "format_version"
        case precisionCurves = "precision_curves"
        case missingPredictions = "missing_predictions"
        case maxDetections = "max_detections"
        case casesBeyondLimit = "cases_beyond_max_detections"
        case objectsPerClass = "objects_per_class"
        case detectionsPerClass = "detections_per_class"
        case classesWithoutGroundTruth = "classes_without_ground_truth"
        case unknownClasses = "unknown_classes"
    }

    public init(scores: [String: Double]) { self.scores = scores }

    /// Writes `results_<name>.json`, the scores as numbers under their keys (null where one is not defined), and `curves_<name>.json`, all there is.
    public func write(in folder: URL, name: String = "boxes") throws {
        try JSONFile.write(scores.mapValues { $0.isNaN ? nil : $0 }, to: folder.appendingPathComponent("results_\(name).json"))
        try JSONFile.write(self, to: folder.appendingPathComponent("curves_\(name).json"))
    }

    /// Reads what `write` wrote.
    public static func read(in folder: URL, name: String = "boxes") throws -> EvaluationResult {
        try JSONFile.read(from: folder.appendingPathComponent("curves_\(name).json"))
    }
}
