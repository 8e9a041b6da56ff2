import Boxes
import Foundation
import Imaging
import Support

/// What the numbers of an instance map mean: `{"1": {"score", "label", "box"}}`, as the original lists them (spec 08).
public enum InstanceListing {
    private struct Entry: Encodable {
        let score: Float
        let label: Int
        /// The box of the painted voxels, in the original's order (z min, y min, z max, y max, x min, x max).
        let box: [Int]
    }

    /// Writes an instance map as `<stem>.nii.gz` and what its numbers mean as `<stem>.json`.
    ///
    /// - Parameters:
    ///   - instances: the map and its detections, the one of number 1 first.
    ///   - geometry: the grid of the map.
    ///   - dimension: 2 or 3.
    ///   - stem: path of both files without their endings.
    ///   - referenceBehaviour: truncates the coordinates of the boxes as the original does.
    public static func write(
        _ instances: (map: Volume<Int32>, detections: Detections), _ geometry: Geometry, dimension: Int, to stem: URL,
        referenceBehaviour: Bool = false
    ) throws {
        let found = instances.detections
        let entries = Dictionary(
            uniqueKeysWithValues: (0..<found.count).map { index in
                let box = referenceBehaviour ? found.boxes[index] : found.boxes[index].aroundVoxels(dimension: dimension)
                // Boxes from files may have coordinates that no whole number has.
                let numbers = box.flat().map { Int(min(max($0.rounded(.towardZero), -1e9), 1e9)) }
                return ("\(index + 1)", Entry(score: found.scores[index], label: found.labels[index], box: numbers))
            })
        try JSONFile.write(entries, to: stem.appendingPathExtension("json"))
        try ImageWriter.write(Image(volume: instances.map, geometry: geometry), to: stem.appendingPathExtension("nii.gz"))
    }
}

extension Box {
    /// The box, by the box rule, of the voxels that are painted for this one.
    fileprivate func aroundVoxels(dimension: Int) -> Box {
        let bounds = ObjectBounds(self, dimension: dimension)
        var painted = bounds
        for axis in 0..<3 {
            let voxels = bounds.voxels(along: axis)
            painted.lower[axis] = Double(voxels.lowerBound) - 0.5
            painted.upper[axis] = Double(voxels.upperBound) - 0.5
        }
        return painted.box(dimension: dimension)
    }
}
