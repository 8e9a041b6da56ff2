import Torch

/// The way down: maps of falling resolution from an image.
public protocol FeatureEncoder: Module {
    /// Channels of each resolution, fine to coarse.
    var channels: [Int] { get }
    /// `[N, C, …]` → one map per resolution, fine to coarse.
    func callAsFunction(_ x: Tensor) throws -> [Tensor]
}
