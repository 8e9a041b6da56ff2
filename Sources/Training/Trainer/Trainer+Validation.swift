import Core
import Detector
import Foundation
import Support
import Torch

extension Trainer {
    /// Losses, box scores and foreground Dice over random validation patches, by the original's names.
    func validate(_ epoch: Int, _ sources: BatchSources) throws -> [String: Double] {
        guard settings.validationBatches > 0 else { return [:] }
        let stream = try sources.validation(epoch, settings.validationBatches)
        var scoring = makeScoring()
        var sums: [String: (sum: Double, count: Int)] = [:]
        var overlap = (both: 0.0, total: 0.0)
        for index in 0..<settings.validationBatches {
            let batch = try stream.next()
            let (images, targets) = try batch.tensors(on: settings.device, dimension: dimension)
            var generator = SeededGenerator(seed: settings.seed).split("validation").split(UInt64(index))
            let result = try withAutocast(settings.device, settings.autocast) {
                try detector.evaluate(images, targets, using: &generator)
            }
            var parts = result.losses.named
            parts.append(("loss", try withoutGrad { try result.losses.total() }))
            for (name, value) in parts {
                let old = sums[name] ?? (0, 0)
                sums[name] = (old.sum + (try value.item()), old.count + 1)
            }
            for (detections, truth) in zip(result.detections, batch.truths) { scoring.add(detections, truth) }
            try withoutGrad {
                let predicted = try result.foreground.isGreater(than: 0.5).to(.float32)
                let truth = try targets.foreground.to(.float32)
                overlap.both += try (predicted * truth).sum().item()
                overlap.total += try predicted.sum().item() + truth.sum().item()
            }
        }
        var values = scoring.scores()
        for (name, total) in sums { values["val_\(name)"] = total.sum / Double(total.count) }
        if overlap.total > 0 { values["seg_dice"] = 2 * overlap.both / overlap.total }
        return values
    }

    func describe(_ epoch: Int, _ values: [String: Double]) -> String {
        func number(_ key: String) -> String { values[key].map { String(format: "%.3f", $0) } ?? "–" }
        let phase = epoch >= settings.schedule.epochs ? " (averaging)" : ""
        return "epoch \(epoch + 1)\(phase): train loss \(number("train_loss")), val loss \(number("val_loss")), "
            + "mAP \(number("mAP_IoU_0.10_0.50_0.05_MaxDet_100")), AP@0.1 \(number("AP_IoU_0.10_MaxDet_100")), "
            + "AP@0.5 \(number("AP_IoU_0.50_MaxDet_100")), FG Dice \(number("seg_dice")), "
            + ProgressReporter.duration(values["seconds"] ?? 0)
    }

    /// `metrics.csv`, a row per epoch.
    func writeMetrics() throws {
        let keys = Set(progress.history.flatMap(\.values.keys)).sorted()
        let rows = progress.history.map { epoch in
            ([String(epoch.epoch)] + keys.map { epoch.values[$0].map { String($0) } ?? "" }).joined(separator: ",")
        }
        let text = ([(["epoch"] + keys).joined(separator: ",")] + rows).joined(separator: "\n") + "\n"
        try AtomicFile.write(Data(text.utf8), to: files.metrics)
    }
}
