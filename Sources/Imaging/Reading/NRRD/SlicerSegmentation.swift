import Foundation
import Support

/// A segmentation of 3D Slicer (`.seg.nrrd`): segments by name, in one or more label maps on one grid.
///
/// The grid need not be that of the image: Slicer saves the part that is drawn on, and may draw finer than the image.
public struct SlicerSegmentation: Sendable {
    public struct Segment: Sendable, Equatable {
        public let name: String
        /// Its value in its label map.
        public let value: Int32
        /// The label map that it is in.
        public let layer: Int
    }

    public let segments: [Segment]
    public let geometry: Geometry
    /// The label maps.
    public let layers: [Volume<Int32>]
}

extension ImageReader {
    /// Reads a segmentation of 3D Slicer.
    ///
    /// - Throws: `Problem` naming the file: not an NRRD file, damaged, without segments, or with values that are not labels.
    public func readSegmentation(_ url: URL) throws -> SlicerSegmentation {
        _ = try RegularFile.size(url)
        let file = try MappedFile(url)
        let header = try NRRDHeader(file.bytes, url)
        let element = try header.element()
        let sizes = try header.sizes(element)
        let axes = try header.axes(sizes)
        let others = sizes.indices.filter { !axes.spatial.contains($0) }
        guard axes.spatial.count == 3, others.isEmpty || others == [0] else {
            throw Problem(
                url, "has the sizes \(header.fields["sizes"] ?? "–"); a segmentation has three, after that of its layers if it has several")
        }
        let layerCount = others.isEmpty ? 1 : sizes[0]
        var notices: [ImageNotice] = []
        let (grid, fields) = try header.grid(axes, policy, &notices)
        let (geometry, found) = try grid.geometry(url, fields: fields)
        let segments = try header.segments(layers: layerCount)
        let location = try header.location(file.bytes, axes: sizes.count)
        let count = geometry.size.x * geometry.size.y * geometry.size.z
        let image = ImageHeader(
            url: url, geometry: geometry, element: element, isBigEndian: try header.isBigEndian(element), scaling: .none,
            location: location,
            notices: notices + found)
        try location.requireSize(count * layerCount * element.size, elementSize: element.size)
        let (memory, more) =
            location.encoding == .text
            ? (try location.parsedNumbers(count * layerCount), []) : try location.load(count * layerCount * element.size)
        (image.notices + more).forEach(report)
        let stored = StoredVoxels(
            element: location.encoding == .text ? .float64 : element, isSwapped: image.isSwapped, bytes: memory.bytes)
        let values = try [Int32](count: count * layerCount) { buffer in
            do { try stored.convertLabels(.none, to: buffer) } catch let fault as StoredVoxels.LabelFault {
                throw Problem(url, fault.text)
            }
        }
        withExtendedLifetime(memory) {}
        let layers = (0..<layerCount).map { layer in
            Volume(
                shape: geometry.size, voxels: layerCount == 1 ? values : (0..<count).map { values[$0 * layerCount + layer] })
        }
        return SlicerSegmentation(segments: segments, geometry: geometry, layers: layers)
    }
}

extension NRRDHeader {
    /// The segments that the header names.
    fileprivate func segments(layers: Int) throws -> [SlicerSegmentation.Segment] {
        var segments: [SlicerSegmentation.Segment] = []
        while fields["segment\(segments.count)_id"] != nil || fields["segment\(segments.count)_name"] != nil {
            let prefix = "segment\(segments.count)_"
            let name = fields[prefix + "name"] ?? fields[prefix + "id"] ?? ""
            let layer = Int(fields[prefix + "layer"] ?? "\(segments.count % max(layers, 1))") ?? -1
            guard (0..<layers).contains(layer) else {
                throw Problem(url, "segment '\(name)' has no layer among the \(layers) of the file", remedy: "export it again from Slicer")
            }
            let text = fields[prefix + "labelvalue"] ?? "1"
            guard let value = Int32(text), value > 0 else {
                throw Problem(
                    url, "segment '\(name)' has the label value '\(text.prefix(20))', a positive integer is needed",
                    remedy: "export it again from Slicer")
            }
            segments.append(SlicerSegmentation.Segment(name: name, value: value, layer: layer))
        }
        guard !segments.isEmpty else {
            throw Problem(
                url, "names no segments (Segment0_Name, …)",
                remedy: "export the segmentation from Slicer, or use 'nndet dataset from-masks'")
        }
        return segments
    }
}
