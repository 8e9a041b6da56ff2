import Foundation

/// The keys of scores and curves, as the original names them.
public enum ScoreName {
    /// The score that sweeps and model selection use.
    public static func meanAveragePrecision(maxDetections: Int = 100) -> String { "mAP_IoU_0.10_0.50_0.05_MaxDet_\(maxDetections)" }
    public static func averagePrecision(iou: Double, maxDetections: Int = 100) -> String { "AP_IoU_\(text(iou))_MaxDet_\(maxDetections)" }
    public static func froc(iou: Double) -> String { "FROC_score_IoU_\(text(iou))" }
    public static func frocCurve(iou: Double) -> String { "FROC_curve_IoU_\(text(iou))" }
    /// False positives per image of the FROC curves.
    public static let frocRates = "FROC_fpi_thresholds"
    /// One point of a FROC curve, as intervals name it; not among the original's keys.
    public static func sensitivity(iou: Double, rate: Double) -> String { "sensitivity_IoU_\(text(iou))_FPPI_\(rate)" }
    /// Precision at recall 0, 0.01, …, 1.
    public static func precisionCurve(iou: Double) -> String { "precision_IoU_\(text(iou))" }

    private static func text(_ iou: Double) -> String { String(format: "%.2f", iou) }
}
