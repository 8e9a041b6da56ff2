import Foundation
import Imaging
import Support

extension InstanceListing {
    private struct Listed: Decodable {
        let label: Int
    }

    /// `<case>_instances.nii.gz` of `folder`.
    public static func file(of caseID: String, in folder: URL) -> URL { folder.appendingPathComponent("\(caseID)_instances.nii.gz") }

    /// Reads what `write` wrote for a case: the number of the object at each voxel, and the class of each number.
    ///
    /// - Throws: `Problem` where one of the two files is missing or damaged, or the listing lacks a number of the map.
    public static func read(_ caseID: String, in folder: URL) throws -> (map: Volume<Int32>, classes: [Int: Int]) {
        let json = folder.appendingPathComponent("\(caseID)_instances.json")
        let listed: [String: Listed] = try JSONFile.read(from: json)
        var classes: [Int: Int] = [:]
        for (key, entry) in listed {
            guard let number = Int(key), number > 0, String(number) == key, entry.label >= 0 else {
                throw Problem(json, "'\(key)' with class \(entry.label) is no object", remedy: "numbers count from 1, classes from 0")
            }
            classes[number] = entry.label
        }
        let map = try ImageReader().readLabels(file(of: caseID, in: folder)).volume
        var last: Int32 = 0
        for number in map.voxels where number != last {
            last = number
            guard number == 0 || classes[Int(number)] != nil else {
                throw Problem(json, "object \(number) of the map is not listed", remedy: "predict the case again")
            }
        }
        return (map, classes)
    }
}
