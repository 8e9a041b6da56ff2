import Augmentation
import Detector
import Foundation
import Support
import Torch

extension Trainer {
    /// One optimiser step; returns the losses by name.
    ///
    /// - Throws: `Problem` naming batch, cases and the last good checkpoint where a loss is not a number.
    mutating func step(_ batch: Batch) throws -> [String: Double] {
        let (images, targets) = try batch.tensors(on: settings.device, dimension: dimension)
        var generator = SeededGenerator(seed: settings.seed).split("sampling").split(UInt64(progress.iteration))
        optimiser.learningRate = settings.schedule.rate(at: progress.iteration)
        try detector.clearGrads()
        let losses = try withAutocast(settings.device, settings.autocast) { try detector.losses(images, targets, using: &generator) }
        let total = try losses.total()
        var values = try Dictionary(uniqueKeysWithValues: losses.named.map { ($0.key, try $0.value.detached().item()) })
        values["loss"] = try total.detached().item()
        let wrong = values.filter { !$0.value.isFinite && $0.key != "loss" }.keys.sorted()
        guard values["loss"]?.isFinite == true else {
            throw diverged(wrong.isEmpty ? "the loss" : "the loss (\(wrong.joined(separator: ", ")))", batch.keys)
        }
        if try backward(total) { try optimiser.step() }
        for (name, value) in values {
            progress.lossSums[name, default: 0] += value
            progress.lossCounts[name, default: 0] += 1
        }
        progress.iteration += 1
        return values
    }

    /// `what` is not a number.
    func diverged(_ what: String, _ cases: [String]?) -> Problem {
        let batch =
            cases.map { " at batch \(progress.iteration) (cases \($0.joined(separator: ", ")))" }
            ?? " after batch \(progress.iteration - 1)"
        let saved =
            savedIteration.map { "the last good checkpoint is \(files.checkpoint.path), iteration \($0)" }
            ?? "no checkpoint was written yet"
        return Problem(
            "training", "\(what) is not a number\(batch); \(saved)",
            remedy: "look at these images; or start anew with a lower trainer_cfg.initial_lr, trainer_cfg.gradient_clip_val=12 or "
                + "trainer_cfg.precision=32")
    }

    /// Leaves gradients of `loss` in the parameters, clipped as the settings say; false where they have overflowed and the step is to be left
    /// out.
    private mutating func backward(_ loss: Tensor) throws -> Bool {
        if let scaler = progress.lossScaler {
            try (loss * scaler.scale).backward()
            let isFinite = try scaler.unscale(detector.parameters)
            progress.lossScaler?.update(overflowed: !isFinite)
            guard isFinite else { return false }
        } else {
            try loss.backward()
        }
        if let limit = settings.clipNorm { try GradientClipping.clip(detector.parameters, to: limit) }
        return true
    }
}
