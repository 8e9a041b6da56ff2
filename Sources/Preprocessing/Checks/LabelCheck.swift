import Foundation
import Imaging
import Support

/// Whether the json of a case fits its map of instances and the classes of the data set.
package enum LabelCheck {
    /// What is wrong between the map and the json beside it: instances that one names and the other lacks.
    package static func problem(map: Volume<Int32>, instances: [Int: Int], _ url: URL, _ json: URL) -> Problem? {
        problems(present: Set(map.distinctValues().filter { $0 > 0 }), instances: instances, url, json).first
    }

    /// What is wrong with a map as it is stored: values that are no ids, and what does not fit the json (nil where that is unreadable).
    ///
    /// - Parameter notFinite: how many values are NaN, which the volume has as 0, or infinite.
    static func problems(values: Volume<Float>, notFinite: Int, instances: [Int: Int]?, _ url: URL, _ json: URL) -> [Problem] {
        var problems: [Problem] = []
        let scan = ValueScan(values)
        let odd = max(scan.notFinite, notFinite)
        let voxels = { (count: Int) in "\(count) \(count == 1 ? "voxel" : "voxels")" }
        if odd > 0 { problems.append(Problem(url, "\(voxels(odd)) NaN or infinite", remedy: "write 0 for background")) }
        if scan.fractional > 0 {
            problems.append(
                Problem(
                    url, "\(voxels(scan.fractional)) without a whole number, for example \(scan.example)",
                    remedy: "ids are whole numbers; resample maps with nearest neighbours"))
        }
        if scan.negative > 0 {
            problems.append(
                Problem(url, "\(voxels(scan.negative)) with a negative number", remedy: "background is 0, the objects are 1, 2, 3, …"))
        }
        // Ids between whole numbers would come up a second time as ids that the json lacks.
        guard scan.fractional == 0 else { return problems }
        let mismatches = instances.map { self.problems(present: scan.ids, instances: $0, url, json) } ?? []
        problems += mismatches
        if mismatches.isEmpty, instances == nil, scan.ids != Set(1..<scan.ids.count + 1) {
            problems.append(numbering(scan.ids.sorted(), url))
        }
        return problems
    }

    private static func problems(present: Set<Int>, instances: [Int: Int], _ url: URL, _ json: URL) -> [Problem] {
        var problems: [Problem] = []
        let named = Set(instances.keys)
        if let absent = list(named.subtracting(present)) {
            problems.append(
                Problem(
                    json, "names \(absent), which no voxel of \(url.lastPathComponent) has",
                    remedy: "remove it from the json or draw it"))
        }
        if let unknown = list(present.subtracting(named)) {
            problems.append(
                Problem(url, "holds \(unknown), to which \(json.lastPathComponent) gives no class", remedy: "add it to the json"))
        }
        return problems
    }

    /// What is wrong with the json alone: ids that are not 1, 2, …, classes that the data set does not have.
    ///
    /// - Parameter isWhole: whether `instances` are all that it names; else their numbers tell nothing.
    static func problems(instances: [Int: Int], classes: [String], isWhole: Bool, _ json: URL) -> [Problem] {
        var problems: [Problem] = []
        let ids = instances.keys.sorted()
        if isWhole, !ids.elementsEqual(1..<ids.count + 1) { problems.append(numbering(ids, json)) }
        let unknown = Dictionary(grouping: ids) { instances[$0] ?? 0 }.filter { !classes.indices.contains($0.key) }
        for (label, ids) in unknown.sorted(by: { $0.key < $1.key }) {
            problems.append(
                Problem(
                    json,
                    "\(list(Set(ids)) ?? "") \(ids.count > 1 ? "have" : "has") class \(label), which the data set does not have",
                    remedy: "the classes are \(classes.enumerated().map { "\($0.offset) (\($0.element))" }.joined(separator: ", "))"))
        }
        return problems
    }

    private static func numbering(_ ids: [Int], _ url: URL) -> Problem {
        let shown = ids.prefix(20).map(String.init).joined(separator: ", ") + (ids.count > 20 ? ", …" : "")
        return Problem(
            url, "the instances must be numbered from 1 without a gap and are \(shown)", remedy: "renumber them in the json and in the map")
    }

    /// "instance 3" or "instances 3, 4, 7", nil where there is none.
    private static func list(_ ids: Set<Int>) -> String? {
        guard !ids.isEmpty else { return nil }
        let shown = ids.sorted().prefix(10).map(String.init).joined(separator: ", ")
        return "instance\(ids.count > 1 ? "s" : "") \(shown)\(ids.count > 10 ? " and \(ids.count - 10) more" : "")"
    }
}

/// The values of a label map, before they are taken for ids.
private struct ValueScan {
    var notFinite = 0
    var fractional = 0
    var negative = 0
    /// One of the values that are no whole numbers.
    var example: Float = 0
    /// Whole numbers above 0.
    var ids: Set<Int> = []

    init(_ volume: Volume<Float>) {
        volume.voxels.withUnsafeBufferPointer { voxels in
            var last: Float = 0
            for value in voxels where value != 0 {
                // Runs of one value are the rule.
                if value == last {
                    if value < 0 { negative += 1 }
                    if value != value.rounded() { fractional += 1 }
                    continue
                }
                last = value
                guard let id = Int(exactly: value.rounded()) else {
                    notFinite += 1
                    continue
                }
                if Float(id) != value {
                    fractional += 1
                    example = value
                } else if id > 0 {
                    ids.insert(id)
                }
                if value < 0 { negative += 1 }
            }
        }
    }
}
