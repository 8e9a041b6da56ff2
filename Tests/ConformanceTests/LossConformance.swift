import Boxes
import Detector
import Foundation
import Support
import TestSupport
import Testing
import Torch

/// Family `loss`: values, and gradients of their sum, of every loss against the original's.
@Suite(.serialized, .onEveryDevice) struct LossConformance {
    /// The factors that the data was made with; no file holds them.
    private enum Weight {
        static let entropy = 1.5
        static let focal = 0.7
        static let boxes = 2.0
    }

    private static let reductions: [(name: String, value: Reduction)] = [("mean", .mean), ("sum", .sum), ("none", .none)]

    /// One file of the family, and the worst that was found in it.
    private final class Sheet {
        let seed: SeedFolder
        let file: String
        let arrays: [String: NPYArray]
        private var compared: Set<String> = []

        init(_ seed: SeedFolder, _ file: String) throws {
            self.seed = seed
            self.file = file
            arrays = try seed.npz(file)
        }

        func array(_ name: String) throws -> NPYArray { try #require(arrays[name], "no array \(name)") }

        func tensor(_ name: String) throws -> Tensor {
            let array = try array(name)
            return try Tensor.from(array.floats(), shape: array.shape).onTestDevice()
        }

        func classes(_ name: String) throws -> Tensor {
            let array = try array(name)
            return try Tensor.from(array.floats().map { Int64($0) }, shape: array.shape).onTestDevice()
        }

        /// Compares the loss of `input` and its gradient with the arrays `name` and `name_grad`.
        ///
        /// - Parameter constant: what ours has more than the original's, in all.
        func compare(
            _ name: String, of input: Tensor, constant: Double = 0, _ loss: (Tensor) throws -> Tensor
        ) throws {
            let leaf = try input.detached().cloned().requireGrad()
            let value = try loss(leaf)
            let shift = constant / Double(value.count)
            let mine = try value.detached().values(Double.self).map { Float($0 - shift) }
            try note(mine, name)
            try value.sum().backward()
            try note(#require(try leaf.grad()).values(Float.self), "\(name)_grad")
        }

        private func note(_ values: [Float], _ name: String) throws {
            let deviation = try seed.deviation(values, from: name, in: file, arrays: arrays)
            let relative = deviation.largest / max(deviation.absmax, 1e-30)
            #expect(
                ConformanceReport.note(family: "loss", file: "\(file):\(name)", deviation: relative, tolerance: 1e-5),
                "\(file) \(name): \(relative)")
            compared.insert(name)
        }

        /// Arrays that neither were compared nor are inputs.
        func untouched(inputs: Set<String>) -> [String] {
            arrays.keys.map { $0.hasSuffix(".sample") ? String($0.dropLast(7)) : $0 }
                .filter { !compared.contains($0) && !inputs.contains($0) }.sorted()
        }

        /// The parts of result names that begin with `prefix`, gradients left out.
        func names(_ prefix: String) -> [String] {
            Set(arrays.keys.map { $0.hasSuffix(".sample") ? String($0.dropLast(7)) : $0 })
                .filter { $0.hasPrefix(prefix) && !$0.hasSuffix("_grad") }.sorted()
        }
    }

