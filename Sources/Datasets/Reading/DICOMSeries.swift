import Foundation
import Imaging
import Support

/// Folders of DICOM files.
enum DICOMSeries {
    /// The folders at or below `folder` that directly hold DICOM files, sorted.
    static func folders(below folder: URL) throws -> [URL] { try FolderContents.tree(folder).filter { try firstFile(in: $0) != nil } }

    /// Those of them whose files are of `modality`, as images; one whose first file has a damaged header counts as such, and is damaged.
    static func images(below folder: URL, modality: String) throws -> [ImageSource] {
        try folders(below: folder).compactMap { folder in
            guard let file = try firstFile(in: folder) else { return nil }
            do { return try DICOMFile(file)[.modality] == modality ? .series(folder) : nil } catch {
                return .damaged(folder, error as? Problem ?? Problem(file, "\(error)"))
            }
        }
    }

    /// The first DICOM file directly in `folder`.
    static func firstFile(in folder: URL) throws -> URL? {
        try FolderContents.names(in: folder).lazy.map { folder.appendingPathComponent($0) }.first { DICOMFile.isDICOM($0) }
    }

    /// All DICOM files directly in `folder`.
    static func files(in folder: URL) throws -> [URL] {
        try FolderContents.names(in: folder).map { folder.appendingPathComponent($0) }.filter { DICOMFile.isDICOM($0) }
    }
}
