import Support

/// Sets modalities that were normalised inside the nonzero region alone back to 0 outside of it.
public struct MaskOutside: PatchTransform {
    /// Indices of the modalities.
    public let modalities: [Int]

    public init(modalities: [Int]) { self.modalities = modalities }

    public var name: String { "mask" }

    public func apply(to patch: PatchBuffers, using generator: inout SeededGenerator) -> Bool {
        for modality in modalities where modality < patch.channels {
            let values = patch.channel(modality)
            for index in 0..<patch.voxels where patch.labels[index] < 0 { values[index] = 0 }
        }
        // Part of every patch, not a change by chance.
        return false
    }
}
