import Boxes
import Foundation
import Imaging

/// Where an annotated object is, before it is painted into the voxels of its image.
public enum AnnotatedShape: Sendable, Equatable {
    /// A box along the axes of the image, from face to face in continuous voxel indices (array order; whole numbers are voxel centres).
    case voxels(lower: SIMD3<Double>, upper: SIMD3<Double>)
    /// A box in the patient, in mm (LPS): its middle, its sides, and their directions.
    case box(center: SIMD3<Double>, size: SIMD3<Double>, axes: [SIMD3<Double>])
    /// A ball in the patient, in mm (LPS).
    case ball(center: SIMD3<Double>, radius: Double)
    /// A ball around a voxel (array order), its radius in mm.
    case ballAtVoxel(SIMD3<Double>, radius: Double)

    /// A box in the patient with sides along x, y, z.
    public static func box(lower: SIMD3<Double>, upper: SIMD3<Double>) -> AnnotatedShape {
        .box(center: (lower + upper) / 2, size: upper - lower, axes: [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)])
    }

    /// The voxels of a grid whose centres lie in the shape, and whether the shape reaches out of the grid.
    ///
    /// A box along the axes of the grid has at least one voxel along each (`ObjectBounds.voxels(along:)`); of another shape that holds no centre it
    /// is the voxel nearest to its middle.
    ///
    /// - Returns: offsets in C order; none where the shape lies outside.
    public func voxels(of geometry: Geometry) -> (offsets: [Int], isCut: Bool) {
        switch self {
        case .voxels(let lower, let upper):
            return Self.offsets(ObjectBounds(lower: lower, upper: upper), geometry)
        case .box(let center, let size, let axes):
            if let bounds = Self.bounds(center, size, axes, in: geometry) { return Self.offsets(bounds, geometry) }
            // The corners tell which voxels have to be looked at.
            var reach = SIMD3<Double>.zero
            for axis in 0..<3 {
                let side = geometry.index(of: geometry.origin + axes[axis] * (size[axis] / 2))
                for row in 0..<3 { reach[row] += abs(side[row]) }
            }
            return Self.offsets(around: geometry.index(of: center), reach, geometry) { position in
                let offset = position - center
                return (0..<3).allSatisfy { abs((offset * axes[$0]).sum()) <= size[$0] / 2 + 1e-6 }
            }
        case .ball(let center, let radius):
            return Self.offsets(around: geometry.index(of: center), radius / geometry.spacing, geometry) { position in
                let offset = position - center
                return (offset * offset).sum() <= radius * radius + 1e-6
            }
        case .ballAtVoxel(let index, let radius):
            return AnnotatedShape.ball(center: geometry.position(of: index), radius: radius).voxels(of: geometry)
        }
    }

    /// The first whole number from `value` on; numbers that no image reaches become one that none reaches either.
    private static func whole(_ value: Double) -> Int {
        value.isNaN ? 1_000_000_000 : Int(Swift.min(Swift.max(value.rounded(.up), -1e9), 1e9))
    }

    /// A box in the patient whose sides follow the axes of the grid, in its voxels; nil where they do not.
    private static func bounds(
        _ center: SIMD3<Double>, _ size: SIMD3<Double>, _ axes: [SIMD3<Double>], in geometry: Geometry
    ) -> ObjectBounds? {
        var reach = SIMD3<Double>.zero
        for axis in 0..<3 {
            let direction = geometry.directionOfAxis(axis)
            // Directions in files have six or seven digits.
            guard let side = axes.firstIndex(where: { abs(abs(($0 * direction).sum()) - 1) < 1e-6 }) else { return nil }
            reach[axis] = size[side] / geometry.spacing[axis] / 2
        }
        let middle = geometry.index(of: center)
        return ObjectBounds(lower: middle - reach, upper: middle + reach)
    }

    private static func offsets(_ bounds: ObjectBounds, _ geometry: Geometry) -> (offsets: [Int], isCut: Bool) {
        let size = geometry.size
        let ranges = (0..<3).map { bounds.voxels(along: $0) }
        let inside = (0..<3).map { ranges[$0].clamped(to: 0..<size[$0]) }
        var offsets: [Int] = []
        for i in inside[0] {
            for j in inside[1] {
                for k in inside[2] { offsets.append((i * size.y + j) * size.z + k) }
            }
        }
        return (offsets, ranges != inside)
    }

    private static func offsets(
        around middle: SIMD3<Double>, _ reach: SIMD3<Double>, _ geometry: Geometry, isInside: (SIMD3<Double>) -> Bool
    ) -> (offsets: [Int], isCut: Bool) {
        let ranges = (0..<3).map { axis in
            let first = whole(middle[axis] - reach[axis] - 1e-6)
            return first..<Swift.max(first, whole(middle[axis] + reach[axis] + 1e-6))
        }
        return offsets(ranges, middle: middle, geometry, isInside: isInside)
    }

    private static func offsets(
        _ ranges: [Range<Int>], middle: SIMD3<Double>, _ geometry: Geometry, isInside: (SIMD3<Double>) -> Bool
    ) -> (offsets: [Int], isCut: Bool) {
        let size = geometry.size
        guard (0..<3).allSatisfy({ middle[$0].isFinite }) else { return ([], true) }
        let inside = (0..<3).map { ranges[$0].clamped(to: 0..<size[$0]) }
        var offsets: [Int] = []
        for i in inside[0] {
            for j in inside[1] {
                for k in inside[2] where isInside(geometry.position(of: SIMD3(Double(i), Double(j), Double(k)))) {
                    offsets.append((i * size.y + j) * size.z + k)
                }
            }
        }
        let isCut = (0..<3).contains { !ranges[$0].isEmpty && inside[$0] != ranges[$0] }
        if offsets.isEmpty {
            let nearest = (0..<3).map { Int(Swift.min(Swift.max(middle[$0].rounded(), -1e9), 1e9)) }
            guard (0..<3).allSatisfy({ (0..<size[$0]).contains(nearest[$0]) }) else { return ([], true) }
            offsets = [(nearest[0] * size.y + nearest[1]) * size.z + nearest[2]]
        }
        return (offsets, isCut)
    }
}
