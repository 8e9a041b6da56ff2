/// The IoU thresholds that detections are scored at (spec 09).
public struct IoUThresholds: Sendable {
    /// Thresholds of the mean average precision.
    public let averaged: [Double]
    /// Thresholds with a precision and a FROC score of their own.
    public let single: [Double]
    /// All of them, ascending.
    public let all: [Double]

    /// 0.10, 0.15, …, 0.50 averaged; `fast` 0.1 and 0.5 on their own, else 0.1, 0.2, …, 0.9.
    public init(_ mode: DetectionEvaluator.Mode) {
        // The sums are the original's: it matters whether an IoU equals its threshold.
        averaged = (0...8).map { 0.1 + Double($0) * 0.05 }
        single = mode == .fast ? [0.1, 0.5] : (0...8).map { 0.1 + Double($0) * 0.1 }
        all = Set(averaged + single).sorted()
    }

    /// Places of `thresholds` in `all`.
    func places(_ thresholds: [Double]) -> [Int] { thresholds.compactMap { all.firstIndex(of: $0) } }
}
