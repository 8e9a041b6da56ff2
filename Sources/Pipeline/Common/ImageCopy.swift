import Foundation
import Imaging
import Support

/// Brings images into `.nii.gz`.
enum ImageCopy {
    /// Writes the image file, or DICOM series of a folder, at `source` as `target`: a complete and consistent `.nii.gz` file byte by byte; others
    /// as whole numbers of 16 bits where all values are such, else as float32.
    ///
    /// - Throws: `Problem` naming the file that cannot be read or written.
    static func nifti(_ source: URL, to target: URL, _ reader: ImageReader) throws {
        let decoded = try reader.decode(source)
        reader.noteConstant(decoded, source)
        if source.lastPathComponent.lowercased().hasSuffix(".nii.gz"), decoded.notices.isEmpty {
            return try AtomicFile.write(Data.file(source), to: target)
        }
        try ImageWriter.writeCompactly(decoded.image, to: target)
    }
}
