import Augmentation
import Preprocessing
import Support

extension Patch {
    /// Calls `body` with the patch as a case would show it: cut out of an array of its own size.
    func withView<Result>(_ body: (PatchView) throws -> Result) rethrows -> Result {
        try images.withUnsafeBufferPointer { images in
            try labels.withUnsafeBufferPointer { labels in
                guard let images = images.baseAddress, let labels = labels.baseAddress else { preconditionFailure("an empty patch") }
                return try body(
                    PatchView(
                        images: (0..<channels).map { VolumeView(images + $0 * voxels, shape: size, size: size, outside: 0) },
                        labels: VolumeView(labels, shape: size, size: size, outside: -1)))
            }
        }
    }

    /// A patch to be filled.
    static func empty(channels: Int, size: SIMD3<Int>) -> Patch {
        let voxels = size.x * size.y * size.z
        return Patch(
            images: Array(repeating: .nan, count: channels * voxels), labels: Array(repeating: .max, count: voxels), channels: channels,
            size: size)
    }
}

extension SpatialTransform {
    /// What `deformation` makes of `patch`.
    func cut(_ patch: Patch, _ deformation: Deformation?) -> Patch {
        var result = Patch.empty(channels: patch.channels, size: size)
        patch.withView { view in result.withBuffers { cut(view, deformation, into: $0) } }
        return result
    }

    /// What chance makes of `patch`.
    func cut(_ patch: Patch, using generator: inout SeededGenerator) -> Patch {
        var result = Patch.empty(channels: patch.channels, size: size)
        patch.withView { view in result.withBuffers { _ = cut(view, into: $0, using: &generator) } }
        return result
    }
}
