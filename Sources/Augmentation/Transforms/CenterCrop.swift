import Support

/// Cuts the middle out of a patch.
public struct CenterCrop: PatchTransform {
    public let size: SIMD3<Int>

    public init(size: SIMD3<Int>) { self.size = size }

    public func apply(to patch: inout Patch, using generator: inout SeededGenerator) {
        guard patch.size != size else { return }
        let start = (patch.size &- size) / 2
        var images: [Float] = []
        images.reserveCapacity(patch.channels * size.x * size.y * size.z)
        for channel in 0..<patch.channels { Self.crop(patch.images, channel * patch.voxels, patch.size, start, size, &images) }
        var labels: [Int32] = []
        labels.reserveCapacity(size.x * size.y * size.z)
        Self.crop(patch.labels, 0, patch.size, start, size, &labels)
        patch.images = images
        patch.labels = labels
        patch.size = size
    }

    private static func crop<Element>(
        _ source: [Element], _ offset: Int, _ shape: SIMD3<Int>, _ start: SIMD3<Int>, _ size: SIMD3<Int>, _ target: inout [Element]
    ) {
        for i in start.x..<start.x + size.x {
            for j in start.y..<start.y + size.y {
                let row = offset + (i * shape.y + j) * shape.z + start.z
                target.append(contentsOf: source[row..<row + size.z])
            }
        }
    }
}
