import Boxes
import Support
import Torch

/// Random positives, and negatives drawn from those that the network takes for objects most (spec 06, sampling).
public struct HardNegativeSampling: AnchorSampling {
    public let sampler: HardNegativeSampler

    public init(_ sampler: HardNegativeSampler) { self.sampler = sampler }

    public func sample(
        _ matches: [[Int32]], ranking: () throws -> Tensor, using generator: inout SeededGenerator
    ) throws -> AnchorSample {
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
            var scores = try ranking().to(.float32)
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
