import Core
import Foundation
import Support

/// Labels that were corrected by hand: maps of objects `<case>.nii.gz` with `<case>.json`, anywhere below a folder.
struct CorrectedLabels: Sendable {
    private let maps: [String: URL]
    private let folder: URL

    /// - Throws: `Problem` where there is no such pair of files.
    init(_ folder: URL) throws {
        self.folder = folder
        var maps: [String: URL] = [:]
        for json in try FolderListing.files(below: folder, suffix: ".json") {
            let map = json.deletingPathExtension().appendingPathExtension("nii.gz")
            guard FileManager.default.fileExists(atPath: map.path) else { continue }
            if let other = maps.updateValue(map, forKey: json.deletingPathExtension().lastPathComponent) {
                throw Problem(map, "is of the same case as \(other.path)", remedy: "remove one of the two")
            }
        }
        self.maps = maps
        guard !maps.isEmpty else {
            throw Problem(folder, "holds no corrected labels", remedy: "unpack them: <case>.nii.gz beside <case>.json")
        }
    }

    /// The labels of a case, nil where there are none.
    ///
    /// - Throws: `Problem` where its json cannot be understood.
    func labels(of id: String) throws -> InstanceMask? {
        guard let map = maps[id] else { return nil }
        let json = map.deletingPathExtension().deletingPathExtension().appendingPathExtension("json")
        return InstanceMask(map, classes: .listed(try CaseLabels.read(json).instances, in: json))
    }
}

extension RawFolder {
    /// The labels of a case: corrected ones where the user gave them, else `labels`.
    ///
    /// - Returns: nil where there are corrected labels, but none of this case.
    func labels(of id: String, else labels: @autoclosure () throws -> any LabelSource) throws -> (any LabelSource)? {
        guard let corrected else { return try labels() }
        return try corrected.labels(of: id)
    }

    /// A line for the user about corrected labels.
    func correctionNote(_ card: DatasetCard) -> String? {
        guard let place = card.correctedLabels, corrected == nil else { return nil }
        return "labels corrected by nnDetection's authors are at \(place); give them with --labels"
    }
}
