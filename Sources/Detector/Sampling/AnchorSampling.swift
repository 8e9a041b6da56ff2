import Boxes
import Support
import Torch

/// Anchors that take part in the loss; indices into the anchors of the whole batch, image after image.
public struct AnchorSample: Sendable, Equatable {
    public var positives: [Int]
    public var negatives: [Int]

    public init(positives: [Int], negatives: [Int]) {
        self.positives = positives
        self.negatives = negatives
    }
}

/// Chooses anchors for the loss.
public protocol AnchorSampling {
    /// - Parameters:
    ///   - matches: per image, per anchor: index of its object, −1 background, −2 ignored.
    ///   - logits: `[images · anchors, classes]`.
    func sample(_ matches: [[Int32]], logits: Tensor, using generator: inout SeededGenerator) throws -> AnchorSample
}

/// Random positives, and negatives drawn from those that the network takes for objects most (spec 06, sampling).
public struct HardNegativeSampling: AnchorSampling {
    public let sampler: HardNegativeSampler

    public init(_ sampler: HardNegativeSampler) { self.sampler = sampler }

    public func sample(_ matches: [[Int32]], logits: Tensor, using generator: inout SeededGenerator) throws -> AnchorSample {
        var positives: [Int] = []
        var excluded: [Int64] = []
        var offset = 0
        for image in matches {
            image.withUnsafeBufferPointer { image in
                for (index, match) in image.enumerated() where match != -1 {
                    if match >= 0 { positives.append(offset + index) }
                    excluded.append(Int64(offset + index))
                }
            }
            offset += image.count
        }
        let counts = sampler.counts(positives: positives.count, negatives: offset - excluded.count, images: matches.count)
        let chosen = sampler.choose(counts.positives, of: positives.count, using: &generator).map { positives[$0] }
        guard counts.negatives > 0 else { return AnchorSample(positives: chosen.sorted(), negatives: []) }
        let pool: [Int64] = try withoutGrad {
            // The sigmoid is monotonic, logits rank alike.
            var scores = try logits.detached().to(.float32).max(axis: 1).values
            if !excluded.isEmpty {
                scores = try scores.cloned()
                let index = try Tensor.from(excluded, shape: [excluded.count]).to(scores.device)
                try scores.fill(-.infinity, at: index)
            }
            return try scores.top(counts.pool).indices.values(Int64.self)
        }
        let negatives = sampler.choose(counts.negatives, of: pool.count, using: &generator).map { Int(pool[$0]) }
        return AnchorSample(positives: chosen.sorted(), negatives: negatives.sorted())
    }
}
