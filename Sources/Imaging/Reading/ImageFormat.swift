import Foundation

/// The formats of images in files.
public enum ImageFormat: Sendable, Hashable, CaseIterable {
    case nifti, nrrd, metaImage, dicom

    /// Endings of image files, longest first; names in any case have them. Files with other endings can only be DICOM.
    public static let extensions = [".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd"]

    /// The formats that are read, for messages.
    static let remedy = "\(extensions.joined(separator: ", ")) and DICOM"

    /// The format that the ending of a file name says.
    public init(name: String) {
        let name = name.lowercased()
        self =
            if name.hasSuffix(".nii.gz") || name.hasSuffix(".nii") {
                .nifti
            } else if name.hasSuffix(".nrrd") || name.hasSuffix(".nhdr") {
                .nrrd
            } else if name.hasSuffix(".mha") || name.hasSuffix(".mhd") {
                .metaImage
            } else {
                .dicom
            }
    }

    /// The name without the ending of an image, nil for other files. Segmentations of 3D Slicer (`.seg.nrrd`) are none.
    public static func stem(of name: String) -> String? {
        let lower = name.lowercased()
        guard !lower.hasSuffix(".seg.nrrd") else { return nil }
        return extensions.first { lower.hasSuffix($0) }.map { String(name.dropLast($0.count)) }
    }
}
