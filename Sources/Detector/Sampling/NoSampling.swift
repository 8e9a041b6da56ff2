import Support
import Torch

/// Every anchor takes part but those that are to be ignored; goes with the focal loss (Lin et al. 2017).
public struct NoSampling: AnchorSampling {
    public init() {}

    public func sample(
        _ matches: [[Int32]], ranking: () throws -> Tensor, using generator: inout SeededGenerator
    ) throws -> AnchorSample {
        var sample = AnchorSample(positives: [], negatives: [])
        var offset = 0
        for image in matches {
            for (index, match) in image.enumerated() {
                if match >= 0 { sample.positives.append(offset + index) }
                if match == -1 { sample.negatives.append(offset + index) }
            }
            offset += image.count
        }
        return sample
    }
}
