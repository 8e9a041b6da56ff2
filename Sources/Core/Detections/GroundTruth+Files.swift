import Boxes
import Foundation
import Support

extension GroundTruth {
    /// `<case>_boxes_gt.npz`.
    public static func file(of caseID: String, in folder: URL) -> URL { folder.appendingPathComponent("\(caseID)_boxes_gt.npz") }

    /// Ids of the cases with annotations in `folder`, sorted.
    public static func caseIDs(in folder: URL) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix("_boxes_gt.npz") && !$0.hasPrefix(".") }.map { String($0.dropLast(13)) }.sorted()
    }

    /// Reads `boxes` `[N, 4 or 6]` and `classes` `[N]`; a case without objects has boxes of shape `[1, 0]`.
    ///
    /// - Throws: `Problem` when the file is missing, damaged or its arrays do not fit each other.
    public static func read(_ caseID: String, from folder: URL) throws -> GroundTruth {
        let url = file(of: caseID, in: folder)
        let arrays = try NPZ.read(url, only: ["boxes", "classes"])
        guard let boxes = arrays["boxes"], let classes = arrays["classes"] else {
            throw Problem(url, "lacks boxes or classes", remedy: "run 'nndet prep' again")
        }
        guard classes.count > 0 else { return GroundTruth() }
        guard boxes.shape.count == 2, boxes.shape[0] == classes.count, [4, 6].contains(boxes.shape[1]) else {
            throw Problem(url, "\(boxes.shape) boxes and \(classes.count) classes do not fit", remedy: "run 'nndet prep' again")
        }
        return GroundTruth(boxes: Box.boxes(flat: boxes.floats(), dimension: boxes.shape[1] / 2), labels: classes.integers())
    }
}
