import Core
import Imaging

/// What a model found in one image, on the grid of that image.
public struct CaseFindings: Sendable {
    public let caseID: String
    /// Boxes in voxels of the image (array order z, y, x), by falling score.
    public let detections: Detections
    public let geometry: Geometry
    /// Where the model saw objects: class + 1 (or 1 for any) per voxel; nil where it was not asked for.
    public let segmentation: Volume<UInt8>?
    /// 2 or 3.
    public let dimension: Int
    /// Names and thresholds of the classes.
    public let legend: ClassLegend

    /// Where the detections lie in the patient, one per detection.
    public var places: [WorldBox] { detections.boxes.map { WorldBox($0, in: geometry, dimension: dimension) } }

    /// The same with the detections that `isKept` keeps.
    func keeping(_ isKept: (_ score: Float, _ label: Int) -> Bool) -> CaseFindings {
        let kept = detections.scores.indices.filter { isKept(detections.scores[$0], detections.labels[$0]) }
        return CaseFindings(
            caseID: caseID, detections: detections.selecting(kept), geometry: geometry, segmentation: segmentation, dimension: dimension,
            legend: legend)
    }

    /// The instance mask (design: predicted foreground inside each box, a voxel in several boxes goes to the highest score) and its
    /// detections, the one of number 1 first; nil without a segmentation.
    public var instances: (map: Volume<Int32>, detections: Detections)? {
        segmentation.map { detections.painted(shape: geometry.size, within: $0) }
    }
}
