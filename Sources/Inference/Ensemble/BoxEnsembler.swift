import Boxes
import Core

/// Joins what all models found under all mirrorings into the detections of a case (spec 08).
///
/// Each member (model and mirroring) is reduced first: best boxes, score threshold, clipped to the case, small ones dropped,
/// suppression class by class, best of the rest. Then the members' boxes are joined, class by class: clustered, where a cluster that not
/// every member contributes to loses score, or suppressed once more.
public struct BoxEnsembler: Sendable {
    public let parameters: InferenceParameters
    /// Clips boxes at coordinate 0 as the original does, where its mirrored boxes end; otherwise at −1, where ours do. Also leaves the
    /// detections in the order in which they are found, as the original does (design, #42): clusters by class, then by their best box.
    public let referenceBehaviour: Bool

    public init(parameters: InferenceParameters = InferenceParameters(), referenceBehaviour: Bool = false) {
        self.parameters = parameters
        self.referenceBehaviour = referenceBehaviour
    }

    /// The detections of the case by falling score (see `referenceBehaviour`), boxes in voxels of the preprocessed case.
    public func detections(_ raw: RawPredictions) -> Detections { joined(raw.members.map { reduced($0, in: raw) }) }

    /// One member's boxes after suppression, with the weights that clustering gives them.
    package struct Candidates: Sendable, Equatable {
        package var detections: Detections
        package var weights: [Float]
    }

    package func reduced(_ member: RawPredictions.Member, in raw: RawPredictions) -> Candidates {
        let found = member.detections
        let shape = SIMD3<Float>(raw.shape)
        let first = SIMD3<Float>(repeating: referenceBehaviour ? 0 : -1)
        let scoreThreshold = Float(parameters.modelScoreThreshold)
        let smallest = Float(parameters.removeSmallBoxes)
        var candidates = Candidates(detections: Detections(), weights: [])
        for index in found.scores.indicesByFallingValue().prefix(parameters.modelTopK) {
            guard found.scores[index] > scoreThreshold else { break }
            let box = found.boxes[index].clipped(to: shape, from: first)
            guard !box.hasSide(below: smallest, dimension: raw.dimension) else { continue }
            candidates.detections.boxes.append(box)
            candidates.detections.scores.append(found.scores[index])
            candidates.detections.labels.append(found.labels[index])
            candidates.weights.append(member.weights[index])
        }
        return suppressed(candidates)
    }

    private func suppressed(_ candidates: Candidates) -> Candidates {
        let found = candidates.detections
        let ranks =
            switch parameters.modelSuppression {
            case .weighted: zip(found.scores, candidates.weights).map { $0 * $1 }
            case .plain: found.scores
            }
        let kept = nonMaximumSuppression(
            found.boxes, scores: ranks, labels: found.labels, threshold: Float(parameters.modelIoU),
            limit: parameters.modelDetectionsPerImage)
        let weights =
            switch parameters.modelSuppression {
            case .weighted: [Float](repeating: 1, count: kept.count)
            case .plain: kept.map { candidates.weights[$0] }
            }
        return Candidates(detections: found.selecting(kept), weights: weights)
    }

    package func joined(_ members: [Candidates]) -> Detections {
        let all = Detections(
            boxes: members.flatMap(\.detections.boxes), scores: members.flatMap(\.detections.scores),
            labels: members.flatMap(\.detections.labels))
        let weights = members.flatMap(\.weights)
        let best = Array(all.scores.indicesByFallingValue().prefix(parameters.ensembleTopK))
        let chosen = all.selecting(best)
        switch parameters.ensembling {
        case .weightedClustering:
            let clusters = WeightedBoxClustering(
                threshold: Float(parameters.ensembleIoU), scoreThreshold: Float(parameters.ensembleScoreThreshold)
            ).cluster(
                boxes: chosen.boxes, scores: chosen.scores, weights: best.map { weights[$0] }, labels: chosen.labels,
                expected: [Float](repeating: Float(members.count), count: chosen.count))
            return ordered(Detections(boxes: clusters.boxes, scores: clusters.scores, labels: clusters.labels))
        case .weightedSuppression: return suppressed(chosen, ranks: best.map { all.scores[$0] * weights[$0] })
        case .plainSuppression: return suppressed(chosen, ranks: chosen.scores)
        }
    }

    private func suppressed(_ found: Detections, ranks: [Float]) -> Detections {
        let kept = nonMaximumSuppression(
            found.boxes, scores: ranks, labels: found.labels, threshold: Float(parameters.ensembleIoU), limit: found.count)
        let threshold = Float(parameters.ensembleScoreThreshold)
        return ordered(found.selecting(kept.filter { found.scores[$0] > threshold }))
    }

    private func ordered(_ found: Detections) -> Detections { referenceBehaviour ? found : found.sortedByScore() }

    /// The detections under each of `variants`; members are reduced anew only where a variant reduces them differently.
    static func detections(_ raw: RawPredictions, _ variants: [InferenceParameters], referenceBehaviour: Bool) -> [Detections] {
        var reduction: (parameters: InferenceParameters, members: [Candidates])?
        return variants.map { variant in
            var parameters = variant
            parameters.ensembleIoU = 0
            parameters.ensembleTopK = 0
            parameters.ensembleScoreThreshold = 0
            let ensembler = BoxEnsembler(parameters: variant, referenceBehaviour: referenceBehaviour)
            if let known = reduction, known.parameters == parameters { return ensembler.joined(known.members) }
            let members = raw.members.map { ensembler.reduced($0, in: raw) }
            reduction = (parameters, members)
            return ensembler.joined(members)
        }
    }
}
