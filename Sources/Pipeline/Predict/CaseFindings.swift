import Core
import Imaging
import Inference

/// What a model found in one image, on the grid of that image.
public struct CaseFindings: Sendable {
    /// Where the model saw objects.
    struct Voxels: Sendable {
        let segmentation: Volume<UInt8>
        /// Classes that the segmenter tells apart.
        let classes: Int
        /// Voxels that masks may take.
        let foreground: Volume<UInt8>
        /// Detections of a lower score get no mask.
        let instanceScore: Float

        /// - Parameter placed: takes a map from the grid of the probabilities to that of the findings.
        init(_ probabilities: ClassProbabilities, _ parameters: InstanceParameters, _ placed: (Volume<UInt8>) -> Volume<UInt8>) {
            segmentation = placed(probabilities.labels())
            classes = probabilities.volumes.count
            foreground = placed(probabilities.foreground(above: parameters.foregroundThreshold))
            instanceScore = Float(parameters.scoreThreshold)
        }

        /// The masks of `detections` on a grid of `shape`.
        func masks(
            _ detections: Detections, shape: SIMD3<Int>, dimension: Int, referenceBehaviour: Bool
        ) -> (map: Volume<Int32>, detections: Detections) {
            detections.painted(
                shape: shape, dimension: dimension, threshold: instanceScore, within: foreground, referenceBehaviour: referenceBehaviour)
        }
    }

    public let caseID: String
    /// Boxes in voxels of the image (array order z, y, x), by falling score.
    public let detections: Detections
    public let geometry: Geometry
    let voxels: Voxels?
    /// 2 or 3.
    public let dimension: Int
    /// Names and thresholds of the classes.
    public let legend: ClassLegend
    /// What reading the images noticed, each with the name of its file.
    public let notices: [String]
    /// Whether boxes are painted as the original paints them.
    let referenceBehaviour: Bool

    /// Where the detections lie in the patient, one per detection.
    public var places: [WorldBox] { detections.boxes.map { WorldBox($0, in: geometry, dimension: dimension) } }

    /// The same with the detections that `isKept` keeps.
    func keeping(_ isKept: (_ score: Float, _ label: Int) -> Bool) -> CaseFindings {
        let kept = detections.scores.indices.filter { isKept(detections.scores[$0], detections.labels[$0]) }
        return CaseFindings(
            caseID: caseID, detections: detections.selecting(kept), geometry: geometry, voxels: voxels, dimension: dimension,
            legend: legend, notices: notices, referenceBehaviour: referenceBehaviour)
    }

    /// The detections painted as an instance map, whole boxes.
    var painted: (map: Volume<Int32>, detections: Detections) {
        detections.painted(shape: geometry.size, dimension: dimension, referenceBehaviour: referenceBehaviour)
    }

    /// Where the model saw objects: class + 1 (or 1 for any) per voxel; nil where it was not asked for.
    public var segmentation: Volume<UInt8>? { voxels?.segmentation }

    /// The instance mask (design: predicted foreground inside each box, a voxel in several boxes goes to the highest score) and its
    /// detections, the one of number 1 first; nil without a segmentation.
    public var instances: (map: Volume<Int32>, detections: Detections)? {
        voxels?.masks(detections, shape: geometry.size, dimension: dimension, referenceBehaviour: referenceBehaviour)
    }
}
