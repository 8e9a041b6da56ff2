import Foundation
import Support

/// Rotation, scaling and elastic deformation, then the middle of the patch, in one interpolation (spec 05, "Spatial").
public struct SpatialTransform: PatchTransform {
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
    package var order = DeformedSampling.Order.cubic
    /// What stands where the patch had no voxel.
    public var fill: Float = 0
    public var labelFill: Int32 = 0

    public init(size: SIMD3<Int>) { self.size = size }

    public func apply(to patch: inout Patch, using generator: inout SeededGenerator) {
        guard let deformation = draw(using: &generator) else { return CenterCrop(size: size).apply(to: &patch, using: &generator) }
        apply(deformation, to: &patch)
    }

    /// The shape that axes are counted in: a 2D patch is one slice.
    private func sliced(_ shape: SIMD3<Int>) -> SIMD3<Int> { inSlices && size.z == 1 ? SIMD3(1, shape.x, shape.y) : shape }

    /// Applies `deformation` to images and labels.
    package func apply(_ deformation: Deformation, to patch: inout Patch) {
        let (source, target) = (sliced(patch.size), sliced(size))
        let sampling = DeformedSampling(deformation, from: source, to: target, inSlices: inSlices)
        let voxels = target.x * target.y * target.z
        let images = [Float](unsafeUninitializedCapacity: patch.channels * voxels) { result, count in
            patch.images.withUnsafeBufferPointer { images in
                guard let from = images.baseAddress, let to = result.baseAddress else { return }
                for channel in 0..<patch.channels {
                    sampling.values(of: from + channel * patch.voxels, order: order, fill: fill, into: to + channel * voxels)
                }
            }
            count = patch.channels * voxels
        }
        let labels = [Int32](unsafeUninitializedCapacity: voxels) { result, count in
            patch.labels.withUnsafeBufferPointer { labels in
                guard let from = labels.baseAddress, let to = result.baseAddress else { return }
                sampling.nearest(of: from, fill: labelFill, into: to)
            }
            count = voxels
        }
        patch.images = images
        patch.labels = labels
        patch.size = size
    }

    /// What happens to one patch, nil where nothing does.
    package func draw(using generator: inout SeededGenerator) -> Deformation? {
        var deformation = Deformation()
        var changed = false
        if let elastic, generator.chance(elastic.probability) {
            deformation.displacements = displacements(elastic, using: &generator)
            changed = true
        }
        if let rotation, generator.chance(rotation.probability) {
            var angles = SIMD3<Double>()
            if inSlices {
                angles.x = generator.uniform(in: rotation.angles[0]) * .pi / 180
            } else {
                for axis in 0..<3 { angles[axis] = generator.uniform(in: rotation.angles[axis]) * .pi / 180 }
            }
            deformation.rotate(angles)
            changed = true
        }
        if let scaling, generator.chance(scaling.probability) {
            var factors = SIMD3(repeating: generator.factor(in: scaling.range))
            if scaling.independent { for axis in 1..<3 { factors[axis] = generator.factor(in: scaling.range) } }
            if inSlices { factors.x = 1 }
            deformation.scale(factors)
            changed = true
        }
        return changed ? deformation : nil
    }

    private func displacements(_ elastic: Elastic, using generator: inout SeededGenerator) -> [[Float]] {
        let alpha = Float(generator.uniform(in: elastic.alpha))
        let smoothing = GaussianFilter(sigma: generator.uniform(in: elastic.sigma), border: .zero)
        // In slices one field serves all of them, and nothing moves from slice to slice.
        let size = sliced(size)
        let shape = inSlices ? SIMD3(1, size.y, size.z) : size
        let count = shape.x * shape.y * shape.z
        return (0..<3).map { axis in
            if inSlices && axis == 0 { return [Float](repeating: 0, count: size.x * count) }
            var field = (0..<count).map { _ in Float(generator.uniform(-1, 1)) }
            field.withUnsafeMutableBufferPointer { field in
                if let base = field.baseAddress { smoothing.apply(base, shape, axes: inSlices ? [1, 2] : [0, 1, 2]) }
                for index in field.indices { field[index] *= alpha }
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
