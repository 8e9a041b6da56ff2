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
        guard candidates.boxes.count == candidates.count, candidates.labels.count == candidates.count,
            candidates.boxes.allSatisfy({ $0.count == 6 })
        else { throw Problem(Candidates.file(id, in: folder), "boxes, instances and labels are not of one length") }
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

    /// Copies the patch of `size` voxels that begins at `origin` (may lie outside); outside, images are 0 and labels −1.
    ///
    /// - Parameters:
    ///   - images: [channels, size], C order, filled.
    ///   - labels: [size], C order, filled.
    public func read(
        origin: SIMD3<Int>, size: SIMD3<Int>, images: UnsafeMutableBufferPointer<Float>, labels: UnsafeMutableBufferPointer<Int32>
    ) {
        let voxels = size.x * size.y * size.z
        precondition(images.count == channels * voxels && labels.count == voxels, "the buffers must hold the patch")
        let window = Window(origin: origin, size: size, shape: shape)
        for channel in 0..<channels {
            window.copy(
                data.elements(Float.self), from: channel * shape.x * shape.y * shape.z, outside: 0,
                to: UnsafeMutableBufferPointer(rebasing: images[channel * voxels..<(channel + 1) * voxels]))
        }
        window.copy(segmentation.elements(Int32.self), from: 0, outside: -1, to: labels)
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
    }

    func elements<Element: BitwiseCopyable>(_: Element.Type) -> UnsafeBufferPointer<Element> {
        UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + count * MemoryLayout<Element>.size]).bindMemory(to: Element.self)
    }
}

/// A box of voxels to be copied out of a larger or smaller array.
private struct Window {
    let origin: SIMD3<Int>
    let size: SIMD3<Int>
    let shape: SIMD3<Int>

    func copy<Element: BitwiseCopyable>(
        _ source: UnsafeBufferPointer<Element>, from start: Int, outside: Element, to target: UnsafeMutableBufferPointer<Element>
    ) {
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        let first = min(max(0, -origin.z), size.z)
        let last = max(first, min(size.z, shape.z - origin.z))
        for i in 0..<size.x {
            for j in 0..<size.y {
                let row = to + (i * size.y + j) * size.z
                let (x, y) = (origin.x + i, origin.y + j)
                guard x >= 0, x < shape.x, y >= 0, y < shape.y else {
                    row.update(repeating: outside, count: size.z)
                    continue
                }
                let line = from + (start + (x * shape.y + y) * shape.z + origin.z)
                row.update(repeating: outside, count: first)
                (row + first).update(from: line + first, count: last - first)
                (row + last).update(repeating: outside, count: size.z - last)
            }
        }
    }
}
