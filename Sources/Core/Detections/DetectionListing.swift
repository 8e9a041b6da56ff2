import Boxes
import Imaging

/// What `<case>_boxes.json` tells people: every detection with its place in voxels and, in image space, in the patient.
struct DetectionListing: Encodable {
    struct Entry: Encodable {
        let score: Float
        let label: Int
        let name: String?
        /// Voxels, array order (z, y, x).
        let lower: [Float]
        let upper: [Float]
        /// Middle of the box in the patient: x, y, z in mm (LPS).
        let centerMM: [Double]?
        /// Side lengths in mm, array order.
        let sizeMM: [Double]?

        enum CodingKeys: String, CodingKey {
            case score, label, name, lower, upper
            case centerMM = "center_mm_lps"
            case sizeMM = "size_mm"
        }
    }

    let formatVersion = 1
    let caseID: String
    let isRestored: Bool
    let detections: [Entry]

    enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case caseID = "case_id"
        case isRestored = "restored"
        case detections
    }

    init(_ prediction: CasePrediction, _ detections: Detections, classNames: [String]) {
        caseID = prediction.caseID
        isRestored = prediction.isRestored
        let geometry = prediction.geometry
        let axes = 0..<prediction.dimension
        self.detections = detections.boxes.indices.map { index in
            let box = detections.boxes[index]
            let label = detections.labels[index]
            var middle = SIMD3<Double>(box.center)
            // The one voxel of a 2D image on axis 2 has its centre at 0.
            if prediction.dimension == 2 { middle.z = 0 }
            let center = geometry.position(of: middle)
            let size = SIMD3<Double>(box.size) * geometry.spacing
            return Entry(
                score: detections.scores[index], label: label, name: classNames.indices.contains(label) ? classNames[label] : nil,
                lower: axes.map { box.lower[$0] }, upper: axes.map { box.upper[$0] },
                centerMM: prediction.isRestored ? [center.x, center.y, center.z] : nil,
                sizeMM: prediction.isRestored ? axes.map { size[$0] } : nil)
        }
    }
}
