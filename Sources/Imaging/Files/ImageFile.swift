import CITKABI
import Foundation
import Support

/// Reads and writes medical images in files: NIfTI, NRRD, MetaImage, and DICOM for reading.
///
/// Geometry is what ITK (and with it SimpleITK) reports: LPS, mm. Voxels come in array order, axis 0 is ITK's z. Images of 2 or 3
/// dimensions
/// with one value per voxel are read; others are refused. Safe to call from any number of threads.
public enum ImageFile {
    /// The endings of image files that are looked for in folders, longest first.
    public static let extensions = [".nii.gz", ".nii", ".nrrd", ".mha", ".mhd"]

    /// Reads an image, its values as `Float` (rescaled as its header says).
    ///
    /// - Throws: `Problem` naming the file: missing, no image, truncated, more than 3 dimensions, several values per voxel.
    public static func read(_ url: URL) throws -> Image<Float> {
        let image = try OpenImage(url)
        let volume = try image.storedVoxels().map(image.floats)
        return Image(volume: try volume ?? image.voxels(CITK_FLOAT32, zero: Float(0)), geometry: image.geometry)
    }

    /// Reads an image file, or the DICOM series of a folder.
    public static func readImage(_ url: URL) throws -> Image<Float> {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue else { return try read(url) }
        return try readSeries(folder: url)
    }

    /// Reads a label map; what rescaling leaves beside whole numbers (0.01 at most) is rounded.
    ///
    /// - Throws: as `read`, and where a value does not fit `Int32`, is not finite or a fraction.
    public static func readLabels(_ url: URL) throws -> Image<Int32> {
        let image = try OpenImage(url)
        let volume = try image.storedVoxels().map { voxels in
            Volume(
                shape: image.geometry.size,
                voxels: try [Int32](unsafeUninitializedCapacity: voxels.count) { buffer, initialized in
                    if let fault = voxels.copyLabels(to: UnsafeMutableBufferPointer(rebasing: buffer[..<voxels.count])) {
                        throw Problem(url, fault.text)
                    }
                    initialized = voxels.count
                })
        }
        return Image(volume: try volume ?? image.voxels(CITK_INT32, zero: Int32(0)), geometry: image.geometry)
    }

    /// Reads the header of an image alone.
    ///
    /// - Throws: as `read`, except that truncated voxels go unnoticed in NIfTI and compressed files.
    public static func readGeometry(_ url: URL) throws -> Geometry { try OpenImage(url).geometry }

    /// Reads the one DICOM series of `folder`, slices sorted by position.
    ///
    /// - Throws: `Problem` naming the folder: missing, no or several series, slices of different sizes or orientations, unevenly spaced, or
    ///   unreadable.
    public static func readSeries(folder: URL) throws -> Image<Float> {
        let image = try OpenImage(folder, isSeries: true)
        return Image(volume: try image.voxels(CITK_FLOAT32, zero: Float(0)), geometry: image.geometry)
    }

    /// Reads the headers of the one DICOM series of `folder`.
    ///
    /// - Throws: as `readSeries`, except that damaged voxels go unnoticed.
    public static func readSeriesGeometry(folder: URL) throws -> Geometry { try OpenImage(folder, isSeries: true).geometry }

    /// Reads an image as `read` does, and compares the checksum of its compressed data, which reading alone does not for all formats.
    ///
    /// - Returns: the image, and how many NaN or infinite voxels of a NIfTI file were replaced by 0; other formats keep them.
    /// - Throws: as `read`, and where the compressed data is corrupt.
    public static func readVerified(_ url: URL) throws -> (image: Image<Float>, replaced: Int) {
        let image = try OpenImage(url)
        if let voxels = try image.storedVoxels() {
            return (Image(volume: image.floats(voxels), geometry: image.geometry), voxels.nonFinite)
        }
        let table = try ImageLibrary.table()
        try ImageLibrary.call(url) { table.verify(url.path, $0, $1) }
        return (Image(volume: try image.voxels(CITK_FLOAT32, zero: Float(0)), geometry: image.geometry), 0)
    }

    /// The header of a NIfTI file; damaged ones throw: ITK would print to standard error, or read something else. What cannot be read at all
    /// is its business.
    fileprivate static func header(_ url: URL) throws -> NIfTIHeader? {
        let header = try? NIfTIHeader(url)
        if let problem = header?.problem { throw problem }
        return header
    }

    /// Writes `image` as float32 in the format that the ending names (.nii.gz, .nii, .nrrd, .mha); atomically.
    ///
    /// - Throws: `Problem` naming the file and the reason.
    public static func write(_ image: Image<Float>, to url: URL) throws { try write(image, as: CITK_FLOAT32, to: url) }

    /// Writes `image` as int32.
    public static func write(_ image: Image<Int32>, to url: URL) throws { try write(image, as: CITK_INT32, to: url) }

    /// Writes `image` as int16.
    public static func write(_ image: Image<Int16>, to url: URL) throws { try write(image, as: CITK_INT16, to: url) }

    /// Writes `image` as uint8.
    public static func write(_ image: Image<UInt8>, to url: URL) throws { try write(image, as: CITK_UINT8, to: url) }

    private static func write<Element: Sendable>(_ image: Image<Element>, as type: Int, to url: URL) throws {
        precondition(image.volume.shape == image.geometry.size, "the geometry must describe the volume")
        let table = try ImageLibrary.table()
        var grid = image.geometry.grid
        try AtomicFile.write(to: url) { temporary in
            // Problems name the file that was asked for, not the temporary one.
            try ImageLibrary.call(url) { message, capacity in
                image.volume.voxels.withUnsafeBytes { table.write(temporary.path, &grid, Int32(type), $0.baseAddress, message, capacity) }
            }
        }
    }
}

/// A file or series whose header has been read; closed with the value.
private final class OpenImage {
    let geometry: Geometry
    private let url: URL
    private let header: NIfTIHeader?
    private let table: citk_table
    private let image: OpaquePointer

    init(_ url: URL, isSeries: Bool = false) throws {
        let table = try ImageLibrary.table()
        header = isSeries ? nil : try ImageFile.header(url)
        var image: OpaquePointer?
        var grid = citk_grid()
        try ImageLibrary.call(url) {
            isSeries ? table.open_series(url.path, &image, &grid, $0, $1) : table.open(url.path, &image, &grid, $0, $1)
        }
        guard let image else { throw Problem(url, "cannot be read") }
        self.url = url
        self.table = table
        self.image = image
        geometry = Geometry(grid)
    }

    deinit { table.close(image) }

    /// The voxels of a usual NIfTI file; nil where ITK has to read them.
    func storedVoxels() throws -> NIfTIVoxels? {
        guard let header, let voxels = try NIfTIVoxels(header), voxels.count == geometry.size.x * geometry.size.y * geometry.size.z else {
            return nil
        }
        return voxels
    }

    /// The values of stored voxels.
    func floats(_ voxels: NIfTIVoxels) -> Volume<Float> {
        Volume(
            shape: geometry.size,
            voxels: [Float](unsafeUninitializedCapacity: voxels.count) { buffer, initialized in
                voxels.copy(to: UnsafeMutableBufferPointer(rebasing: buffer[..<voxels.count]))
                initialized = voxels.count
            })
    }

    func voxels<Element: Sendable>(_ type: Int, zero: Element) throws -> Volume<Element> {
        let count = geometry.size.x * geometry.size.y * geometry.size.z
        let voxels = try [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            try ImageLibrary.call(url) { table.read(image, Int32(type), buffer.baseAddress, $0, $1) }
            initialized = count
        }
        return Volume(shape: geometry.size, voxels: voxels)
    }
}
