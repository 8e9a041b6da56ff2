import Core
import Foundation
import Imaging
import Support

/// A case as the network sees it: turned, cropped, transposed, resampled and normalised (spec 04).
public struct PreparedCase: Sendable {
    public var id: String
    /// Normalised intensities, C order [channels, shape].
    public var channels: [Float]
    public var channelCount: Int
    /// Voxels along the transposed axes.
    public var shape: SIMD3<Int>
    /// Instance ids, 0 background, −1 background outside of the nonzero region.
    public var segmentation: Volume<Int32>
    public var properties: CaseProperties

    /// The objects that are left after resampling.
    public var candidates: Candidates { Candidates(segmentation: segmentation, classes: properties.instances) }

    static func arrayFile(_ id: String, in folder: URL) -> URL { folder.appendingPathComponent("\(id).npz") }
    package static func propertiesFile(_ id: String, in folder: URL) -> URL { folder.appendingPathComponent("\(id).json") }

    /// Counts in everything that the arrays of a case were made of: the key beside them, or, where a case came from elsewhere without one, the
    /// arrays themselves.
    public static func addContent(of id: String, in folder: URL, to key: inout ContentKey) throws {
        let properties: CaseProperties = try JSONFile.read(from: propertiesFile(id, in: folder))
        guard let content = properties.contentKey else { return try key.add(file: arrayFile(id, in: folder)) }
        key.add(content)
    }

    /// Writes `<case>.npz` (`data` [C, …] float32 and, with `labels`, `seg` [1, …] int32), then `<case>.json`.
    func writeArrays(in folder: URL, labels: Bool) throws {
        let size = [shape.x, shape.y, shape.z]
        var arrays = ["data": NPYArray(channels, shape: [channelCount] + size)]
        if labels { arrays["seg"] = NPYArray(segmentation.voxels, shape: [1] + size) }
        try NPZ.write(arrays, to: Self.arrayFile(id, in: folder))
    }

    /// Reads a case that `writeArrays` wrote without labels (a test case).
    ///
    /// - Throws: `Problem` naming the file that is missing, damaged or does not fit the other.
    public static func read(_ id: String, in folder: URL) throws -> PreparedCase {
        let properties: CaseProperties = try JSONFile.read(from: propertiesFile(id, in: folder))
        let file = arrayFile(id, in: folder)
        let arrays = try NPZ.read(file)
        guard let data = arrays["data"], data.shape.count == 4 else {
            throw Problem(file, "holds no array 'data' of four axes", remedy: "preprocess the case again")
        }
        let shape = SIMD3(data.shape[1], data.shape[2], data.shape[3])
        guard shape == properties.sizeAfterResampling else {
            throw Problem(
                file, "'data' has shape \(data.shape), the properties beside it say otherwise", remedy: "preprocess the case again")
        }
        var labels = [Int32](repeating: 0, count: shape.x * shape.y * shape.z)
        if let seg = arrays["seg"] {
            guard seg.count == labels.count else {
                throw Problem(file, "'seg' has shape \(seg.shape), 'data' has \(data.shape)", remedy: "preprocess the case again")
            }
            labels = try seg.exact(key: "seg", of: file)
        }
        return PreparedCase(
            id: id, channels: data.floats(), channelCount: data.shape[0], shape: shape,
            segmentation: Volume(shape: shape, voxels: labels), properties: properties)
    }
}
