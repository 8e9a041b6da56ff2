import Boxes
import Imaging

/// What `<case>_boxes.json` tells people: every detection with its place in voxels and, in image space, in the patient.
struct DetectionListing: Encodable {
    struct Entry: Encodable {
        let score: Float
        let label: Int
        let name: String?
        /// Whether the score reaches the operating point of the class; nil where the model has none.
        let isAboveOperatingPoint: Bool?
        /// Voxels, array order (z, y, x).
        let lower: [Float]
        let upper: [Float]
        /// Middle of the object in the patient: x, y, z in mm (LPS).
        let centerMM: [Double]?
        /// Extent of the object in the patient.
        let boxMM: Bounds?
        /// Side lengths of the object in mm, array order.
        let sizeMM: [Double]?

        enum CodingKeys: String, CodingKey {
            case score, label, name, lower, upper
            case isAboveOperatingPoint = "above_operating_point"
            case centerMM = "center_mm_lps"
            case boxMM = "box_mm_lps"
            case sizeMM = "size_mm"
        }
    }

    struct Bounds: Encodable {
        let min: [Double]
        let max: [Double]
    }

    let formatVersion = 2
    let caseID: String
    let isRestored: Bool
    /// What the numbers of `lower`, `upper` and `size_mm` are along.
    let axisOrder: [String]
    /// What reading the images noticed: what a file lacks or contradicts, and what was taken in its place.
    let notices: [String]
    let detections: [Entry]

    enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case caseID = "case_id"
        case isRestored = "restored"
        case axisOrder = "axis_order"
        case notices, detections
    }

    /// - Parameter detections: those of `prediction`, in the order in which they are listed.
    init(_ prediction: CasePrediction, _ detections: Detections, _ legend: ClassLegend) {
        caseID = prediction.caseID
        isRestored = prediction.isRestored
        notices = prediction.notices
        let dimension = prediction.dimension
        axisOrder = Array(["z", "y", "x"].suffix(dimension))
        let axes = 0..<dimension
        // Micrometres are enough.
        func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
        func numbers(_ vector: SIMD3<Double>) -> [Double] { (0..<3).map { rounded(vector[$0]) } }
        self.detections = detections.boxes.indices.map { index in
            let box = detections.boxes[index]
            let place = prediction.isRestored ? WorldBox(box, in: prediction.geometry, dimension: dimension) : nil
            return Entry(
                score: detections.scores[index], label: detections.labels[index], name: legend.name(detections.labels[index]),
                isAboveOperatingPoint: legend.isAboveOperatingPoint(score: detections.scores[index], label: detections.labels[index]),
                lower: axes.map { box.lower[$0] }, upper: axes.map { box.upper[$0] }, centerMM: place.map { numbers($0.center) },
                boxMM: place.map { Bounds(min: numbers($0.lower), max: numbers($0.upper)) },
                sizeMM: place.map { place in axes.map { rounded(place.size[$0]) } })
        }
    }
}
