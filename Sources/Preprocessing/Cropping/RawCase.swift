import Core
import Foundation
import Imaging
import Support

/// The images of one case, turned to the orientation of the data set, before cropping.
public struct RawCase: Sendable {
    public var id: String
    /// One volume per modality, all of one shape.
    public var channels: [Volume<Float>]
    /// Instance ids (0: background); nil where the case has no labels.
    public var segmentation: Volume<Int32>?
    /// The grid of modality 0 on disk.
    public var geometry: Geometry
    /// How the arrays come from those on disk.
    public var orientation: AxisMap
    /// Instance id → class id.
    public var instances: [Int: Int]
    /// What reading the files noticed.
    public var notices: [ImageNotice] = []

    /// - Parameters:
    ///   - id: of the case.
    ///   - channels: in the orientation that `orientation` leads to.
    ///   - segmentation: likewise.
    ///   - geometry: the grid of modality 0 on disk, before any turning.
    ///   - orientation: how the arrays come from those on disk.
    ///   - instances: instance id → class id; empty without labels.
    public init(
        id: String, channels: [Volume<Float>], segmentation: Volume<Int32>? = nil, geometry: Geometry, orientation: AxisMap = .identity,
        instances: [Int: Int] = [:]
    ) {
        self.id = id
        self.channels = channels
        self.segmentation = segmentation
        self.geometry = geometry
        self.orientation = orientation
        self.instances = instances
    }

    /// Reads the images (one file or folder of DICOM slices per modality) and labels of a case.
    ///
    /// - Parameters:
    ///   - id: of the case, for messages too.
    ///   - images: in the order of the modalities, at least one, all on one grid.
    ///   - labels: the map of instances and the json beside it; nil for cases without labels.
    ///   - codes: axis codes (`LPS`: fastest axis first) to turn the arrays to; nil leaves them as they are.
    ///   - reader: reads the images.
    /// - Throws: `Problem` naming the file that cannot be read or is on another grid than modality 0, or where no image has more than one value.
    public init(
        id: String, images: [URL], labels: (map: URL, json: URL)? = nil, orientation codes: String? = nil, reader: ImageReader
    ) throws {
        guard let first = images.first else { throw Problem("case \(id)", "has no images") }
        let heard = HeardNotices()
        let reader = ImageReader(reader.policy) { notice in
            heard.add(notice)
            reader.note(notice)
        }
        var geometry: Geometry?
        var orientation = AxisMap.identity
        var channels: [Volume<Float>] = []
        var constants: [(url: URL, value: Float)] = []
        for url in images {
            let decoded = try reader.decode(url)
            let image = decoded.image
            if decoded.isConstant { constants.append((url, decoded.minimum)) }
            if let geometry {
                try Self.require(image.geometry, equals: geometry, url, first, reader)
            } else {
                geometry = image.geometry
                orientation = try codes.map { try AxisMap(image.geometry, to: $0) } ?? .identity
            }
            channels.append(image.volume.reoriented(orientation))
        }
        guard let geometry else { throw Problem(first, "cannot be read") }
        if constants.count == images.count { throw GridCheck.constant(first, constants[0].value) }
        for (url, value) in constants { reader.note(ImageNotice(url, "every voxel has the value \(value)")) }
        var segmentation: Volume<Int32>?
        var instances: [Int: Int] = [:]
        if let labels {
            let image = try reader.readLabels(labels.map)
            try Self.require(image.geometry, equals: geometry, labels.map, first, reader)
            instances = try CaseLabels.read(labels.json).instances
            if let problem = LabelCheck.problem(map: image.volume, instances: instances, labels.map, labels.json) { throw problem }
            segmentation = image.volume.reoriented(orientation)
        }
        self.init(
            id: id, channels: channels, segmentation: segmentation, geometry: geometry, orientation: orientation, instances: instances)
        notices = heard.all
    }

    private static func require(
        _ geometry: Geometry, equals reference: Geometry, _ url: URL, _ first: URL, _ reader: ImageReader
    ) throws {
        if let problem = GridCheck.problem(geometry, reference, url, first) { throw problem }
        if let difference = geometry.slightDifference(from: reference) {
            reader.note(ImageNotice(url, "is taken to be on the grid of \(first.lastPathComponent): \(difference)"))
        }
    }
}

/// The notices of one case.
private final class HeardNotices: @unchecked Sendable {
    private let lock = NSLock()
    private var notices: [ImageNotice] = []
    func add(_ notice: ImageNotice) { lock.withLock { notices.append(notice) } }
    var all: [ImageNotice] { lock.withLock { notices } }
}

extension AxisMap {
    /// The map that brings an image on `geometry` to the axis codes `codes`.
    public init(_ geometry: Geometry, to codes: String) throws {
        let (axes, flips) = try geometry.axes(to: codes)
        self.init(source: axes, flipped: flips)
    }
}

extension Volume where Element: BitwiseCopyable {
    /// The volume in the orientation that `map` leads to.
    public func reoriented(_ map: AxisMap) -> Volume { reoriented(axes: map.source, flips: map.flipped) }
}
