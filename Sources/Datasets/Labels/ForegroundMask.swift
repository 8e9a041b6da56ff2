import Foundation
import Imaging
import Preprocessing
import Support

/// A map in which any value is foreground: connected voxels become an object of class 0, whatever their values.
struct ForegroundMask: LabelSource {
    let mask: MaskFile

    init(_ url: URL) { mask = MaskFile(url) }

    var files: [URL] { [mask.url] }
    var settings: String { "foreground" }

    func check(_ grid: Geometry, _ reader: ImageReader) throws { try mask.check(grid, reader) }

    func objects(on grid: Geometry, _ reader: ImageReader) throws -> ObjectMap {
        let (map, note) = try mask.read(on: grid, reader)
        let merged = Self.components(map) { $0 > 0 }
        var notes = [note].compactMap { $0 }
        let values = map.distinctValues().filter { $0 > 0 }
        // Each of them is separated by itself.
        guard values.count <= 255 else {
            throw Problem(mask.url, "has \(values.count) different values, a map of objects is needed", remedy: "get the file again")
        }
        let apart = values.reduce(0) { sum, value in sum + Self.components(map) { $0 == Int32(value) }.count }
        if apart != merged.count { notes.append("\(apart) objects of different values touch and became \(merged.count)") }
        let classes = Dictionary(uniqueKeysWithValues: (0..<merged.count).map { ($0 + 1, 0) })
        return ObjectMap(map: merged.labels, classes: classes, notes: notes)
    }

    private static func components(_ map: Volume<Int32>, _ isInside: (Int32) -> Bool) -> (labels: Volume<Int32>, count: Int) {
        Volume<UInt8>(shape: map.shape, voxels: map.voxels.map { isInside($0) ? 1 : 0 }).connectedComponents(connectivity: .corners)
    }
}
