import Foundation
import Support

/// Writes images as NIfTI-1, NRRD or MetaImage, as the ending of the name says; atomically.
public enum ImageWriter {
    /// Writes `image` as float32.
    ///
    /// - Throws: `Problem` naming the file and the reason: a format that is not written, a grid that the format cannot hold, no space.
    public static func write(_ image: Image<Float>, to url: URL) throws { try write(image, .float32, to: url) }

    /// Writes `image` as int32.
    public static func write(_ image: Image<Int32>, to url: URL) throws { try write(image, .int32, to: url) }

    /// Writes `image` as int16.
    public static func write(_ image: Image<Int16>, to url: URL) throws { try write(image, .int16, to: url) }

    /// Writes `image` as uint8.
    public static func write(_ image: Image<UInt8>, to url: URL) throws { try write(image, .uint8, to: url) }

    /// Writes integers as int16 where all values are such numbers (as those of CT), else float32.
    public static func writeCompactly(_ image: Image<Float>, to url: URL) throws {
        let isSmall = image.volume.voxels.allSatisfy { $0 >= -32_768 && $0 <= 32_767 && $0 == $0.rounded(.towardZero) }
        guard isSmall else { return try write(image, to: url) }
        let values = Volume<Int16>(shape: image.volume.shape, voxels: image.volume.voxels.map { Int16($0) })
        try write(Image<Int16>(volume: values, geometry: image.geometry), to: url)
    }

    private static func write<Element: BitwiseCopyable & Sendable>(_ image: Image<Element>, _ element: VoxelElement, to url: URL) throws {
        precondition(image.volume.shape == image.geometry.size, "the geometry must describe the volume")
        let name = url.lastPathComponent.lowercased()
        let header: Data
        switch ImageFormat(name: name) {
        case .nifti: header = try NIfTIHeader.bytes(image.geometry, element, url)
        case .nrrd where name.hasSuffix(".nrrd"): header = NRRDHeader.bytes(image.geometry, element)
        case .metaImage where name.hasSuffix(".mha"): header = MetaImageHeader.bytes(image.geometry, element)
        default: throw Problem(url, "images are written as .nii.gz, .nii, .nrrd or .mha")
        }
        let isCompressed = name.hasSuffix(".gz")
        try AtomicFile.write(parts: url) { append in
            try image.volume.voxels.withUnsafeBytes { voxels in
                guard isCompressed else {
                    try append(header)
                    return try Self.inPieces(voxels) { try append(Data($0)) }
                }
                try withoutActuallyEscaping(append) { append in
                    let stream = try GzipWriter(append)
                    try header.withUnsafeBytes { try stream.add($0) }
                    try stream.add(voxels)
                    try stream.finish()
                }
            }
        }
    }

    /// Hands over bytes in pieces that need little memory when they are copied.
    private static func inPieces(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        for start in stride(from: 0, to: bytes.count, by: 1 << 24) {
            try body(UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + 1 << 24)]))
        }
    }
}