    @Test(arguments: SeedFolder.all)
    func detection(seed: SeedFolder) throws {
        let sheet = try Sheet(seed, "loss/detection.npz")
        let logits = try sheet.tensor("cls_logits")
        let labels = try sheet.array("cls_target").integers().map { $0 > 0 ? Optional($0 - 1) : nil }
        let classes = logits.size(1)
        for (word, reduction) in Self.reductions {
            for name in sheet.names("bce_\(word)_") {
                let smoothing = try #require(Double(name.dropFirst("bce_\(word)_smooth".count)))
                let targets = try ClassTargets.oneHot(labels, classes: classes, smoothing: smoothing, like: logits)
                try sheet.compare(name, of: logits) {
                    try binaryCrossEntropy(logits: $0, targets: targets, reduction: reduction) * Weight.entropy
                }
            }
            let targets = try ClassTargets.oneHot(labels, classes: classes, like: logits)
            for name in sheet.names("focal_\(word)_") {
                let parts = name.dropFirst("focal_\(word)_gamma".count).components(separatedBy: "_alpha")
                let (gamma, alpha) = (try #require(Double(parts[0])), try #require(Double(parts[1])))
                let focal = FocalLoss(gamma: gamma, alpha: alpha < 0 ? nil : alpha)
                try sheet.compare(name, of: logits) { try focal(logits: $0, targets: targets, reduction: reduction) * Weight.focal }
            }
            for name in sheet.names("ce_\(word)") {
                try sheet.compare(name, of: sheet.tensor("ce_logits")) {
                    try crossEntropy(logits: $0, targets: ClassTargets.withBackground(labels, on: TestDevice.current), reduction: reduction)
                }
            }
            for name in sheet.names("giou_\(word)_") {
                let dimension = name.suffix(2)
                let pairs = try sheet.tensor("giou_pred_\(dimension)")
                let target = try BoxCorners(rows: sheet.tensor("giou_target_\(dimension)"))
                // Ours is 1 − GIoU, the original's −GIoU (design, number 21).
                let boxes = reduction == .mean ? 1 : Double(pairs.size(0))
                try sheet.compare(name, of: pairs, constant: Weight.boxes * boxes) {
                    try BoxCorners(rows: $0).giouLoss(to: target, reduction: reduction) * Weight.boxes
                }
            }
            for name in sheet.names("smoothl1_\(word)_") {
                let beta = try #require(Double(name.dropFirst("smoothl1_\(word)_beta".count)))
                let target = try sheet.tensor("l1_target")
                try sheet.compare(name, of: sheet.tensor("l1_pred")) { try smoothL1($0, target, beta: beta, reduction: reduction) }
            }
        }
        let inputs = ["cls_logits", "cls_target", "ce_logits", "l1_pred", "l1_target"]
        #expect(sheet.untouched(inputs: Set(inputs + sheet.names("giou_pred") + sheet.names("giou_target"))).isEmpty)
    }

    @Test(arguments: SeedFolder.all)
    func segmentation(seed: SeedFolder) throws {
        let sheet = try Sheet(seed, "loss/segmentation.npz")
        let logits = try sheet.tensor("seg_logits")
        let target = try sheet.classes("seg_target")
        for batch in [0, 1] {
            for background in [0, 1] {
                let dice = DiceLoss(batchDice: batch == 1, includesBackground: background == 1)
                try sheet.compare("dice_batch\(batch)_bg\(background)", of: logits) { try dice(logits: $0, target: target) }
            }
        }
        for name in sheet.names("topk") {
            let loss = TopKCrossEntropy(share: try #require(Double(name.dropFirst(4))))
            try sheet.compare(name, of: logits) { try loss(logits: $0, target: target) }
        }
        // The combinations as the segmenters take them: half cross entropy, half Dice of the foreground over the batch.
        let combined = SegmentationLoss()
        try sheet.compare("dice_ce_seg_ce", of: logits) { try combined(logits: $0, target: target).crossEntropy }
        try sheet.compare("dice_ce_seg_dice", of: logits) { try combined(logits: $0, target: target).dice }
        let pair = try logits.narrowed(axis: 1, start: 0, count: 2).contiguous()
        let foreground = try target.isGreater(than: 0).to(.int64)
        try sheet.compare("dice_ce_fgbg_seg_ce", of: pair) { try combined(logits: $0, target: foreground).crossEntropy }
        try sheet.compare("dice_ce_fgbg_seg_dice", of: pair) { try combined(logits: $0, target: foreground).dice }
        let empty = try Tensor.zeros(target.shape, dtype: .int64).onTestDevice()
        try sheet.compare("fgbg_empty_seg_dice", of: pair) { try combined(logits: $0, target: empty).dice }
        #expect(sheet.untouched(inputs: ["seg_logits", "seg_target"]).isEmpty)
    }
}
