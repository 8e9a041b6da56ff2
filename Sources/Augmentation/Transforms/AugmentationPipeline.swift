import Core
import Support

/// The transforms a patch goes through, in order, and the size it must be cut in for them (spec 05, "Transform pipelines").
public struct AugmentationPipeline: Sendable {
    public let patchSize: SIMD3<Int>
    public let generatorSize: SIMD3<Int>
    public let transforms: [any PatchTransform]

    public init(patchSize: SIMD3<Int>, generatorSize: SIMD3<Int>, transforms: [any PatchTransform]) {
        self.patchSize = patchSize
        self.generatorSize = generatorSize
        self.transforms = transforms
    }

    /// Nothing but the middle of the patch: for validation, and for training with `noaug`.
    public static func plain(patchSize: SIMD3<Int>) -> AugmentationPipeline {
        AugmentationPipeline(patchSize: patchSize, generatorSize: patchSize, transforms: [CenterCrop(size: patchSize)])
    }

    /// Applies all transforms, each with a generator split off by its place.
    package func apply(to patch: inout Patch, using generator: SeededGenerator) {
        for (index, transform) in transforms.enumerated() {
            var own = generator.split(UInt64(index))
            transform.apply(to: &patch, using: &own)
        }
    }
}
