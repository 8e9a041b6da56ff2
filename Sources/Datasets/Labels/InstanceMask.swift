import Foundation
import Imaging
import Preprocessing
import Support

/// A map of numbered objects.
struct InstanceMask: LabelSource {
    enum Classes: Sendable {
        /// All objects have class 0.
        case one
        /// Class of each object, and the file that says so.
        case listed([Int: Int], in: URL)
    }

    let mask: MaskFile
    let classes: Classes

    init(_ url: URL, placement: MaskFile.Placement = .byHeader, classes: Classes = .one) {
        mask = MaskFile(url, placement: placement)
        self.classes = classes
    }

    var files: [URL] { [mask.url] }

    var settings: String {
        guard case .listed(let classes, _) = classes else { return "one class" }
        return classes.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: " ")
    }

    func check(_ grid: Geometry, _ reader: ImageReader) throws { try mask.check(grid, reader) }

    func objects(on grid: Geometry, _ reader: ImageReader) throws -> ObjectMap {
        let (map, note) = try mask.read(on: grid, reader)
        let present = map.distinctValues().filter { $0 > 0 }
        var result = ObjectMap(map: map, classes: [:], notes: [note].compactMap { $0 })
        switch classes {
        case .one: for id in present { result.classes[id] = 0 }
        case .listed(let listed, let file):
            if let stranger = present.first(where: { listed[$0] == nil }) {
                throw Problem(
                    mask.url, "holds object \(stranger), which \(file.lastPathComponent) does not list",
                    remedy: "get both files again, or leave the case out")
            }
            result.classes = listed
            let absent = Set(listed.keys).subtracting(present).sorted()
            if !absent.isEmpty {
                let list = absent.map(String.init).joined(separator: ", ")
                result.notes.append("\(file.lastPathComponent) lists \(list), of which \(mask.url.lastPathComponent) has no voxel")
            }
        }
        let numbers = result.renumber()
        if numbers.contains(where: { $0.key != $0.value }) {
            result.notes.append(
                "objects were renumbered: \(mask.url.lastPathComponent) has \(present.map(String.init).joined(separator: ", "))")
        }
        return result
    }
}
