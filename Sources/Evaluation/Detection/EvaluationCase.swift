import Boxes
import Core
import Foundation

/// One image to be evaluated: what was found, what is annotated, both in voxels of the same grid.
public struct EvaluationCase: Sendable {
    public var id: String
    public var detections: Detections
    public var truth: GroundTruth
    /// Millimetres per voxel along each axis; nil where that is not known, sizes are then in voxels.
    public var spacing: SIMD3<Double>?
    /// 2 or 3.
    public var dimension: Int

    public init(id: String, detections: Detections, truth: GroundTruth, spacing: SIMD3<Double>? = nil, dimension: Int = 3) {
        self.id = id
        self.detections = detections
        self.truth = truth
        self.spacing = spacing
        self.dimension = dimension
    }

    /// Side of the cube (of the square in 2D) that is as large as the object of `box`, from outer face to outer face, in mm; without a spacing
    /// as large as the box, in voxels.
    public func size(of box: Box) -> Double {
        guard let sides = sides(of: box) else {
            return dimension == 2 ? box.preciseVolume.squareRoot() : cbrt(box.preciseVolume)
        }
        return dimension == 2 ? (sides.x * sides.y).squareRoot() : cbrt(sides.x * sides.y * sides.z)
    }

    /// Lengths of the object of `box` along axes 0, 1, 2, from outer face to outer face, in mm; nil without a spacing.
    public func sides(of box: Box) -> SIMD3<Double>? {
        spacing.map { ObjectBounds(box, dimension: dimension).size * $0 }
    }
}
