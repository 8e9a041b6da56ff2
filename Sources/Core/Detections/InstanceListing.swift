import Boxes
import Foundation
import Imaging
import Support

/// What the numbers of an instance map mean: `{"1": {"score", "label", "box"}}`, as the original lists them (spec 08).
public enum InstanceListing {
    private struct Entry: Encodable {
        let score: Float
        let label: Int
        /// The original's order (z min, y min, z max, y max, x min, x max), cut to whole numbers.
        let box: [Int]
    }

    /// Writes an instance map as `<stem>.nii.gz` and what its numbers mean as `<stem>.json`.
    ///
    /// - Parameters:
    ///   - instances: the map and its detections, the one of number 1 first.
    ///   - geometry: the grid of the map.
    ///   - stem: path of both files without their endings.
    public static func write(_ instances: (map: Volume<Int32>, detections: Detections), _ geometry: Geometry, to stem: URL) throws {
        let found = instances.detections
        let entries = Dictionary(
            uniqueKeysWithValues: (0..<found.count).map { index in
                let box = found.boxes[index].flat().map { Int($0.rounded(.towardZero)) }
                return ("\(index + 1)", Entry(score: found.scores[index], label: found.labels[index], box: box))
            })
        try JSONFile.write(entries, to: stem.appendingPathExtension("json"))
        try ImageWriter.write(Image(volume: instances.map, geometry: geometry), to: stem.appendingPathExtension("nii.gz"))
    }
}
