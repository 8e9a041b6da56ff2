import Foundation
import Imaging
import Support

/// One map per object: any value above 0 is the object. Of maps that overlap the later one has the voxels.
struct MaskList: LabelSource {
    /// Maps in the order in which their objects are numbered, with their classes.
    let masks: [(mask: MaskFile, label: Int)]

    var files: [URL] { masks.map(\.mask.url) }
    var settings: String { masks.map { "\($0.label)" }.joined(separator: " ") }

    func check(_ grid: Geometry, _ reader: ImageReader) throws { for (mask, _) in masks { try mask.check(grid, reader) } }

    func objects(on grid: Geometry, _ reader: ImageReader) throws -> ObjectMap {
        var result = ObjectMap(map: Volume(shape: grid.size, filledWith: 0), classes: [:])
        for (index, (mask, label)) in masks.enumerated() {
            let (map, note) = try mask.read(on: grid, reader)
            if let note { result.notes.append(note) }
            let id = Int32(index + 1)
            result.map.voxels.withUnsafeMutableBufferPointer { target in
                map.voxels.withUnsafeBufferPointer { source in
                    for voxel in source.indices where source[voxel] > 0 { target[voxel] = id }
                }
            }
            result.classes[index + 1] = label
        }
        let numbers = result.renumber()
        for (index, (mask, _)) in masks.enumerated() where numbers[index + 1] == nil {
            result.notes.append("\(mask.url.lastPathComponent) marks no voxel of its own")
        }
        return result
    }
}
