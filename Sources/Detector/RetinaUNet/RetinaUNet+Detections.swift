import Boxes
import Core
import Torch

extension RetinaUNet {
    /// Detections of raw outputs per image: best pairs, decoded in float32, clipped, small ones and duplicates dropped (spec 06).
    public func detections(of output: BoxOutput, imageSize: SIMD3<Int>) throws -> [Detections] {
        let anchors = output.anchors.boxes
        let images = output.logits.size(0) / max(1, anchors.count)
        return try (0..<images).map { image in
            let logits = try output.logits.narrowed(axis: 0, start: image * anchors.count, count: anchors.count)
            let deltas = try output.deltas.narrowed(axis: 0, start: image * anchors.count, count: anchors.count)
            return try detections(logits: logits, deltas: deltas, anchors: anchors, imageSize: imageSize)
        }
    }

    /// `logits` `[anchors, classes]`, `deltas` `[anchors, 4 or 6]` of one image.
    private func detections(logits: Tensor, deltas: Tensor, anchors: [Box], imageSize: SIMD3<Int>) throws -> Detections {
        let classes = classifier.classes
        let count = min(postProcessing.topCandidates, anchors.count)
        let probabilities = try classifier.probabilities(wide(logits)).reshaped([-1])
        let best = try probabilities.top(count)
        let pairs = try best.indices.values(Int64.self)
        let scores: [Float] = try best.values.values()
        let kept = pairs.indices.filter { scores[$0] > postProcessing.scoreThreshold }
        let rows = kept.map { pairs[$0] / Int64(classes) }
        let moves: [Float] = try wide(deltas.gathered(axis: 0, Tensor.from(rows, shape: [rows.count]).to(deltas.device))).values()
        let decoded = coder.decode(moves, anchors: rows.map { anchors[Int($0)] })

        var found = Detections()
        let size = SIMD3<Float>(imageSize)
        for (position, pair) in kept.enumerated() {
            let box = decoded[position].clipped(to: size)
            guard !box.hasSide(below: postProcessing.smallestSide, dimension: dimension) else { continue }
            found.boxes.append(box)
            found.scores.append(scores[pair])
            found.labels.append(Int(pairs[pair]) % classes)
        }
        let unique = nonMaximumSuppression(
            found.boxes, scores: found.scores, labels: found.labels, threshold: postProcessing.overlapThreshold,
            limit: postProcessing.detectionsPerImage)
        return found.selecting(unique)
    }
}
