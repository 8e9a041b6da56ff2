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

    /// Overlap (IoU) from which on a prediction counts as a hit.
    static let hit: Float = 0.1

    /// The prediction of the highest score that hits an annotated object, that object, and their overlap (IoU).
    var bestMatch: (prediction: Int, truth: Int, overlap: Float)? {
        for (index, box) in detections.boxes.enumerated() {
            let overlaps = truth.boxes.map { box.intersectionOverUnion($0) }
            guard let most = overlaps.max(), most >= Self.hit, let object = overlaps.firstIndex(of: most) else { continue }
            return (index, object, most)
        }
        return nil
    }

    /// The annotated object that is shown: the one that the best prediction hits, the largest where none is hit, nil where there is none.
    var bestTruth: Int? {
        bestMatch?.truth ?? truth.boxes.indices.max { truth.boxes[$0].volume < truth.boxes[$1].volume }
    }

    /// Where the slices lie: through the best annotated object, else the best prediction, else the middle.
    var focus: SIMD3<Int> {
        let shape = image.volume.shape
        guard let box = bestTruth.map({ truth.boxes[$0] }) ?? detections.boxes.first else { return shape / 2 }
        let bounds = ObjectBounds(box, dimension: 3)
        func inside(_ axis: Int) -> Int { min(max(bounds.middleVoxel(along: axis), 0), shape[axis] - 1) }
        return SIMD3(inside(0), inside(1), inside(2))
    }
}
