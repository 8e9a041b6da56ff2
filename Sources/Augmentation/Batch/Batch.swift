import Core

/// Patches of one training step, as plain buffers that may cross threads.
public struct Batch: Sendable {
    /// Intensities, C order `[B, C, p0, p1, p2]`.
    public var images: [Float]
    /// Instance ids, 0 background, C order `[B, p0, p1, p2]`.
    public var segmentation: [Int32]
    /// Objects of each patch: boxes of their visible voxels by the box rule (spec 05), and classes.
    public var truths: [GroundTruth]
    /// Voxels of a patch along its axes; 1 on axis 2 in 2D.
    public var size: SIMD3<Int>
    /// Case of each patch.
    public var keys: [String]

    public init(images: [Float], segmentation: [Int32], truths: [GroundTruth], size: SIMD3<Int>, keys: [String]) {
        self.images = images
        self.segmentation = segmentation
        self.truths = truths
        self.size = size
        self.keys = keys
    }
}
