import Boxes
import Core
import Support
import Torch

extension RetinaUNet {
    /// Per image and anchor: the object it is to find, by index; −1 background, −2 ignored.
    public func matches(_ anchors: Anchors, _ truths: [GroundTruth]) -> [[Int32]] {
        truths.map { matcher.match(anchors: anchors, groundTruth: $0.boxes) }
    }

    /// Losses of raw outputs; float32 whatever the outputs are (double stays double).
    public func losses(
        of output: Output, _ targets: DetectionTargets, using generator: inout SeededGenerator
    ) throws -> DetectionLosses {
        let logits = try wide(output.logits)
        let matches = matches(output.anchors, targets.truths)
        let sample = try sampling.sample(matches, ranking: { try classifier.ranking(logits.detached()) }, using: &generator)
        let perImage = output.anchors.boxes.count

        let positives = sample.positives.map { index in
            (
                anchor: output.anchors.boxes[index % perImage], image: index / perImage,
                object: Int(matches[index / perImage][index % perImage])
            )
        }
        let labels: [Int?] = positives.map { targets.truths[$0.image].labels[$0.object] } + sample.negatives.map { _ in nil }
        let rows = try index(sample.positives + sample.negatives, on: logits.device)
        let classification = try classifier.loss(logits: logits.gathered(axis: 0, rows), labels: labels)

        var regression: Tensor?
        if !positives.isEmpty {
            let deltas = try wide(output.deltas.gathered(axis: 0, index(sample.positives, on: logits.device)))
            regression = try regressor.loss(
                deltas: deltas, anchors: positives.map(\.anchor), targets: positives.map { targets.truths[$0.image].boxes[$0.object] })
        }
        let segmentation = try segmenter.losses(logits: wide(output.segmentation), target: targets.classes)
        return DetectionLosses(
            classification: classification, regression: regression, segmentationCrossEntropy: segmentation.crossEntropy,
            segmentationDice: segmentation.dice)
    }

    private func index(_ indices: [Int], on device: Device) throws -> Tensor {
        try Tensor.from(indices.map(Int64.init), shape: [indices.count]).to(device)
    }

    /// At least float32: half precision is for convolutions, not for losses and boxes.
    func wide(_ tensor: Tensor) throws -> Tensor { tensor.dtype == .float64 ? tensor : try tensor.to(.float32) }
}
