import Foundation
import Support

/// A segmentation of 3D Slicer (`.seg.nrrd`): segments by name, in one or more label maps on one grid.
///
/// The grid need not be that of the image: Slicer saves the part that is drawn on, and may draw finer than the image.
public struct SlicerSegmentation: Sendable {
    public struct Segment: Sendable, Equatable {
        public let name: String
        /// Its value in its label map.
        public let value: Int
        /// The label map that it is in.
        public let layer: Int
    }

    public let segments: [Segment]
    public let geometry: Geometry
    /// The label maps.
    public let layers: [Volume<Int32>]

    /// Reads a file.
    ///
    /// - Throws: `Problem` naming the file: no NRRD, damaged, no segmentation, an encoding or type that Slicer does not write.
    public init(_ url: URL) throws {
        let file = try MappedFile(url)
        let header = try NRRDHeader(file.bytes, url)
        let sizes = header.numbers("sizes").compactMap { Int(exactly: $0) }
        let spatial = sizes.count == 4 ? Array(sizes.dropFirst()) : sizes
        let layerCount = sizes.count == 4 ? sizes[0] : 1
        guard spatial.count == 3, sizes.allSatisfy({ $0 > 0 && $0 < 1 << 20 }), sizes.count == 3 || header.isListFirst else {
            throw Problem(
                url, "has the sizes \(header.fields["sizes"] ?? "–"), a segmentation has three, behind its layers if it has several")
        }
        geometry = try header.geometry(SIMD3(spatial[2], spatial[1], spatial[0]))
        segments = try header.segments(layers: layerCount)
        let count = spatial.reduce(1, *)
        let values = try header.values(count * layerCount, of: file.bytes)
        let shape = geometry.size
        layers = (0..<layerCount).map { layer in
            Volume(
                shape: shape,
                voxels: layerCount == 1 ? values : (0..<count).map { values[$0 * layerCount + layer] })
        }
    }
}

/// The text at the beginning of an NRRD file.
private struct NRRDHeader {
    let url: URL
    /// By key in small letters; of `key:=value` lines too.
    private(set) var fields: [String: String] = [:]
    private let start: Int

    init(_ bytes: UnsafeRawBufferPointer, _ url: URL) throws {
        self.url = url
        guard bytes.prefix(4).elementsEqual("NRRD".utf8) else { throw Problem(url, "is not an NRRD file") }
        var position = 0
        while true {
            guard let end = bytes[position...].firstIndex(of: 0x0A), end - position < 1 << 20 else {
                throw Problem(url, "is truncated: its header does not end", remedy: "copy or export the file again")
            }
            let line = String(decoding: bytes[position..<end], as: UTF8.self).trimmingCharacters(in: .whitespaces.union(["\r"]))
            position = end + 1
            if line.isEmpty { break }
            guard !line.hasPrefix("#"), !line.hasPrefix("NRRD"), let colon = line.firstIndex(of: ":") else { continue }
            let key = line[..<colon].lowercased()
            fields[key] = line[line.index(after: colon)...].drop { $0 == "=" }.trimmingCharacters(in: .whitespaces)
        }
        start = position
        for key in ["data file", "datafile"] where fields[key] != nil {
            throw Problem(url, "has its voxels in another file", remedy: "save the segmentation as one .seg.nrrd file")
        }
    }

    /// Whether the first axis counts the layers.
    var isListFirst: Bool { ["list", "vector"].contains(fields["kinds"]?.split(separator: " ").first.map(String.init) ?? "") }

    func numbers(_ key: String) -> [Double] { Self.numbers(fields[key] ?? "") }

    private static func numbers(_ text: String) -> [Double] {
        text.split { " (),".contains($0) }.compactMap { Double($0) }
    }

