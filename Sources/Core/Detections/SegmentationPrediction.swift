import Foundation
import Imaging
import Support

/// Where a model saw objects in one case, as it lies on disk: `<case>_seg.npz` with the original's keys (spec 08).
public struct SegmentationPrediction: Sendable {
    public var caseID: String
    /// Class + 1 per voxel of the image (1 for any object, where the segmenter does not tell classes apart), 0 elsewhere.
    public var labels: Volume<UInt8>
    public var geometry: Geometry
    /// Whether the voxels are those of the raw image; otherwise those of the preprocessed case.
    public var isRestored: Bool
    /// Classes that the segmenter tells apart; nil where the file does not say so.
    public var classes: Int?

    public init(caseID: String, labels: Volume<UInt8>, classes: Int? = nil, geometry: Geometry, isRestored: Bool = true) {
        self.caseID = caseID
        self.labels = labels
        self.classes = classes
        self.geometry = geometry
        self.isRestored = isRestored
    }

    private static let suffix = "_seg.npz"

    public static func file(of caseID: String, in folder: URL) -> URL { folder.appendingPathComponent(caseID + suffix) }

    /// The cases that `folder` has segmentations of, sorted; none where it does not exist or cannot be read.
    public static func caseIDs(in folder: URL) -> [String] { (try? listed(in: folder)) ?? [] }

    /// The cases that `folder` has segmentations of, sorted; none where it does not exist.
    ///
    /// - Throws: `Problem` where it cannot be read.
    package static func listed(in folder: URL) throws -> [String] {
        try FolderContents.names(in: folder).filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
    }

    /// Writes `<case>_seg.npz`.
    public func write(in folder: URL) throws {
        let (size, spacing, origin) = (geometry.size, geometry.spacing, geometry.origin)
        var arrays = [
            "pred_seg": NPYArray(labels.voxels, shape: [size.x, size.y, size.z]),
            "restore": NPYArray(scalar: .bool, shape: [], bytes: Data([isRestored ? 1 : 0])),
            "itk_origin": NPYArray([origin.x, origin.y, origin.z], shape: [3]),
            "itk_spacing": NPYArray([spacing.z, spacing.y, spacing.x], shape: [3]),
            "itk_direction": NPYArray(geometry.direction, shape: [9]), "format_version": NPYArray([Int64(1)], shape: []),
        ]
        if let classes { arrays["classes"] = NPYArray([Int64(classes)], shape: []) }
        try NPZ.write(arrays, to: Self.file(of: caseID, in: folder))
    }

    /// Reads `<case>_seg.npz` of `folder`.
    ///
    /// - Throws: `Problem` where the file is missing, damaged, or lacks a key.
    public static func read(_ caseID: String, in folder: URL) throws -> SegmentationPrediction {
        let url = file(of: caseID, in: folder)
        let arrays = try NPZ.read(url)
        func numbers(_ key: String, _ count: Int) throws -> [Double] {
            guard let array = arrays[key], array.count == count else { throw Problem(url, "has no array '\(key)' of \(count) numbers") }
            return array.doubles()
        }
        guard let labels = arrays["pred_seg"], labels.shape.count == 3 else {
            throw Problem(url, "has no array 'pred_seg' of three axes", remedy: "predict the case again")
        }
        let (origin, spacing) = (try numbers("itk_origin", 3), try numbers("itk_spacing", 3))
        let geometry = Geometry(
            size: SIMD3(labels.shape[0], labels.shape[1], labels.shape[2]), spacing: SIMD3(spacing[2], spacing[1], spacing[0]),
            origin: SIMD3(origin[0], origin[1], origin[2]), direction: try numbers("itk_direction", 9))
        try geometry.checkPrediction(url, sizeKey: "pred_seg")
        func first(_ key: String) throws -> Int? { try arrays[key]?.exact(Int.self, key: key, of: url).first }
        return SegmentationPrediction(
            caseID: caseID, labels: Volume(shape: geometry.size, voxels: try labels.exact(key: "pred_seg", of: url)),
            classes: try first("classes"), geometry: geometry, isRestored: try first("restore") != 0)
    }
}
