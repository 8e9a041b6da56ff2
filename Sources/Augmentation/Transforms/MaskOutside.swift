import Support

/// Sets modalities that were normalised inside the nonzero region alone back to 0 outside of it.
public struct MaskOutside: PatchTransform {
    /// Indices of the modalities.
    public let modalities: [Int]

    public init(modalities: [Int]) { self.modalities = modalities }

    public func apply(to patch: inout Patch, using generator: inout SeededGenerator) {
        let voxels = patch.voxels
        patch.images.withUnsafeMutableBufferPointer { images in
            patch.labels.withUnsafeBufferPointer { labels in
                for modality in modalities where modality < patch.channels {
                    for i in 0..<voxels where labels[i] < 0 { images[modality * voxels + i] = 0 }
                }
            }
        }
    }
}
