import Core

/// Scores the detections of validation patches; the trainer is given one per epoch.
public protocol DetectionScoring {
    mutating func add(_ detections: Detections, _ truth: GroundTruth)
    /// Scores by the original's names.
    func scores() -> [String: Double]
}
