import Boxes
import Foundation
import Support

extension GroundTruth {
    private static let suffix = "_boxes_gt.npz"

    public static func file(of caseID: String, in folder: URL) -> URL { folder.appendingPathComponent(caseID + suffix) }

    /// The cases that `folder` has annotated boxes of, sorted; none where it does not exist or cannot be read.
    public static func caseIDs(in folder: URL) -> [String] { (try? listed(in: folder)) ?? [] }

    /// The cases that `folder` has annotated boxes of, sorted; none where it does not exist.
    ///
    /// - Throws: `Problem` where it cannot be read.
    package static func listed(in folder: URL) throws -> [String] {
        try FolderContents.names(in: folder).filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
    }

    /// Reads `<case>_boxes_gt.npz` of `folder`: `boxes` `[N, 6 or 4]` and `classes` `[N]`, also as the original writes it.
    ///
    /// - Throws: `Problem` when the file is missing, truncated, lacks a key or its arrays do not belong together.
    public static func read(_ caseID: String, in folder: URL) throws -> GroundTruth {
        let arrays = try BoxArrays(file(of: caseID, in: folder))
        let boxes = try arrays.boxes("boxes").boxes
        return GroundTruth(boxes: boxes, labels: try arrays.labels("classes", count: boxes.count))
    }

    /// Writes `<case>_boxes_gt.npz`: boxes as whole numbers (int64) where they are, else float32; classes int64.
    public func write(_ caseID: String, in folder: URL, dimension: Int = 3) throws {
        let flat = boxes.flat(dimension: dimension)
        let shape = [count, Box.width(dimension: dimension)]
        let whole = flat.compactMap { Int64(exactly: $0) }
        try NPZ.write(
            [
                "boxes": whole.count == flat.count ? NPYArray(whole, shape: shape) : NPYArray(flat, shape: shape),
                "classes": NPYArray(labels.map(Int64.init), shape: [count]),
            ], to: Self.file(of: caseID, in: folder))
    }
}
