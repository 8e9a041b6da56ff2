import Core
import Foundation
import Imaging
import Support

/// An unpacked training case whose arrays stay on disk; only the pages that are read come into memory.
public struct PreprocessedCase: Sendable {
    public let id: String
    /// Voxels along the transposed axes.
    public let shape: SIMD3<Int>
    public let channels: Int
    public let properties: CaseProperties
    public let candidates: Candidates
    private let data: MappedArray
    private let segmentation: MappedArray

    /// Opens case `id` of `folder` (`preprocessed/<plan>/imagesTr`).
    ///
    /// - Throws: `Problem` naming the file that is missing, damaged, of another shape than the properties say, or unpacked from another archive.
    public init(_ id: String, in folder: URL) throws {
        try Unpacked.requireCurrent(id, in: folder)
        let properties: CaseProperties = try JSONFile.read(from: PreparedCase.propertiesFile(id, in: folder))
        let candidates: Candidates = try JSONFile.read(from: Candidates.file(id, in: folder))
        let data = try MappedArray(Unpacked.dataFile(id, in: folder), scalar: .float32)
        let segmentation = try MappedArray(Unpacked.segmentationFile(id, in: folder), scalar: .int32)
        guard let size = properties.sizeAfterResampling, data.shape.count == 4, data.shape[0] > 0,
            data.shape[1...].elementsEqual([size.x, size.y, size.z]), segmentation.shape == [1, size.x, size.y, size.z]
        else {
            throw Problem(
                Unpacked.dataFile(id, in: folder),
                "data of shape \(data.shape) and labels of \(segmentation.shape) do not fit the properties",
                remedy: "run 'nndet prep' and 'nndet unpack' again")
        }
        try candidates.check(Candidates.file(id, in: folder), size: size)
        self.id = id
        self.shape = size
        self.channels = data.shape[0]
        self.properties = properties
        self.candidates = candidates
        self.data = data
        self.segmentation = segmentation
    }

    /// Ids of the preprocessed cases in `folder`, sorted.
    public static func ids(in folder: URL) throws -> [String] { try Unpacked.archives(in: folder) }

    /// Calls `body` with the patch of `size` voxels that begins at `origin` (may lie outside); outside, images are `padding` and labels −1.
    ///
    /// Nothing is read before `body` reads it.
    public func withPatch<Result>(
        origin: SIMD3<Int>, size: SIMD3<Int>, padding: Float = 0, _ body: (PatchView) throws -> Result
    ) rethrows -> Result {
        let voxels = shape.x * shape.y * shape.z
        return try data.withElements(Float.self) { data in
            try segmentation.withElements(Int32.self) { labels in
                try body(
                    PatchView(
                        images: (0..<channels).map {
                            VolumeView(data + $0 * voxels, shape: shape, origin: origin, size: size, outside: padding, isMapped: true)
                        },
                        labels: VolumeView(labels, shape: shape, origin: origin, size: size, outside: -1, isMapped: true)))
            }
        }
    }
}

/// An `.npy` file mapped into memory.
private struct MappedArray: Sendable {
    let shape: [Int]
    private let file: MappedFile
    private let offset: Int
    private let count: Int

    /// - Throws: `Problem` naming the file that is missing, truncated or of another element type.
    init(_ url: URL, scalar: NPYArray.Scalar) throws {
        file = try MappedFile(url)
        let header = try NPYHeader(file.bytes, named: url.path)
        guard header.scalar == scalar, !header.fortranOrder else {
            throw Problem(url, "holds \(header.scalar.rawValue), not \(scalar.rawValue) in C order", remedy: "preprocess the case again")
        }
        shape = header.shape
        offset = header.offset
        count = shape.reduce(1, *)
        guard file.bytes.count - offset >= count * scalar.size, offset % scalar.size == 0 else {
            throw Problem(url, "truncated", remedy: "unpack the case again")
        }
        // Patches say themselves what they read; what the system would read around it belongs to none.
        _ = madvise(UnsafeMutableRawPointer(mutating: file.bytes.baseAddress), file.bytes.count, MADV_RANDOM)
    }

    /// Calls `body` with the first of the elements; the file stays mapped meanwhile.
    func withElements<Element: BitwiseCopyable, Result>(
        _: Element.Type, _ body: (UnsafePointer<Element>) throws -> Result
    ) rethrows -> Result {
        try withExtendedLifetime(file) {
            let elements = UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + count * MemoryLayout<Element>.size])
            // A header was read from the file, so it is not empty.
            guard let first = elements.bindMemory(to: Element.self).baseAddress else { preconditionFailure("the file is mapped") }
            return try body(first)
        }
    }
}
