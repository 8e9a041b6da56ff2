import Foundation
import Imaging
import Support

/// Whether the json of a case fits its map of instances and the classes of the data set.
enum LabelCheck {
    /// What is wrong between the map and the json beside it: instances that one names and the other lacks.
    static func problem(map: Volume<Int32>, instances: [Int: Int], _ url: URL, _ json: URL) -> Problem? {
        let present = Set(map.distinctValues().filter { $0 > 0 })
        let named = Set(instances.keys)
        if let absent = list(named.subtracting(present)) {
            return Problem(
                json, "names \(absent), which no voxel of \(url.lastPathComponent) has", remedy: "remove it from the json or draw it")
        }
        if let unknown = list(present.subtracting(named)) {
            return Problem(url, "holds \(unknown), to which \(json.lastPathComponent) gives no class", remedy: "add it to the json")
        }
        return nil
    }

    /// What is wrong with the json alone: ids that are not 1, 2, …, classes that the data set does not have.
    static func problem(instances: [Int: Int], classes: [String], _ json: URL) -> Problem? {
        let ids = instances.keys.sorted()
        if !ids.elementsEqual(1..<ids.count + 1) {
            return Problem(
                json, "the instances must be numbered from 1 without a gap and are \(ids.map(String.init).joined(separator: ", "))",
                remedy: "renumber them in the json and in the map")
        }
        for id in ids {
            guard let label = instances[id], !classes.indices.contains(label) else { continue }
            return Problem(
                json, "instance \(id) has class \(label), which the data set does not have",
                remedy: "the classes are \(classes.enumerated().map { "\($0.offset) (\($0.element))" }.joined(separator: ", "))")
        }
        return nil
    }

    /// "instance 3" or "instances 3, 4, 7", nil where there is none.
    private static func list(_ ids: Set<Int>) -> String? {
        guard !ids.isEmpty else { return nil }
        let shown = ids.sorted().prefix(10).map(String.init).joined(separator: ", ")
        return "instance\(ids.count > 1 ? "s" : "") \(shown)\(ids.count > 10 ? " and \(ids.count - 10) more" : "")"
    }
}
