import Core
import Detector
import Foundation
import Support
import Torch

extension Trainer {
    /// Losses, box scores and foreground Dice over random validation patches, by the original's names; nil when stopped.
    func validate(_ epoch: Int, _ sources: BatchSources, shouldStop: () -> Bool = { false }) throws -> [String: Double]? {
        let batches = validationBatches
        guard batches > 0 else { return [:] }
        let stream = try sources.validation(epoch, batches)
        var scoring = makeScoring()
        var sums: [String: (sum: Double, count: Int)] = [:]
        var overlap = (both: 0.0, total: 0.0)
        for index in 0..<batches {
            if shouldStop() { return nil }
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
}
