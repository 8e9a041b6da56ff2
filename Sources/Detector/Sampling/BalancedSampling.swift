import Boxes
import Support
import Torch

/// Random positives and random negatives of each image (Ren et al. 2015): at most a share of positives, the rest negatives.
public struct BalancedSampling: AnchorSampling {
    public let sampler: BalancedSampler

    public init(_ sampler: BalancedSampler) { self.sampler = sampler }

    public func sample(
        _ matches: [[Int32]], ranking: () throws -> Tensor, using generator: inout SeededGenerator
    ) throws -> AnchorSample {
        var sample = AnchorSample(positives: [], negatives: [])
        var offset = 0
        for image in matches {
            let chosen = sampler.choose(image, using: &generator)
            sample.positives += chosen.positives.map { offset + $0 }
            sample.negatives += chosen.negatives.map { offset + $0 }
            offset += image.count
        }
        return sample
    }
}
