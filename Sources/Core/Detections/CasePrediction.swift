import Boxes
import Foundation
import Imaging
import Support

/// The detections of one case as they lie on disk: `<case>_boxes.npz` with the original's keys, which evaluation reads,
/// and `<case>_boxes.json` for people (spec 08). The original's `<case>_boxes.pkl` is read too.
public struct CasePrediction: Sendable, Equatable {
    public var caseID: String
    public var detections: Detections
    /// Grid that the boxes are given in: of the raw image where `isRestored`, else only known as the raw image's.
    public var geometry: Geometry
    /// Whether the boxes lie in the space of the raw image (else in that of the preprocessed case).
    public var isRestored: Bool
    /// 2 or 3.
    public var dimension: Int
    /// What reading the images noticed; only written, into the file that people read.
    public var notices: [String]

    public init(
        caseID: String, detections: Detections, geometry: Geometry, isRestored: Bool, dimension: Int = 3, notices: [String] = []
    ) {
        self.caseID = caseID
        self.detections = detections
        self.geometry = geometry
        self.isRestored = isRestored
        self.dimension = dimension
        self.notices = notices
    }

    private static let suffix = "_boxes.npz"
    private static let originalSuffix = "_boxes.pkl"

    /// The file with the detections of a case: the original's where it alone is there.
    public static func file(of caseID: String, in folder: URL) -> URL {
        let file = folder.appendingPathComponent(caseID + suffix)
        let original = folder.appendingPathComponent(caseID + originalSuffix)
        let manager = FileManager.default
        return !manager.fileExists(atPath: file.path) && manager.fileExists(atPath: original.path) ? original : file
    }

    /// The cases that `folder` has predictions of, sorted; none where it does not exist or cannot be read.
    public static func caseIDs(in folder: URL) -> [String] { (try? listed(in: folder)) ?? [] }

    /// The cases that `folder` has predictions of, sorted; none where it does not exist.
    ///
    /// - Throws: `Problem` where it cannot be read.
    package static func listed(in folder: URL) throws -> [String] {
        let ids = try FolderContents.names(in: folder).compactMap { name in
            [suffix, originalSuffix].first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) }
        }
        return Set(ids).sorted()
    }

    /// Reads `<case>_boxes.npz` of `folder`, or the original's `<case>_boxes.pkl`.
    ///
    /// - Throws: `Problem` when the file is missing, truncated, lacks a key, its arrays do not belong together or hold what is no box, score or
    ///   class.
    public static func read(_ caseID: String, in folder: URL) throws -> CasePrediction {
        let url = file(of: caseID, in: folder)
        let arrays = try BoxArrays(url)
        let (boxes, dimension) = try arrays.boxes("pred_boxes")
        let scores = try arrays.array("pred_scores", count: boxes.count).floats()
        guard scores.allSatisfy(\.isFinite) else { throw Problem(url, "'pred_scores' holds a value that is no finite number") }
        let detections = Detections(
            boxes: boxes, scores: scores,
            labels: try arrays.labels("pred_labels", count: boxes.count))
        let size = try arrays.array("original_size_of_raw_data", count: 3)
            .exact(Int.self, key: "original_size_of_raw_data", of: url)
        let origin = try arrays.array("itk_origin", count: 3).doubles()
        let spacing = try arrays.array("itk_spacing", count: 3).doubles()
        // ITK's order is x, y, z; array order is the other way round.
        let geometry = Geometry(
            size: SIMD3(size[0], size[1], size[2]), spacing: SIMD3(spacing[2], spacing[1], spacing[0]),
            origin: SIMD3(origin[0], origin[1], origin[2]), direction: try arrays.array("itk_direction", count: 9).doubles())
        try geometry.checkPrediction(url, sizeKey: "original_size_of_raw_data")
        return CasePrediction(
            caseID: caseID, detections: detections, geometry: geometry,
            isRestored: try arrays.array("restore", count: 1).exact(Int.self, key: "restore", of: url) == [1], dimension: dimension)
    }

    /// Writes `<case>_boxes.npz` and `<case>_boxes.json` into `folder`, detections in their order.
    ///
    /// - Parameters:
    ///   - folder: where the files go; made where it is missing.
    ///   - legend: of the classes, for the file that people read.
    public func write(in folder: URL, legend: ClassLegend = ClassLegend()) throws {
        let spacing = geometry.spacing
        let (size, origin) = (geometry.size, geometry.origin)
        try NPZ.write(
            [
                "pred_boxes": NPYArray(
                    detections.boxes.flat(dimension: dimension), shape: [detections.count, Box.width(dimension: dimension)]),
                "pred_scores": NPYArray(detections.scores, shape: [detections.count]),
                "pred_labels": NPYArray(detections.labels.map(Int64.init), shape: [detections.count]),
                "restore": NPYArray(scalar: .bool, shape: [], bytes: Data([isRestored ? 1 : 0])),
                "original_size_of_raw_data": NPYArray([Int64(size.x), Int64(size.y), Int64(size.z)], shape: [3]),
                "itk_origin": NPYArray([origin.x, origin.y, origin.z], shape: [3]),
                "itk_spacing": NPYArray([spacing.z, spacing.y, spacing.x], shape: [3]),
                "itk_direction": NPYArray(geometry.direction, shape: [9]),
                "format_version": NPYArray([Int64(1)], shape: []),
            ], to: folder.appendingPathComponent(caseID + Self.suffix))
        let listing = DetectionListing(self, detections, legend)
        try JSONFile.write(listing, to: folder.appendingPathComponent("\(caseID)_boxes.json"))
    }
}

extension Geometry {
    /// - Parameter sizeKey: the array that states the size.
    /// - Throws: `Problem` naming the array of a file of predictions whose values no image can have.
    func checkPrediction(_ url: URL, sizeKey: String) throws {
        guard let fault else { return }
        let key =
            switch fault.part {
            case .size: sizeKey
            case .spacing: "itk_spacing"
            case .origin: "itk_origin"
            case .direction: "itk_direction"
            }
        throw Problem(url, "'\(key)' \(fault.problem)", remedy: "predict the case again")
    }
}
