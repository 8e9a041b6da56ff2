import Boxes
import Foundation
import Imaging
import Support

extension CasePrediction {
    /// Writes `<case>_boxes.csv`: a row per detection by falling score, with its box in voxels (axes z, y, x of the image's array) and, in image
    /// space, the object's centre (LPS) and size in mm.
    public func writeCSV(in folder: URL, legend: ClassLegend = ClassLegend()) throws {
        var table = CSVText(columns: Self.columns)
        let sorted = detections.sortedByScore()
        for index in 0..<sorted.count {
            let (box, label, score) = (sorted.boxes[index], sorted.labels[index], sorted.scores[index])
            let isAbove = legend.isAboveOperatingPoint(score: score, label: label).map { $0 ? "1" : "0" }
            var fields = [caseID, "\(label)", legend.name(label) ?? "", "\(score)", isAbove ?? ""]
            fields += (0..<3).map { "\(box.lower[$0])" } + (0..<3).map { "\(box.upper[$0])" }
            if isRestored {
                let place = WorldBox(box, in: geometry, dimension: dimension)
                fields += (0..<3).map { Self.millimetres(place.center[$0]) } + (0..<3).map { Self.millimetres(place.size[$0]) }
            } else {
                fields += [String](repeating: "", count: 6)
            }
            table.append(fields)
        }
        try table.write(to: folder.appendingPathComponent("\(caseID)_boxes.csv"))
    }

    /// The columns of `<case>_boxes.csv`.
    package static let columns = [
        "case_id", "class_id", "class", "score", "above_operating_point", "z_min", "y_min", "x_min", "z_max", "y_max", "x_max",
        "center_x_mm", "center_y_mm", "center_z_mm", "size_z_mm", "size_y_mm", "size_x_mm",
    ]

    private static func millimetres(_ value: Double) -> String { String(format: "%.3f", value) }
}
