import Foundation
import Support

extension Trainer {
    /// Behind the progress of an epoch.
    func describe(_ losses: [String: Double], _ meter: EpochMeter, _ pace: RunPace) -> String {
        let parts = losses.filter { $0.key != "loss" }.sorted { $0.key < $1.key }
        var note = String(format: "loss %.3f (", losses["loss"] ?? .nan)
        note += parts.map { String(format: "%@ %.3f", $0.key, $0.value) }.joined(separator: " ")
        note +=
            String(format: ") lr %.2e, ", settings.schedule.rate(at: progress.iteration - 1))
            + Self.speed(meter.imagesPerSecond, meter.waitingShare)
        if let left = pace.secondsLeft(at: progress.iteration), left > 0 { note += ", \(ProgressReporter.duration(left)) to the end" }
        return note
    }

    /// The line of an epoch.
    func describe(_ epoch: Int, _ values: [String: Double], _ pace: RunPace) -> String {
        func number(_ key: String) -> String { values[key].map { String(format: "%.3f", $0) } ?? "–" }
        let phase = epoch >= settings.schedule.epochs ? " (averaging)" : ""
        var line =
            "epoch \(epoch + 1)/\(settings.schedule.epochs + settings.schedule.averagingEpochs)\(phase): "
            + "train loss \(number("train_loss")), val loss \(number("val_loss")), "
            + "mAP \(number("mAP_IoU_0.10_0.50_0.05_MaxDet_100")), AP@0.1 \(number("AP_IoU_0.10_MaxDet_100")), "
            + "AP@0.5 \(number("AP_IoU_0.50_MaxDet_100")), FG Dice \(number("seg_dice")), "
            + "\(Self.speed(values["images_per_second"] ?? 0, values["waiting_share"] ?? 0)), "
            + String(format: "loading %.1f %% of a step's processor time, ", 100 * (values["loading_share"] ?? 0))
            + ProgressReporter.duration(values["seconds"] ?? 0)
        if let left = pace.secondsLeft(at: progress.iteration), left > 0 { line += ", \(ProgressReporter.duration(left)) left" }
        return line
    }

    private static func speed(_ imagesPerSecond: Double, _ waitingShare: Double) -> String {
        String(format: imagesPerSecond < 10 ? "%.2f images/s, " : "%.0f images/s, ", imagesPerSecond)
            + String(format: "%.0f %% waiting for data", 100 * waitingShare)
    }
}
