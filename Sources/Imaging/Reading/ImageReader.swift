import Foundation
import Support

/// Reads medical images: NIfTI, NRRD, MetaImage, and DICOM files or folders with one series.
///
/// The only way in which images enter the program, so that a file gives the same voxels, the same geometry, the same notices and the same errors
/// everywhere. Geometry is LPS in mm; voxels come in array order, axis 0 is z. Images of 2 or 3 dimensions with one value per voxel are read.
/// Nothing is made up: what a file lacks or contradicts is an error or a notice (docs/reference/data-format.md). Safe to use from any number
/// of threads.
public struct ImageReader: Sendable {
    public let policy: ReadingPolicy
    let report: @Sendable (ImageNotice) -> Void

    /// - Parameters:
    ///   - policy: what the user states about incomplete or contradictory files.
    ///   - report: receives the notices of every file, each time it is read.
    public init(_ policy: ReadingPolicy = .strict, report: @escaping @Sendable (ImageNotice) -> Void = { _ in }) {
        self.policy = policy
        self.report = report
    }

    /// Reports something about an image that its reader cannot know.
    public func note(_ notice: ImageNotice) { report(notice) }

    /// Reads an image, its values rescaled as the file says.
    ///
    /// - Parameter url: a file, or a folder that holds one DICOM series.
    /// - Returns: voxels `[z, y, x]`; NaN is read as 0.
    /// - Throws: `Problem` naming the file: missing, damaged, truncated, without a usable grid, or with infinite values.
    public func read(_ url: URL) throws -> Image<Float> {
        let decoded = try decode(url)
        noteConstant(decoded, url)
        return decoded.image
    }

    /// Reports an image with one value in all voxels.
    public func noteConstant(_ decoded: DecodedImage, _ url: URL) {
        if decoded.isConstant { note(ImageNotice(url, "every voxel has the value \(decoded.minimum)")) }
    }

    /// Reads an image as `read` does, with its notices. That it has one value in all voxels is left to the caller (`noteConstant`): it is an error where
    /// no other image of the case has more.
    public func decode(_ url: URL) throws -> DecodedImage {
        let source = try Source(url, policy)
        let (voxels, summary, found) = try source.floats()
        var notices = source.notices + found
        if let problem = Self.problem(summary, voxels.count, url) { throw problem }
        if summary.notANumber > 0 {
            notices.append(ImageNotice(url, "\(Self.voxels(summary.notANumber)) NaN, read as 0"))
        }
        notices.forEach(report)
        let volume = Volume(shape: source.geometry.size, voxels: voxels)
        return DecodedImage(
            image: Image(volume: volume, geometry: source.geometry), notices: notices, minimum: summary.minimum, maximum: summary.maximum)
    }

    /// Reads a map of labels; what rescaling leaves next to whole numbers (0.01 at most) is rounded.
    ///
    /// - Throws: as `read`, and where a value does not fit `Int32`, is not finite or has a fraction.
    public func readLabels(_ url: URL) throws -> Image<Int32> {
        let source = try Source(url, policy)
        let (voxels, found) = try source.labels()
        (source.notices + found).forEach(report)
        return Image(volume: Volume(shape: source.geometry.size, voxels: voxels), geometry: source.geometry)
    }

    /// Reads the values of a file that should be a map of labels, whatever they are.
    ///
    /// - Returns: values, NaN as 0, and the number of voxels that are NaN or infinite.
    /// - Throws: as `read`, but for the values.
    public func readRawLabels(_ url: URL) throws -> (image: Image<Float>, notFinite: Int) {
        let source = try Source(url, policy)
        let (voxels, summary, found) = try source.floats()
        (source.notices + found).forEach(report)
        return (
            Image(volume: Volume(shape: source.geometry.size, voxels: voxels), geometry: source.geometry),
            summary.notANumber + summary.infinite
        )
    }

    /// Reads headers alone.
    ///
    /// - Throws: as `read`, except that damage in compressed voxels and the values of voxels go unnoticed.
    public func geometry(_ url: URL) throws -> Geometry {
        let source = try Source(url, policy)
        source.notices.forEach(report)
        return source.geometry
    }

    /// Opens the library that decodes compressed DICOM pixels.
    ///
    /// - Throws: `Problem` that says what is missing.
    public static func requireCodecs() throws { try DICOMCodec.check() }

