import Core
import Foundation
import Imaging
import Preprocessing
import Support

/// A case of a raw data set: where its images lie, and how its objects are found.
public struct DatasetCase: Sendable {
    public let id: String
    /// One image per modality; the first gives the grid.
    let images: [ImageSource]
    package let labels: any LabelSource
    /// Whether images on other grids are brought to that of the first; else they are refused.
    let resamples: Bool
    /// What the user should know of this case.
    let notes: [String]

    /// Whether none of its images was found to be damaged.
    var isReadable: Bool {
        images.allSatisfy { image in
            if case .damaged = image { false } else { true }
        }
    }

    init(id: String, images: [ImageSource], labels: any LabelSource, resamples: Bool = false, notes: [String] = []) {
        self.id = id
        self.images = images
        self.labels = labels
        self.resamples = resamples
        self.notes = notes
    }
}

/// An image of a raw data set.
enum ImageSource: Sendable {
    case file(URL)
    /// The folder of a DICOM series.
    case series(URL)
    /// A folder or file of which it was found while looking for cases that it cannot be read.
    case damaged(URL, Problem)

    var url: URL {
        switch self {
        case .file(let url), .series(let url), .damaged(let url, _): url
        }
    }

    /// The files that hold the image.
    ///
    /// - Throws: `Problem` where a folder cannot be read.
    func files() throws -> [URL] {
        switch self {
        case .file(let url):
            // The voxels of a MetaImage may lie beside it.
            let raw = ["raw", "zraw"].map { url.deletingPathExtension().appendingPathExtension($0) }
            return url.pathExtension == "mhd" ? [url] + raw.filter { FileManager.default.fileExists(atPath: $0.path) } : [url]
        case .series(let url): return try FolderListing.files(below: url)
        case .damaged: return []
        }
    }

    /// - Throws: `Problem` where the header cannot be read, or the image is no 3D image.
    func geometry(_ reader: ImageReader) throws -> Geometry {
        switch self {
        case .file(let url), .series(let url): try Self.checked(reader.geometry(url), url)
        case .damaged(_, let problem): throw problem
        }
    }

    /// - Throws: as `geometry`, and where the voxels cannot be read.
    func read(_ reader: ImageReader) throws -> Image<Float> {
        let image =
            switch self {
            case .file(let url), .series(let url): try reader.read(url)
            case .damaged(_, let problem): throw problem
            }
        _ = try Self.checked(image.geometry, url)
        return image
    }

    private static func checked(_ geometry: Geometry, _ url: URL) throws -> Geometry {
        guard !geometry.isPlanar else { throw Problem(url, "is a 2D image, the data set has 3D images", remedy: "get the file again") }
        return geometry
    }
}

/// No objects; of a case that cannot be read.
struct NoLabels: LabelSource {
    var files: [URL] { [] }
    var settings: String { "none" }

    func check(_ grid: Geometry, _ reader: ImageReader) {}
    func objects(on grid: Geometry, _ reader: ImageReader) -> ObjectMap {
        ObjectMap(map: Volume(shape: grid.size, filledWith: 0), classes: [:])
    }
}

/// Where the objects of a case come from.
package protocol LabelSource: Sendable {
    /// The files that say where they are.
    var files: [URL] { get }
    /// What, other than the files, decides on the objects; part of what tells whether a case must be converted again.
    var settings: String { get }

    /// Looks at headers alone.
    ///
    /// - Parameter grid: of the first image.
    /// - Throws: `Problem` naming the file that does not fit.
    func check(_ grid: Geometry, _ reader: ImageReader) throws

    /// - Parameter grid: of the first image.
    /// - Throws: `Problem` naming the file that cannot be used.
    func objects(on grid: Geometry, _ reader: ImageReader) throws -> ObjectMap
}

/// The objects of one case.
package struct ObjectMap: Sendable {
    /// 0 for background, objects numbered from 1.
    package var map: Volume<Int32>
    /// Class of each object.
    package var classes: [Int: Int]
    /// Classes of voxels that are no objects, numbered from 1.
    var stuff: Volume<Int32>?
    /// The semantic map that the objects were made from, kept beside them for `seg2det`.
    var semantic: Volume<Int32>?
    /// Further keys of the label json.
    var extra: [String: Document] = [:]
    /// What the user should know.
    var notes: [String] = []

    /// Objects numbered 1, 2, … in the order of their numbers here, without those that have no voxel; returns the new numbers of the old.
    mutating func renumber() -> [Int: Int] {
        let present = map.distinctValues().filter { $0 > 0 }
        var numbers: [Int: Int] = [:]
        for id in present { numbers[id] = numbers.count + 1 }
        if numbers.contains(where: { $0.key != $0.value }) {
            map.voxels.withUnsafeMutableBufferPointer { voxels in
                for index in voxels.indices where voxels[index] > 0 { voxels[index] = Int32(numbers[Int(voxels[index])] ?? 0) }
            }
        }
        classes = Dictionary(uniqueKeysWithValues: classes.compactMap { id, label in numbers[id].map { ($0, label) } })
        return numbers
    }
}
