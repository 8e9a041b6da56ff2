import Support

/// A patch on its way through the transforms.
public struct Patch: Sendable {
    /// Intensities, C order [channels, size].
    public var images: [Float]
    /// Instance ids, C order [size]; −1 outside of the nonzero region and of the image.
    public var labels: [Int32]
    public var channels: Int
    public var size: SIMD3<Int>

    public init(images: [Float], labels: [Int32], channels: Int, size: SIMD3<Int>) {
        self.images = images
        self.labels = labels
        self.channels = channels
        self.size = size
    }

    public var voxels: Int { size.x * size.y * size.z }
}

/// One step of augmentation. What it draws comes from a generator of its own, so that steps do not shift each other's numbers.
public protocol PatchTransform: Sendable {
    func apply(to patch: inout Patch, using generator: inout SeededGenerator)
}