    /// What is wrong with the values of an image.
    private static func problem(_ summary: StoredVoxels.Summary, _ count: Int, _ url: URL) -> Problem? {
        if summary.infinite > 0 {
            return Problem(url, "\(voxels(summary.infinite)) infinite", remedy: "replace infinite values by finite ones")
        }
        return summary.notANumber == count ? Problem(url, "all voxels are NaN", remedy: "export the image again") : nil
    }

    private static func voxels(_ count: Int) -> String { "\(count) \(count == 1 ? "voxel is" : "voxels are")" }
}

/// An image with what was found while it was read.
public struct DecodedImage: Sendable {
    public let image: Image<Float>
    public let notices: [ImageNotice]
    /// Smallest and largest value.
    public let minimum: Float
    public let maximum: Float

    /// Whether all voxels have one value. Single images of a case may, for what one modality does not cover; whole cases may not.
    public var isConstant: Bool { minimum == maximum }
}

/// An image whose headers were read and checked.
private enum Source {
    case file(ImageHeader)
    case series(DICOMVolume)

    init(_ url: URL, _ policy: ReadingPolicy) throws {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        let format = exists && isFolder.boolValue ? .dicom : ImageFormat(name: url.lastPathComponent)
        if format != .dicom { _ = try RegularFile.size(url) }
        switch format {
        case .nifti: self = .file(try Self.nifti(url, policy))
        case .nrrd:
            let file = try MappedFile(url)
            self = .file(try NRRDHeader(file.bytes, url).checked(file.bytes, policy))
        case .metaImage:
            let file = try MappedFile(url)
            self = .file(try MetaImageHeader(file.bytes, url).checked(file.bytes, policy))
        case .dicom:
            if !exists { _ = try RegularFile.size(url) }
            self = .series(try DICOMVolume(url, policy))
        }
        if case .file(let header) = self { try header.location.requireSize(header.byteCount, elementSize: header.element.size) }
    }

    private static func nifti(_ url: URL, _ policy: ReadingPolicy) throws -> ImageHeader {
        let file = try MappedFile(url)
        guard CompressedStream.isGzip(file.bytes) else {
            return try NIfTIHeader(UnsafeRawBufferPointer(rebasing: file.bytes.prefix(NIfTIHeader.length)), url).checked(policy)
        }
        var header: ImageHeader?
        try DecompressedFile.read(url, pieces: NIfTIHeader.length) { bytes in
            header = try NIfTIHeader(bytes, url).checked(policy)
            return false
        }
        guard let header else { throw Problem(url, "is truncated: it holds no header", remedy: "copy or export the file again") }
        return header.compressed()
    }

    var geometry: Geometry {
        switch self {
        case .file(let header): header.geometry
        case .series(let volume): volume.geometry
        }
    }

    var notices: [ImageNotice] {
        switch self {
        case .file(let header): header.notices
        case .series(let volume): volume.notices
        }
    }

    func floats() throws -> (voxels: [Float], summary: StoredVoxels.Summary, notices: [ImageNotice]) {
        switch self {
        case .series(let volume):
            let (voxels, summary) = try volume.floats()
            return (voxels, summary, [])
        case .file(let header):
            let (stored, memory, notices) = try header.load()
            var summary = StoredVoxels.Summary()
            let voxels = [Float](count: header.count) { summary = stored.convert(header.scaling, to: $0) }
            withExtendedLifetime(memory) {}
            return (voxels, summary, notices)
        }
    }

    func labels() throws -> (voxels: [Int32], notices: [ImageNotice]) {
        switch self {
        case .series(let volume): return (try volume.labels(), [])
        case .file(let header):
            let (stored, memory, notices) = try header.load()
            let voxels = try [Int32](count: header.count) { buffer in
                do { try stored.convertLabels(header.scaling, to: buffer) } catch let fault as StoredVoxels.LabelFault {
                    throw Problem(header.url, fault.text)
                }
            }
            withExtendedLifetime(memory) {}
            return (voxels, notices)
        }
    }
}

extension ImageHeader {
    /// The same header of a file that is compressed as a whole.
    fileprivate func compressed() -> ImageHeader {
        ImageHeader(
            url: url, geometry: geometry, element: element, isBigEndian: isBigEndian, scaling: scaling,
            location: VoxelLocation(header: url, encoding: .gzip, pieces: location.pieces, skip: location.skip), notices: notices)
    }
}
