import Torch

/// The way up: maps of the same resolutions as the encoder's, which know of the coarser ones.
public protocol FeatureDecoder: Module {
    /// Channels of each resolution, fine to coarse.
    var channels: [Int] { get }
    /// Maps of the encoder → maps for heads and segmenter, fine to coarse, from resolution `finest` on.
    func callAsFunction(_ maps: [Tensor], finest: Int) throws -> [Tensor]
}
