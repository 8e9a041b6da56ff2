import Boxes
import Imaging

/// Where a detected object lies in the patient, from outer face to outer face (`ObjectBounds`).
public struct WorldBox: Sendable, Equatable {
    /// Middle: x, y, z in mm (LPS).
    public let center: SIMD3<Double>
    /// Lengths in mm along axes 0, 1, 2 of the image's array.
    public let size: SIMD3<Double>
    /// The directions (LPS) of axes 0, 1, 2.
    public let axes: [SIMD3<Double>]

    /// - Parameters:
    ///   - box: in voxels of the image.
    ///   - geometry: the grid of the image.
    ///   - dimension: 2 where the image has one voxel on axis 2, whose centre is at 0.
    public init(_ box: Box, in geometry: Geometry, dimension: Int = 3) {
        let bounds = ObjectBounds(box, dimension: dimension)
        center = geometry.position(of: bounds.center)
        size = bounds.size * geometry.spacing
        axes = (0..<3).map(geometry.directionOfAxis)
    }

    /// Half the extent along the patient's x, y, z of the box whose sides follow the image's axes.
    private var reach: SIMD3<Double> {
        var reach = SIMD3<Double>.zero
        for (axis, direction) in axes.enumerated() {
            for row in 0..<3 { reach[row] += abs(direction[row]) * size[axis] / 2 }
        }
        return reach
    }

    /// Smallest x, y, z (LPS, mm) of any part of the object's box.
    public var lower: SIMD3<Double> { center - reach }
    /// Largest x, y, z (LPS, mm) of any part of the object's box.
    public var upper: SIMD3<Double> { center + reach }
}
