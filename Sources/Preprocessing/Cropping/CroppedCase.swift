import Core
import Foundation
import Imaging
import Support

/// A case cropped to where its images are not 0: `raw_cropped/imagesTr/<case>.npz` and `.json`.
public struct CroppedCase: Sendable {
    /// One volume per modality, all of one shape.
    public var channels: [Volume<Float>]
    /// Instance ids, 0 background, −1 background outside of the nonzero region.
    public var segmentation: Volume<Int32>
    public var properties: CaseProperties

    public init(channels: [Volume<Float>], segmentation: Volume<Int32>, properties: CaseProperties) {
        self.channels = channels
        self.segmentation = segmentation
        self.properties = properties
    }

    static func arrayFile(_ id: String, in folder: URL) -> URL { folder.appendingPathComponent("\(id).npz") }
    package static func propertiesFile(_ id: String, in folder: URL) -> URL { folder.appendingPathComponent("\(id).json") }

    /// Reads a cropped case of `folder`.
    ///
    /// - Throws: `Problem` naming the file that is missing, damaged or does not fit the other.
    public static func read(_ id: String, in folder: URL) throws -> CroppedCase {
        let properties: CaseProperties = try JSONFile.read(from: propertiesFile(id, in: folder))
        let file = arrayFile(id, in: folder)
        guard let array = try NPZ.read(file, only: ["data"])["data"] else {
            throw Problem(file, "holds no array 'data'", remedy: "crop the case again")
        }
        let shape = properties.sizeAfterCropping
        guard array.shape.count == 4, array.shape[0] >= 2, array.shape[1...].elementsEqual([shape.x, shape.y, shape.z]) else {
            throw Problem(file, "'data' has shape \(array.shape), not [modalities + 1, \(shape.x), \(shape.y), \(shape.z)]")
        }
        let size = shape.x * shape.y * shape.z
        let last = array.shape[0] - 1
        return CroppedCase(
            channels: (0..<last).map { Volume(shape: shape, voxels: array.floats($0 * size..<($0 + 1) * size)) },
            segmentation: Volume(
                shape: shape,
                voxels: array.floats(last * size..<(last + 1) * size).map { Int32(exactly: $0.rounded(.toNearestOrEven)) ?? 0 }),
            properties: properties)
    }

    /// Writes the array [modalities + 1, …] (float32, segmentation last), then the properties, which say that the array is complete.
    public func write(in folder: URL) throws {
        let id = properties.caseID
        let shape = segmentation.shape
        let count = segmentation.count
        var values: [Float] = []
        values.reserveCapacity((channels.count + 1) * count)
        for channel in channels { values.append(contentsOf: channel.voxels) }
        values.append(contentsOf: segmentation.voxels.map { Float($0) })
        let json = Self.propertiesFile(id, in: folder)
        try DerivedFile.invalidate(json)
        try NPZ.write(
            ["data": NPYArray(values, shape: [channels.count + 1, shape.x, shape.y, shape.z])], to: Self.arrayFile(id, in: folder))
        var properties = properties
        properties.files = try DerivedFile.seals([Self.arrayFile(id, in: folder)])
        try JSONFile.write(properties, to: json)
    }
}
