import Boxes
import Core
import Imaging

/// What is to be seen of one case: its image, the annotated objects and what was found.
public struct CasePicture: Sendable {
    public let caseID: String
    public let image: Image<Float>
    /// Boxes in voxels of the image.
    public let truth: GroundTruth
    /// Boxes in voxels of the image.
    public let detections: Detections
    /// Names by class id.
    public let classNames: [String]

    public init(caseID: String, image: Image<Float>, truth: GroundTruth, detections: Detections, classNames: [String]) {
        self.caseID = caseID
        self.image = image
        self.truth = truth
        self.detections = detections.sortedByScore()
        self.classNames = classNames
    }

    func className(_ label: Int) -> String { classNames.indices.contains(label) ? classNames[label] : "class \(label)" }

    /// The annotated object that a prediction meets best; the largest where none does, nil where there is none.
    var bestTruth: Int? {
        let overlaps = truth.boxes.map { box in detections.boxes.map { $0.intersectionOverUnion(box) }.max() ?? 0 }
        guard let most = overlaps.max() else { return nil }
        if most > 0 { return overlaps.firstIndex(of: most) }
        return truth.boxes.indices.max { truth.boxes[$0].volume < truth.boxes[$1].volume }
    }

    /// Overlap (IoU) of the best annotated object with the prediction that meets it best.
    var bestOverlap: (prediction: Int, overlap: Float)? {
        guard let best = bestTruth else { return nil }
        let box = truth.boxes[best]
        let overlaps = detections.boxes.map { $0.intersectionOverUnion(box) }
        guard let most = overlaps.max(), most > 0, let index = overlaps.firstIndex(of: most) else { return nil }
        return (index, most)
    }

    /// Where the slices lie: through the best annotated object, else the best prediction, else the middle.
    var focus: SIMD3<Int> {
        let shape = image.volume.shape
        let center =
            bestTruth.map { truth.boxes[$0].center } ?? detections.boxes.first?.center ?? SIMD3<Float>(shape) / 2
        func inside(_ value: Float, _ count: Int) -> Int { min(max(Int(value.rounded()), 0), count - 1) }
        return SIMD3(inside(center.x, shape.x), inside(center.y, shape.y), inside(center.z, shape.z))
    }
}
