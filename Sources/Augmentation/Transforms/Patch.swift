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

    /// Calls `body` with the memory of the patch.
    public mutating func withBuffers<Result>(_ body: (PatchBuffers) throws -> Result) rethrows -> Result {
        let (channels, size) = (channels, size)
        return try images.withUnsafeMutableBufferPointer { images in
            try labels.withUnsafeMutableBufferPointer { labels in
                try body(PatchBuffers(images: images, labels: labels, channels: channels, size: size))
            }
        }
    }
}

/// The memory of a patch, for example a place in a batch.
public struct PatchBuffers {
    /// Intensities, C order [channels, size].
    public let images: UnsafeMutableBufferPointer<Float>
    /// Instance ids, C order [size].
    public let labels: UnsafeMutableBufferPointer<Int32>
    public let channels: Int
    public let size: SIMD3<Int>

    public init(images: UnsafeMutableBufferPointer<Float>, labels: UnsafeMutableBufferPointer<Int32>, channels: Int, size: SIMD3<Int>) {
        precondition(images.count == channels * labels.count && labels.count == size.x * size.y * size.z, "the memory must fit the patch")
        self.images = images
        self.labels = labels
        self.channels = channels
        self.size = size
    }

    public var voxels: Int { labels.count }

    /// The intensities of one channel.
    public func channel(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(rebasing: images[index * voxels..<(index + 1) * voxels])
    }
}
