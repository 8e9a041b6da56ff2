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

    /// Side of the cube (of the square in 2D) that is as large as `box`: mm, or voxels without a spacing.
    public func size(of box: Box) -> Double {
        let spacing = spacing ?? SIMD3(repeating: 1)
        let volume = box.preciseVolume * spacing.x * spacing.y * (dimension == 2 ? 1 : spacing.z)
        return dimension == 2 ? volume.squareRoot() : cbrt(volume)
    }
}
