import Torch

/// A voxel-wise head on the finest map. It helps the features; boxes do not use it.
public protocol VoxelSegmenter: Module {
    /// Foreground classes, K − 1.
    var classes: Int { get }
    /// `[N, C, …]` → logits `[N, K, …]`, background first.
    func callAsFunction(_ x: Tensor) throws -> Tensor
    /// Weighted losses of `logits`; `target` `[N, …]` int64 holds class + 1 on objects, 0 elsewhere.
    func losses(logits: Tensor, target: Tensor) throws -> (crossEntropy: Tensor, dice: Tensor)
    /// Probability `[N, …]` of any object.
    func foreground(_ logits: Tensor) throws -> Tensor
}
