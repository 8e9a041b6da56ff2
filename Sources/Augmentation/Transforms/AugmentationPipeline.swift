import Core
import Support

/// The transforms a patch goes through, in order, and the size it must be cut in for them (spec 05, "Transform pipelines").
public struct AugmentationPipeline: Sendable {
    public let patchSize: SIMD3<Int>
    public let generatorSize: SIMD3<Int>
    public let transforms: [any PatchTransform]
    /// What to tell the user once: augmentation that was asked for and is not applied; nil where all of it is.
    public let notice: String?

    public init(patchSize: SIMD3<Int>, generatorSize: SIMD3<Int>, transforms: [any PatchTransform], notice: String? = nil) {
        self.patchSize = patchSize
        self.generatorSize = generatorSize
        self.transforms = transforms
        self.notice = notice
    }

    /// Nothing but the middle of the patch: for validation, and for training with `noaug`.
    public static func plain(patchSize: SIMD3<Int>) -> AugmentationPipeline {
        AugmentationPipeline(patchSize: patchSize, generatorSize: patchSize, transforms: [CenterCrop(size: patchSize)])
    }

    /// Mirroring along `axes`, then 0 outside of the nonzero region for the modalities marked in `masked`.
    ///
    /// The patch is cut in its final size: mirroring needs no margin (design, #16).
    ///
    /// - Parameter notice: what is not applied of the configuration.
    public static func mirroring(patchSize: SIMD3<Int>, axes: [Int], masked: [Bool] = [], notice: String? = nil) -> AugmentationPipeline {
        AugmentationPipeline(
            patchSize: patchSize, generatorSize: patchSize,
            transforms: [
                CenterCrop(size: patchSize), Mirror(axes: axes), MaskOutside(modalities: masked.indices.filter { masked[$0] }),
            ], notice: notice)
    }

    /// The sentence for `notice` about the augmentation named `name`.
    public static func notice(name: String, missing: [String]) -> String? {
        guard !missing.isEmpty else { return nil }
        return "Augmentation '\(name)': of what it asks for only mirroring is applied so far; left out: \(missing.joined(separator: ", "))."
    }

    /// Applies all transforms, each with a generator split off by its place.
    func apply(to patch: inout Patch, using generator: SeededGenerator) {
        for (index, transform) in transforms.enumerated() {
            var own = generator.split(UInt64(index))
            transform.apply(to: &patch, using: &own)
        }
    }
}
