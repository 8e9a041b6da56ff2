import Foundation

/// Where each voxel of a patch is taken from: a linear map about the centres, and displacements before it (spec 05, "Spatial").
///
/// An output voxel at `o` from the centre shows the input at `(o + displacement(o)) · matrix` from its centre, and
/// `offset` further; rows as in the original: a position is a row vector over the array axes.
package struct Deformation: Sendable {
    /// Rows of the matrix.
    package var rows: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) = (SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1))
    /// From the centre of the input to where the output's centre is taken from.
    package var offset = SIMD3<Double>()
    /// Per axis one value for each output voxel, in voxels; nil without displacements.
    package var displacements: [[Float]]?
    /// What it is made of, for people.
    package var parts: [String] = []

    package init() {}

    /// Whether no axis depends on another.
    var isScaling: Bool {
        displacements == nil && rows.0.y == 0 && rows.0.z == 0 && rows.1.x == 0 && rows.1.z == 0 && rows.2.x == 0 && rows.2.y == 0
    }

    /// Turns by angles (radians) about axes 0, 1 and 2, in this order.
    package mutating func rotate(_ angles: SIMD3<Double>) {
        for axis in 0..<3 where angles[axis] != 0 { multiply(Self.rotation(about: axis, angles[axis])) }
    }

    /// Stretches the positions: factors above 1 make objects smaller.
    package mutating func scale(_ factors: SIMD3<Double>) {
        rows = (rows.0 * factors, rows.1 * factors, rows.2 * factors)
    }

    private mutating func multiply(_ other: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)) {
        func product(_ row: SIMD3<Double>) -> SIMD3<Double> { row.x * other.0 + row.y * other.1 + row.z * other.2 }
        rows = (product(rows.0), product(rows.1), product(rows.2))
    }

    private static func rotation(about axis: Int, _ angle: Double) -> (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) {
        let (c, s) = (cos(angle), sin(angle))
        return switch axis {
        case 0: (SIMD3(1, 0, 0), SIMD3(0, c, -s), SIMD3(0, s, c))
        case 1: (SIMD3(c, 0, s), SIMD3(0, 1, 0), SIMD3(-s, 0, c))
        default: (SIMD3(c, -s, 0), SIMD3(s, c, 0), SIMD3(0, 0, 1))
        }
    }
}
