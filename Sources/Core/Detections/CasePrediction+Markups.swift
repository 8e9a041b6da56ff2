import Boxes
import Foundation
import Imaging
import Support

extension CasePrediction {
    /// Writes `<case>_boxes.mrk.json`, which 3D Slicer opens beside the image: a region of interest per detection, turned like the image.
    ///
    /// - Throws: `Problem` where the boxes are not in image space, or the file cannot be written.
    public func writeMarkups(in folder: URL, legend: ClassLegend = ClassLegend()) throws {
        guard isRestored else { throw Problem("case \(caseID)", "boxes of a preprocessed case have no place in the patient") }
        let sorted = detections.sortedByScore()
        let markups = (0..<sorted.count).map { index in
            let label = sorted.labels[index]
            let name = legend.name(label) ?? "class \(label)"
            return Markups.Region(
                WorldBox(sorted.boxes[index], in: geometry, dimension: dimension),
                label: "\(name) \(String(format: "%.2f", sorted.scores[index]))",
                isVisible: legend.isAboveOperatingPoint(score: sorted.scores[index], label: label) ?? true)
        }
        try JSONFile.write(Markups(markups: markups), to: folder.appendingPathComponent("\(caseID)_boxes.mrk.json"))
    }
}

/// The part of Slicer's markups format that regions of interest need.
private struct Markups: Encodable {
    let schema =
        "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/markups-schema-v1.0.3.json#"
    let markups: [Region]

    enum CodingKeys: String, CodingKey {
        case markups
        case schema = "@schema"
    }

    struct Region: Encodable {
        let type = "ROI"
        let coordinateSystem = "LPS"
        let coordinateUnits = "mm"
        let roiType = "Box"
        let insideOut = false
        let center: [Double]
        /// Columns are the directions of the region's first, second and third side, row by row.
        let orientation: [Double]
        let size: [Double]
        let controlPoints: [ControlPoint]
        let display: Display

        /// The region's sides follow the image's x, y, z index axes.
        init(_ place: WorldBox, label: String, isVisible: Bool) {
            center = [place.center.x, place.center.y, place.center.z]
            size = [place.size.z, place.size.y, place.size.x]
            orientation = (0..<3).flatMap { row in [2, 1, 0].map { place.axes[$0][row] } }
            controlPoints = [ControlPoint(label: label, position: center)]
            display = Display(visibility: isVisible)
        }
    }

    struct ControlPoint: Encodable {
        let id = "1"
        let label: String
        let position: [Double]
    }

    struct Display: Encodable {
        let visibility: Bool
        let fillVisibility = false
        let handlesInteractive = false
    }
}
