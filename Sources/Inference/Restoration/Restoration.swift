import Boxes
import Core
import Support

/// Takes boxes of a preprocessed case back to the grid of its raw image.
///
/// Undoes, in this order, resampling, transposition, cropping and reorientation. Resampling keeps the outer faces of the image, so
/// index c of n′ voxels is (c + ½) · n / n′ − ½ of n (design, #33). The faces of the object are moved in this way, not the box: the half
/// voxel by which the box rule enlarges it is one of the preprocessed grid before, and one of the image's grid after. The original
/// multiplies the coordinates of the box by the ratio of the spacings; `referenceBehaviour` does the same.
public struct Restoration: Sendable {
    /// Axis of the preprocessed array that becomes axis i of the cropped one.
    let backward: SIMD3<Int>
    private let scale: SIMD3<Double>
    private let offset: SIMD3<Double>
    let orientation: AxisMap
    /// Voxels of the turned image before cropping, and the part that the crop keeps.
    let size: SIMD3<Int>
    let cropLower: SIMD3<Int>
    let sizeAfterCropping: SIMD3<Int>
    private let dimension: Int
    private let referenceBehaviour: Bool

    /// What distinguishes restored boxes of this version from those that others made of the same raw predictions; part of the key of whatever
    /// is made of restored boxes.
    public static func contentKey(referenceBehaviour: Bool) -> String { referenceBehaviour ? "boxes scaled" : "object faces restored" }

    /// - Throws: `Problem` when the case has not been preprocessed or the plan's transposition is none.
    public init(properties: CaseProperties, plan: Plan, referenceBehaviour: Bool = false) throws {
        let axes = plan.transposeBackward.count == 2 ? plan.transposeBackward + [2] : plan.transposeBackward
        guard axes.sorted() == [0, 1, 2] else { throw Problem("transpose_backward", "\(plan.transposeBackward) is not an order of axes") }
        backward = SIMD3(axes[0], axes[1], axes[2])
        orientation = properties.orientation
        guard orientation.isValid else {
            throw Problem("orientation of \(properties.caseID)", "\(orientation.source) is not an order of axes")
        }
        size = properties.sizeBeforeCropping
        cropLower = properties.cropLower
        sizeAfterCropping = properties.sizeAfterCropping
        dimension = plan.dim
        self.referenceBehaviour = referenceBehaviour
        let lower = SIMD3<Double>(properties.cropLower)
        let missing = "is not preprocessed: the properties do not say to which grid it was resampled"
        if referenceBehaviour {
            guard let spacing = properties.spacingAfterResampling else { throw Problem("case \(properties.caseID)", missing) }
            scale = SIMD3(spacing[axes[0]], spacing[axes[1]], spacing[axes[2]]) / properties.spacing
            offset = lower
        } else {
            guard let resampled = properties.sizeAfterResampling, resampled.min() > 0 else {
                throw Problem("case \(properties.caseID)", missing)
            }
            let voxels = SIMD3<Double>(SIMD3(resampled[axes[0]], resampled[axes[1]], resampled[axes[2]]))
            scale = SIMD3<Double>(properties.sizeAfterCropping) / voxels
            offset = lower + 0.5 * scale - 0.5
        }
    }

    /// `detections` with boxes in voxels of the raw image, axes of its array.
    public func imageSpace(_ detections: Detections) -> Detections {
        var result = detections
        result.boxes = detections.boxes.map(imageSpace)
        return result
    }

    /// `box` in voxels of the raw image, axes of its array.
    public func imageSpace(_ box: Box) -> Box {
        guard !referenceBehaviour else {
            let corners = moved(ObjectBounds(lower: SIMD3<Double>(box.lower), upper: SIMD3<Double>(box.upper)))
            var result = Box(lower: SIMD3<Float>(corners.lower), upper: SIMD3<Float>(corners.upper))
            if dimension == 2 { (result.lower.z, result.upper.z) = (0, 1) }
            return result
        }
        return moved(ObjectBounds(box, dimension: dimension)).box(dimension: dimension)
    }

    /// Indices of the preprocessed array as indices of the raw image.
    private func moved(_ bounds: ObjectBounds) -> ObjectBounds {
        var result = bounds
        for axis in 0..<3 {
            let source = backward[axis]
            var lower = bounds.lower[source] * scale[axis] + offset[axis]
            var upper = bounds.upper[source] * scale[axis] + offset[axis]
            if orientation.flipped[axis] {
                let last = Double(size[axis] - 1)
                (lower, upper) = (last - upper, last - lower)
            }
            result.lower[orientation.source[axis]] = lower
            result.upper[orientation.source[axis]] = upper
        }
        return result
    }
}
