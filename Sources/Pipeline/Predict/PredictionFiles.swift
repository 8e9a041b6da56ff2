import Core
import Foundation
import Imaging
import Report
import Support

/// The files that are written of a case's findings.
public struct PredictionFiles: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    /// `<case>_boxes.npz` and `<case>_boxes.json`; always.
    public static let boxes: PredictionFiles = []
    /// `<case>_boxes.csv`.
    public static let table = PredictionFiles(rawValue: 1)
    /// `<case>_seg.npz`.
    public static let segmentation = PredictionFiles(rawValue: 2)
    /// `<case>_seg.nii.gz`.
    public static let segmentationImage = PredictionFiles(rawValue: 4)
    /// `<case>_instances.nii.gz` and `<case>_instances.json`.
    public static let instances = PredictionFiles(rawValue: 8)
    /// `<case>_boxes.nii.gz`: boxes painted as instances.
    public static let boxImage = PredictionFiles(rawValue: 16)
    /// `<case>_boxes.mrk.json` for 3D Slicer.
    public static let markups = PredictionFiles(rawValue: 32)
    /// `<case>_boxes.png`.
    public static let overview = PredictionFiles(rawValue: 64)

    /// Whether the voxels of the objects are needed.
    var needsSegmentation: Bool { !isDisjoint(with: [.segmentation, .segmentationImage, .instances]) }

    /// The names of the files of case `id`.
    func names(_ id: String) -> [String] {
        let further: [(PredictionFiles, [String])] = [
            (.table, ["_boxes.csv"]), (.segmentation, ["_seg.npz"]), (.segmentationImage, ["_seg.nii.gz"]),
            (.instances, ["_instances.nii.gz", "_instances.json"]), (.boxImage, ["_boxes.nii.gz"]), (.markups, ["_boxes.mrk.json"]),
            (.overview, ["_boxes.png"]),
        ]
        return (["_boxes.npz", "_boxes.json"] + further.flatMap { contains($0.0) ? $0.1 : [] }).map { id + $0 }
    }

    /// The files of case `id` in `folder`.
    func urls(_ id: String, in folder: URL) -> [URL] { names(id).map { folder.appendingPathComponent($0) } }

    /// Writes them into `folder`.
    ///
    /// - Parameter image: reads the image that the overview shows.
    func write(_ findings: CaseFindings, in folder: URL, image: () throws -> Image<Float>) throws {
        let (id, geometry, legend) = (findings.caseID, findings.geometry, findings.legend)
        func file(_ ending: String) -> URL { folder.appendingPathComponent(id + ending) }
        let prediction = CasePrediction(
            caseID: id, detections: findings.detections, geometry: geometry, isRestored: true, dimension: findings.dimension,
            notices: findings.notices)
        if contains(.table) { try prediction.writeCSV(in: folder, legend: legend) }
        if contains(.markups) { try prediction.writeMarkups(in: folder, legend: legend) }
        if let segmentation = findings.segmentation {
            if contains(.segmentation) {
                try SegmentationPrediction(caseID: id, labels: segmentation, classes: findings.voxels?.classes, geometry: geometry)
                    .write(in: folder)
            }
            if contains(.segmentationImage) {
                try ImageWriter.write(Image(volume: segmentation, geometry: geometry), to: file("_seg.nii.gz"))
            }
        }
        if contains(.instances), let instances = findings.instances {
            try InstanceListing.write(
                instances, geometry, dimension: findings.dimension, to: file("_instances"), referenceBehaviour: findings.referenceBehaviour)
        }
        if contains(.boxImage) {
            try ImageWriter.write(Image(volume: findings.painted.map, geometry: geometry), to: file("_boxes.nii.gz"))
        }
        if contains(.overview) {
            let picture = CasePicture(
                caseID: id, image: try image(), truth: GroundTruth(), detections: findings.detections, classNames: legend.names)
            try DetectionSheet(picture, legend: legend).write(to: file("_boxes.png"))
        }
        // Last: where they are, everything is.
        try prediction.write(in: folder, legend: legend)
    }
}
