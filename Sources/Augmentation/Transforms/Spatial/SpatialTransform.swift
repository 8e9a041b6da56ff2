import Core
import Foundation
import Preprocessing
import Support

/// Rotation, scaling and elastic deformation, then the middle of the patch, in one interpolation (spec 05, "Spatial").
public struct SpatialTransform: Sendable {
    /// Smoothed random displacements.
    public struct Elastic: Sendable, Equatable {
        public var probability: Double
        /// Size of the displacements before smoothing, in voxels.
        public var alpha: ClosedRange<Double>
        /// Standard deviation of the smoothing, in voxels.
        public var sigma: ClosedRange<Double>

        public init(probability: Double, alpha: ClosedRange<Double>, sigma: ClosedRange<Double>) {
            self.probability = probability
            self.alpha = alpha
            self.sigma = sigma
        }
    }

    public struct Rotation: Sendable, Equatable {
        public var probability: Double
        /// Degrees about axes 0, 1, 2; in slices only the first one, within the slice.
        public var angles: [ClosedRange<Double>]

        public init(probability: Double, angles: [ClosedRange<Double>]) {
            self.probability = probability
            self.angles = angles
        }
    }

    public struct Scaling: Sendable, Equatable {
        public var probability: Double
        /// Of the factors on the positions: above 1 objects get smaller.
        public var range: ClosedRange<Double>
        /// Whether each axis has a factor of its own.
        public var independent: Bool

        public init(probability: Double, range: ClosedRange<Double>, independent: Bool) {
            self.probability = probability
            self.range = range
            self.independent = independent
        }
    }

    /// Of the patch that is left.
    public var size: SIMD3<Int>
    public var elastic: Elastic?
    public var rotation: Rotation?
    public var scaling: Scaling?
    /// Each slice of axis 0 by itself, all in the same way: for anisotropic patches, and for 2D ones, which are single slices.
    public var inSlices = false
    /// Where in the larger patch; nil: in its middle.
    public var randomCrop: RandomCrop?
    package var order = DeformedSampling.Order.cubic
    package var labelOrder = DeformedSampling.Order.nearest
    /// How the larger patch goes on beyond its ends.
    public var border = Configuration.Augmentation.BorderMode.constant
    public var labelBorder = Configuration.Augmentation.BorderMode.constant
    /// What stands where it does so with one value.
    public var fill: Float = 0
    public var labelFill: Int32 = 0

    public init(size: SIMD3<Int>) { self.size = size }

    /// Cuts the patch out of `view`, deformed by chance; without that its middle as it is.
    ///
    /// - Returns: the names of the changes that were made.
    @discardableResult
    public func cut(_ view: PatchView, into patch: PatchBuffers, using generator: inout SeededGenerator) -> [String] {
        // Slices do not change their places.
        let axes = isPlanar ? [0, 1] : inSlices ? [1, 2] : [0, 1, 2]
        guard var deformation = draw(using: &generator) else {
            cut(view, nil, from: randomCrop?.start(view.size, size, axes: axes, using: &generator), into: patch)
            return []
        }
        if let randomCrop {
            let offset = randomCrop.offset(view.size, size, axes: axes, using: &generator)
            deformation.offset = isPlanar ? SIMD3(0, offset.x, offset.y) : offset
        }
        cut(view, deformation, into: patch)
        return deformation.parts
    }

    /// Whether the patch is one slice with its axes in places 0 and 1.
    private var isPlanar: Bool { inSlices && size.z == 1 }

