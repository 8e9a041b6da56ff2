import Foundation
import Imaging
import Support

/// Brings images into `.nii.gz`.
enum ImageCopy {
    /// Writes the image file, or DICOM series of a folder, at `source` as `target`: a `.nii.gz` file byte by byte; others as whole numbers of
    /// 16 bits where all values are such, else as float32.
    ///
    /// - Throws: `Problem` naming the file that cannot be read or written.
    static func nifti(_ source: URL, to target: URL) throws {
        if source.lastPathComponent.hasSuffix(".nii.gz") { return try AtomicFile.write(Data.file(source), to: target) }
        let image = try ImageFile.readImage(source)
        let isWhole = image.volume.voxels.allSatisfy { $0 >= -32_768 && $0 <= 32_767 && $0 == $0.rounded() }
        guard isWhole else { return try ImageFile.write(image, to: target) }
        let volume = Volume<Int16>(shape: image.volume.shape, voxels: image.volume.voxels.map { Int16($0) })
        try ImageFile.write(Image(volume: volume, geometry: image.geometry), to: target)
    }
}
