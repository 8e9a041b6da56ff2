import Boxes
import Foundation
import Imaging
import Support

extension Detections {
    /// `<case>_boxes.npz`, which `nndet eval` reads, and `<case>_boxes.json`, for people.
    public static func files(of caseID: String, in folder: URL) -> (arrays: URL, description: URL) {
        (folder.appendingPathComponent("\(caseID)_boxes.npz"), folder.appendingPathComponent("\(caseID)_boxes.json"))
    }

    /// Ids of the cases that have predictions in `folder`, sorted.
    public static func caseIDs(in folder: URL) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix("_boxes.npz") && !$0.hasPrefix(".") }.map { String($0.dropLast(10)) }.sorted()
    }

    /// Writes both files, the keys of the arrays being the original's: `pred_boxes` `[N, 4 or 6]`, `pred_scores`, `pred_labels`, and the grid.
    ///
    /// - Parameters:
    ///   - geometry: grid of the raw image.
    ///   - restored: whether the boxes are in that grid, else in the preprocessed one.
    ///   - classes: names for people.
    ///   - key: identifies what the predictions were made of.
    public func write(
        _ caseID: String, in folder: URL, dimension: Int = 3, geometry: Geometry, restored: Bool, classes: [String], key: String = ""
    ) throws {
        let files = Self.files(of: caseID, in: folder)
        func vector(_ v: SIMD3<Double>, reversed: Bool = false) -> NPYArray {
            NPYArray(reversed ? [v.z, v.y, v.x] : [v.x, v.y, v.z], shape: [3])
        }
        try NPZ.write(
            [
                "pred_boxes": NPYArray(boxes.flat(dimension: dimension), shape: [count, Box.width(dimension: dimension)]),
                "pred_scores": NPYArray(scores, shape: [count]),
                "pred_labels": NPYArray(labels.map(Int64.init), shape: [count]),
                "restore": NPYArray([UInt8(restored ? 1 : 0)], shape: [1]),
                "original_size_of_raw_data": NPYArray([geometry.size.x, geometry.size.y, geometry.size.z].map(Int64.init), shape: [3]),
                "itk_origin": vector(geometry.origin),
                // The original keeps ITK's order here: x, y, z.
                "itk_spacing": vector(geometry.spacing, reversed: true),
                "itk_direction": NPYArray(geometry.direction, shape: [geometry.direction.count]),
            ], to: files.arrays)
        let description = Description(
            case: caseID, key: key, space: restored ? "image" : "preprocessed",
            detections: (0..<count).map {
                Description.Detection(
                    class: classes.indices.contains(labels[$0]) ? classes[labels[$0]] : String(labels[$0]), label: labels[$0],
                    score: scores[$0], box: boxes[$0].flat(dimension: dimension))
            })
        try JSONFile.write(description, to: files.description)
    }

    /// Reads `<case>_boxes.npz`.
    ///
    /// - Throws: `Problem` when the file is missing, damaged or its arrays do not fit each other.
    public static func read(_ caseID: String, from folder: URL) throws -> Detections {
        let url = files(of: caseID, in: folder).arrays
        let arrays = try NPZ.read(url, only: ["pred_boxes", "pred_scores", "pred_labels"])
        guard let boxes = arrays["pred_boxes"], let scores = arrays["pred_scores"], let labels = arrays["pred_labels"] else {
            throw Problem(url, "lacks pred_boxes, pred_scores or pred_labels", remedy: "make the predictions again")
        }
        let count = scores.count
        guard labels.count == count, count == 0 || (boxes.shape.count == 2 && boxes.shape[0] == count && [4, 6].contains(boxes.shape[1])) else {
            throw Problem(url, "\(boxes.shape) boxes, \(count) scores and \(labels.count) labels do not fit", remedy: "make the predictions again")
        }
        return Detections(
            boxes: count == 0 ? [] : Box.boxes(flat: boxes.floats(), dimension: boxes.shape[1] / 2), scores: scores.floats(),
            labels: labels.integers())
    }

    /// What the predictions of a case were made of, as `write` was told; nil where there are none.
    public static func key(of caseID: String, in folder: URL) -> String? {
        let files = files(of: caseID, in: folder)
        guard FileManager.default.fileExists(atPath: files.arrays.path) else { return nil }
        return try? JSONFile.read(Description.self, from: files.description).key
    }

    private struct Description: Codable {
        struct Detection: Codable {
            var `class`: String
            var label: Int
            var score: Float
            /// (a0 min, a1 min, a0 max, a1 max[, a2 min, a2 max]), voxels.
            var box: [Float]
        }
        var format_version = 1
        var `case`: String
        var key: String
        /// `image` or `preprocessed`: the grid of the boxes.
        var space: String
        var detections: [Detection]
    }
}
