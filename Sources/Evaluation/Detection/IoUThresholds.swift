/// The IoU thresholds that detections are scored at (spec 09).
public struct IoUThresholds: Sendable, Equatable {
    /// Thresholds of the mean average precision.
    public let averaged: [Double]
    /// Thresholds with a precision and a FROC score of their own.
    public let single: [Double]
    /// All of them, ascending.
    public let all: [Double]

    /// 0.10, 0.15, …, 0.50 averaged; `fast` 0.1 and 0.5 on their own, else 0.1, 0.2, …, 0.9.
    public init(_ mode: DetectionEvaluator.Mode) {
        // The sums are the original's: it matters whether an IoU equals its threshold.
        self.init(
            averaged: (0...8).map { 0.1 + Double($0) * 0.05 }, single: mode == .fast ? [0.1, 0.5] : (0...8).map { 0.1 + Double($0) * 0.1 })
    }

    init(averaged: [Double], single: [Double]) {
        self.averaged = averaged
        self.single = single
        all = Set(averaged + single).sorted()
    }

    /// COCO's 0.50, 0.55, …, 0.95, with 0.50 and 0.75 on their own.
    package static let coco = IoUThresholds(averaged: (0...9).map { cocoThreshold($0) }, single: [cocoThreshold(0), cocoThreshold(5)])

    /// As NumPy's linspace computes it.
    private static func cocoThreshold(_ index: Int) -> Double { index == 9 ? 0.95 : 0.5 + Double(index) * ((0.95 - 0.5) / 9) }

    /// Places of `thresholds` in `all`.
    func places(_ thresholds: [Double]) -> [Int] { thresholds.compactMap { all.firstIndex(of: $0) } }
}