    /// Cuts the patch out of `view`, deformed by `deformation`; without one, as it is from voxel `start` on, by default the middle.
    package func cut(_ view: PatchView, _ deformation: Deformation?, from start: SIMD3<Int>? = nil, into patch: PatchBuffers) {
        precondition(patch.size == size && patch.channels == view.images.count, "the memory must be of the patch's size")
        guard let labels = patch.labels.baseAddress else { return }
        guard let deformation else {
            // As in the original: the voxels themselves, not an interpolation that would change nothing.
            let start = start ?? (view.size &- size) / 2
            for (channel, image) in view.images.enumerated() {
                if let target = patch.channel(channel).baseAddress { image.copy(from: start, size: size, to: target) }
            }
            return view.labels.copy(from: start, size: size, to: labels)
        }
        let (source, target) = isPlanar ? (view.labels.asSlice.size, SIMD3(1, size.x, size.y)) : (view.size, size)
        let sampling = DeformedSampling(deformation, from: source, to: target, inSlices: inSlices)
        for (channel, image) in view.images.enumerated() {
            guard let target = patch.channel(channel).baseAddress else { continue }
            sampling.values(of: isPlanar ? image.asSlice : image, order: order, border: border, fill: fill, into: target)
        }
        sampling.labels(
            of: isPlanar ? view.labels.asSlice : view.labels, order: labelOrder, border: labelBorder, fill: labelFill, into: labels)
    }

    /// What happens to one patch, nil where nothing does.
    package func draw(using generator: inout SeededGenerator) -> Deformation? {
        var deformation = Deformation()
        if let elastic, generator.chance(elastic.probability) {
            deformation.displacements = displacements(elastic, using: &generator)
            deformation.parts.append("elastic deformation")
        }
        if let rotation, generator.chance(rotation.probability) {
            var angles = SIMD3<Double>()
            if inSlices {
                angles.x = generator.uniform(in: rotation.angles[0]) * .pi / 180
            } else {
                for axis in 0..<3 { angles[axis] = generator.uniform(in: rotation.angles[axis]) * .pi / 180 }
            }
            deformation.rotate(angles)
            deformation.parts.append("rotation")
        }
        if let scaling, generator.chance(scaling.probability) {
            var factors = SIMD3(repeating: generator.factor(in: scaling.range))
            if scaling.independent { for axis in 1..<3 { factors[axis] = generator.factor(in: scaling.range) } }
            if inSlices { factors.x = 1 }
            deformation.scale(factors)
            deformation.parts.append("scaling")
        }
        return deformation.parts.isEmpty ? nil : deformation
    }

    private func displacements(_ elastic: Elastic, using generator: inout SeededGenerator) -> [[Float]] {
        let alpha = Float(generator.uniform(in: elastic.alpha))
        let smoothing = GaussianFilter(sigma: generator.uniform(in: elastic.sigma), border: .zero)
        // In slices one field serves all of them, and nothing moves from slice to slice.
        let size = inSlices && size.z == 1 ? SIMD3(1, size.x, size.y) : size
        let shape = inSlices ? SIMD3(1, size.y, size.z) : size
        let count = shape.x * shape.y * shape.z
        return (0..<3).map { axis in
            if inSlices && axis == 0 { return [Float](repeating: 0, count: size.x * count) }
            var field = [Float](unsafeUninitializedCapacity: count) { field, initialized in
                for index in 0..<count { field.initializeElement(at: index, to: Float(generator.uniform(-1, 1)) * alpha) }
                initialized = count
            }
            field.withUnsafeMutableBufferPointer { field in
                if let base = field.baseAddress { smoothing.apply(base, shape, axes: inSlices ? [1, 2] : [0, 1, 2]) }
            }
            return inSlices ? (0..<size.x).flatMap { _ in field } : field
        }
    }
}

extension SeededGenerator {
    /// Uniform between the ends of `range`.
    mutating func uniform(in range: ClosedRange<Double>) -> Double { uniform(range.lowerBound, range.upperBound) }

    /// A factor below 1 or above 1 with equal chances, uniform on either side, where `range` has both (spec 05, "Details").
    mutating func factor(in range: ClosedRange<Double>) -> Double {
        if chance(0.5) && range.lowerBound < 1 { return uniform(range.lowerBound, min(1, range.upperBound)) }
        return uniform(min(max(range.lowerBound, 1), range.upperBound), range.upperBound)
    }
}
