import Core
import Preprocessing
import Support

/// How a patch is cut and the transforms it goes through then, in order (spec 05, "Transform pipelines").
public struct AugmentationPipeline: Sendable {
    /// Cuts the patch out of a larger one.
    public let spatial: SpatialTransform
    /// The size of the larger one.
    public let generatorSize: SIMD3<Int>
    public let transforms: [any PatchTransform]
    /// Channels of the case that the patch has, in this order; nil: all.
    public let channels: [Int]?

    public init(
        spatial: SpatialTransform, generatorSize: SIMD3<Int>, transforms: [any PatchTransform], channels: [Int]? = nil
    ) {
        self.channels = channels
        self.spatial = spatial
        self.generatorSize = generatorSize
        self.transforms = transforms
    }

    /// Nothing but the middle of the patch: for validation, and for training with `noaug`.
    public static func plain(patchSize: SIMD3<Int>, channels: [Int]? = nil) -> AugmentationPipeline {
        AugmentationPipeline(spatial: SpatialTransform(size: patchSize), generatorSize: patchSize, transforms: [], channels: channels)
    }

    public var patchSize: SIMD3<Int> { spatial.size }

    /// Makes a patch of what `view` shows (of `generatorSize`): only what is needed of it is read.
    ///
    /// Each step has a generator split off by its place.
    ///
    /// - Returns: the names of the changes that were made.
    /// - Throws: `Problem` naming the transform that failed.
    @discardableResult
    public func cut(_ view: PatchView, into patch: PatchBuffers, using generator: SeededGenerator) throws -> [String] {
        var own = generator.split(0)
        let seen = channels.map { PatchView(images: $0.map { view.images[$0] }, labels: view.labels) } ?? view
        var changes = spatial.cut(seen, into: patch, using: &own)
        for (index, transform) in transforms.enumerated() {
            var own = generator.split(UInt64(index + 1))
            do {
                if try transform.apply(to: patch, using: &own) { changes.append(transform.name) }
            } catch { throw Problem("transform \(transform.name)", "\(error)") }
        }
        return changes
    }
}