    func geometry(_ size: SIMD3<Int>) throws -> Geometry {
        let flip: SIMD3<Double>
        switch fields["space"]?.lowercased() {
        case "left-posterior-superior", "lps": flip = SIMD3(1, 1, 1)
        case "right-anterior-superior", "ras": flip = SIMD3(-1, -1, 1)
        case "left-anterior-superior", "las": flip = SIMD3(1, -1, 1)
        case let other: throw Problem(url, "does not tell where it lies (space: \(other ?? "none"))", remedy: "export it again from Slicer")
        }
        let directions = numbers("space directions").filter { $0.isFinite }
        let origin = numbers("space origin")
        guard directions.count == 9, origin.count == 3 else {
            throw Problem(url, "has no three 'space directions' and 'space origin'", remedy: "export it again from Slicer")
        }
        var geometry = Geometry(size: size, spacing: SIMD3(1, 1, 1), origin: flip * SIMD3(origin[0], origin[1], origin[2]))
        for column in 0..<3 {
            let vector = flip * SIMD3(directions[3 * column], directions[3 * column + 1], directions[3 * column + 2])
            let length = (vector * vector).sum().squareRoot()
            guard length > 0 else { throw Problem(url, "has an axis without length") }
            geometry.spacing[2 - column] = length
            for row in 0..<3 { geometry.direction[3 * row + column] = vector[row] / length }
        }
        return geometry
    }

    func segments(layers: Int) throws -> [SlicerSegmentation.Segment] {
        var segments: [SlicerSegmentation.Segment] = []
        while fields["segment\(segments.count)_id"] != nil || fields["segment\(segments.count)_name"] != nil {
            let prefix = "segment\(segments.count)_"
            let name = fields[prefix + "name"] ?? fields[prefix + "id"] ?? ""
            let layer = Int(fields[prefix + "layer"] ?? "\(segments.count % max(layers, 1))") ?? -1
            guard (0..<layers).contains(layer), let value = Int(fields[prefix + "labelvalue"] ?? "1") else {
                throw Problem(url, "segment '\(name)' has no layer or value", remedy: "export it again from Slicer")
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

    /// The voxels, in the order of the file.
    func values(_ count: Int, of bytes: UnsafeRawBufferPointer) throws -> [Int32] {
        let type = fields["type"]?.lowercased() ?? ""
        let widths = [
            "unsigned char": 1, "uchar": 1, "uint8": 1, "uint8_t": 1, "signed char": 1, "int8": 1, "int8_t": 1, "short": 2, "short int": 2,
            "int16": 2, "int16_t": 2, "unsigned short": 2, "ushort": 2, "unsigned short int": 2, "uint16": 2, "uint16_t": 2, "int": 4,
            "signed int": 4, "int32": 4, "int32_t": 4, "unsigned int": 4, "uint": 4, "uint32": 4, "uint32_t": 4,
        ]
        guard let width = widths[type] else { throw Problem(url, "has voxels of the type '\(type)', a segmentation has whole numbers") }
        guard width == 1 || (fields["endian"]?.lowercased() ?? "little") == "little" else {
            throw Problem(url, "has its bytes in the order of other machines", remedy: "save it again with Slicer")
        }
        let isUnsigned = type.hasPrefix("u")
        let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count * width, alignment: 8)
        defer { buffer.deallocate() }
        switch fields["encoding"]?.lowercased() {
        case "raw":
            guard rest.count >= buffer.count else { throw truncated }
            buffer.copyBytes(from: rest[..<buffer.count])
        case "gzip", "gz":
            guard try DecompressedContent.decompress(rest, into: buffer, url) == buffer.count else { throw truncated }
        case let other:
            throw Problem(url, "has the encoding '\(other ?? "none")', raw and gzip are read", remedy: "save it again with Slicer")
        }
        return (0..<count).map { index in
            switch (width, isUnsigned) {
            case (1, true): Int32(buffer[index])
            case (1, false): Int32(Int8(bitPattern: buffer[index]))
            case (2, true): Int32(buffer.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
            case (2, false): Int32(buffer.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self))
            default: Int32(truncatingIfNeeded: buffer.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
            }
        }
    }

    private var truncated: Problem { Problem(url, "ends before its last voxel", remedy: "copy or export the file again") }
}
