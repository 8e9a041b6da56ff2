import Foundation
import Support

/// The text at the beginning of a MetaImage (https://itk.org/Wiki/ITK/MetaIO/Documentation).
///
/// Headers are parsed here rather than by the MetaIO of ITK 5.2, which allocates what `DimSize` asks for before it looks at the size of the file
/// (MetaIO issue 150), leaves the voxels of missing files in a list undefined, and does not notice damaged compressed data.
struct MetaImageHeader {
    let url: URL
    /// By key in lower case.
    private(set) var fields: [String: String] = [:]
    /// Where the voxels start, unless they are in another file.
    private let end: Int
    /// Names below `ElementDataFile = LIST`.
    private var listed: [String] = []

    init(_ bytes: UnsafeRawBufferPointer, _ url: URL) throws {
        self.url = url
        let notMeta = Problem(url, "is not a MetaImage", remedy: "images are read from \(ImageFormat.remedy)")
        var position = 0
        var isList = false
        while position < bytes.count {
            let limit = min(bytes.count, position + 1 << 16)
            let lineEnd = bytes[position..<limit].firstIndex(of: 0x0A) ?? limit
            guard lineEnd < limit || limit == bytes.count else { throw notMeta }
            let line = String(decoding: bytes[position..<lineEnd], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            position = min(lineEnd + 1, bytes.count)
            if isList {
                if !line.isEmpty { listed.append(line) }
                continue
            }
            guard let sign = line.firstIndex(of: "=") else {
                if line.isEmpty || line.hasPrefix("#") { continue }
                throw notMeta
            }
            let key = line[..<sign].trimmingCharacters(in: .whitespaces).lowercased()
            let value = line[line.index(after: sign)...].trimmingCharacters(in: .whitespaces)
            fields[key] = value
            guard key == "elementdatafile" else { continue }
            isList = value.uppercased().hasPrefix("LIST")
            if !isList { break }
        }
        end = position
        guard fields["ndims"] != nil, fields["dimsize"] != nil else { throw notMeta }
        guard fields["elementdatafile"] != nil else {
            throw Problem(
                url, "is truncated: its header does not name its voxels (ElementDataFile)", remedy: "copy or export the file again")
        }
    }

    private func numbers(_ keys: String...) throws -> (values: [Double], key: String)? {
        for key in keys {
            guard let text = fields[key.lowercased()] else { continue }
            let numbers = text.split(whereSeparator: \.isWhitespace).map { Double($0) }
            guard numbers.allSatisfy({ $0 != nil }) else { throw Problem(url, "has a \(key) that is not understood: \(text.prefix(60))") }
            return (numbers.compactMap { $0 }, key)
        }
        return nil
    }

    private func flag(_ key: String) -> Bool? { fields[key.lowercased()].map { ["true", "t", "1", "yes"].contains($0.lowercased()) } }

    /// Checks the header.
    ///
    /// - Throws: `Problem` naming the field that is missing, impossible or contradicted.
    func checked(_ bytes: UnsafeRawBufferPointer, _ policy: ReadingPolicy) throws -> ImageHeader {
        let element = try element()
        let sizes = (fields["dimsize"] ?? "").split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard let count = Int(fields["ndims"] ?? ""), count == sizes.count, (2...10).contains(count) else {
            throw Problem(
                url, "its header has NDims = \(fields["ndims"] ?? "") and DimSize = \(fields["dimsize"] ?? ""), which do not fit",
                remedy: "the header is damaged; export the image again")
        }
        try SizeCheck.require(sizes, element: element, url, field: "DimSize")
        if let channels = fields["elementnumberofchannels"], channels != "1" {
            throw Problem(
                url, "has \(channels) values per voxel (ElementNumberOfChannels)",
                remedy: "give one image with one value per voxel for each modality")
        }
        if let extra = sizes.dropFirst(3).first(where: { $0 > 1 }) {
            throw Problem(
                url, "has \(count) dimensions, \(extra) images in time (DimSize)", remedy: "give one 3D image for each modality")
        }
        var notices: [ImageNotice] = []
        let grid = try grid(sizes, policy, &notices)
        let (geometry, found) = try grid.geometry(url, fields: "TransformMatrix", isPlanar: count == 2)
        return ImageHeader(
            url: url, geometry: geometry, element: element, isBigEndian: try isBigEndian(element), scaling: try scaling(&notices),
            location: try location(sizes.count), notices: notices + found)
    }

    private func element() throws -> VoxelElement {
        switch (fields["elementtype"] ?? "").uppercased() {
        case "MET_CHAR": .int8
        case "MET_UCHAR": .uint8
        case "MET_SHORT": .int16
        case "MET_USHORT": .uint16
        case "MET_INT", "MET_LONG": .int32
        case "MET_UINT", "MET_ULONG": .uint32
        case "MET_LONG_LONG": .int64
        case "MET_ULONG_LONG": .uint64
        case "MET_FLOAT": .float32
        case "MET_DOUBLE": .float64
        default:
            throw Problem(
                url, "its header gives a voxel type that is not read, '\(fields["elementtype"] ?? "")' (ElementType)",
                remedy: "store one number per voxel")
        }
    }

    private func isBigEndian(_ element: VoxelElement) throws -> Bool {
        let flags = [flag("BinaryDataByteOrderMSB"), flag("ElementByteOrderMSB")].compactMap { $0 }
        guard Set(flags).count <= 1 else {
            throw Problem(url, "states two byte orders (BinaryDataByteOrderMSB, ElementByteOrderMSB)", remedy: "correct the header")
        }
        // Without a statement MetaIO takes the order of the machine, which is little-endian everywhere today.
        return flags.first ?? false
    }

    private func scaling(_ notices: inout [ImageNotice]) throws -> IntensityScaling {
        let slope = try numbers("ElementToIntensityFunctionSlope")?.values.first ?? 1
        let offset = try numbers("ElementToIntensityFunctionOffset")?.values.first ?? 0
        guard slope.isFinite, slope != 0, offset.isFinite else {
            throw Problem(url, "its values cannot be scaled: ElementToIntensityFunctionSlope is \(slope), …Offset is \(offset)")
        }
        if slope != 1 || offset != 0 {
            notices.append(
                ImageNotice(
                    url, "its values are scaled by ElementToIntensityFunction (\(GridVectors.text(slope)) × + \(GridVectors.text(offset)))")
            )
        }
        return IntensityScaling(slope: slope, intercept: offset)
    }

    private func grid(_ sizes: [Int], _ policy: ReadingPolicy, _ notices: inout [ImageNotice]) throws -> GridVectors {
        let count = sizes.count
        let used = min(3, count)
        let size = SIMD3(sizes[0], sizes[1], count > 2 ? sizes[2] : 1)
        let unit = try unit()
        let spacing = try spacing(count, unit, policy, &notices)
        var origin = SIMD3<Double>.zero
        if let (values, key) = try numbers("Offset", "Position", "Origin") {
            guard values.count == count else { throw Problem(url, "has \(values.count) numbers in \(key), not \(count)") }
            for axis in 0..<used { origin[axis] = values[axis] * unit }
        } else if count > 2 {
            notices.append(ImageNotice(url, "states no position (Offset); its first voxel is placed at 0, 0, 0"))
        }
        guard let (matrix, key) = try numbers("TransformMatrix", "Rotation", "Orientation") else {
            guard count == 2 || policy.assumedOrientation != nil else {
                throw Problem(
                    url, "states no orientation (TransformMatrix)",
                    remedy: "state it with --assume-orientation, for example LPS, or add 'TransformMatrix = 1 0 0 0 1 0 0 0 1'")
            }
            let codes = count == 2 ? "LPS" : policy.assumedOrientation ?? "LPS"
            if count > 2 {
                notices.append(
                    ImageNotice(url, "states no orientation (TransformMatrix); \(codes.uppercased()) is taken (--assume-orientation)"))
            }
            var grid = try GridVectors(size: size, codes: codes, spacing: spacing)
            grid.origin = origin
            return grid
        }
        guard matrix.count == count * count else { throw Problem(url, "has \(matrix.count) numbers in \(key), not \(count * count)") }
        // Each group of numbers is the direction of an axis.
        var steps = [SIMD3<Double>](repeating: .zero, count: 3)
        for axis in 0..<used {
            for row in 0..<used { steps[axis][row] = matrix[axis * count + row] }
            // The part of a fourth dimension would be lost.
            guard (used..<count).allSatisfy({ abs(matrix[axis * count + $0]) < 1e-6 }) else {
                throw Problem(url, "has a \(key) that mixes the \(count) dimensions", remedy: "store it as a 3D image")
            }
            guard abs(steps[axis].length - 1) < 1e-2 else {
                throw Problem(
                    url, "has a \(key) whose axis \(axis) has the length \(GridVectors.text(steps[axis].length)), not 1",
                    remedy: "directions are unit vectors, spacing is in ElementSpacing; correct the header")
            }
            steps[axis] = steps[axis] / steps[axis].length * spacing[axis]
        }
        if count == 2 { steps[2] = SIMD3(0, 0, 1) }
        return GridVectors(size: size, steps: steps, origin: origin)
    }

    private func spacing(
        _ count: Int, _ unit: Double, _ policy: ReadingPolicy, _ notices: inout [ImageNotice]
    ) throws -> SIMD3<Double> {
        let names = ["x", "y", "z"]
        var spacing = SIMD3<Double>(repeating: 1)
        let stated = try numbers("ElementSpacing", "ElementSize")
        if let (values, key) = stated, values.count != count { throw Problem(url, "has \(values.count) numbers in \(key), not \(count)") }
        for axis in 0..<min(3, count) {
            if let value = stated?.values[axis], value.isFinite, value > 0 {
                spacing[axis] = value * unit
            } else if let assumed = policy.assumedSpacing {
                spacing[axis] = assumed[2 - axis]
                notices.append(
                    ImageNotice(
                        url, "states no spacing along \(names[axis]); \(GridVectors.text(assumed[2 - axis])) mm is taken (--assume-spacing)"
                    ))
            } else {
                let text = stated.map { "gives a spacing of \(GridVectors.text($0.values[axis])) mm" } ?? "states no spacing"
                throw Problem(
                    url, "\(text) along \(names[axis]) (ElementSpacing)",
                    remedy: "correct the header, or state it with --assume-spacing z,y,x")
            }
        }
        return spacing
    }

    private func unit() throws -> Double {
        switch fields["distanceunits"]?.lowercased() {
        case nil, "mm", "?", "": return 1
        case "cm": return 10
        case "m": return 1000
        case "um": return 0.001
        case let other?: throw Problem(url, "has an unknown unit of length, '\(other)' (DistanceUnits)", remedy: "store it in mm")
        }
    }

    private func location(_ axes: Int) throws -> VoxelLocation {
        let name = fields["elementdatafile"] ?? ""
        let isText = flag("BinaryData") == false
        let isCompressed = flag("CompressedData") ?? false
        guard let headerSize = Int(fields["headersize"] ?? "0"), headerSize >= -1 else {
            throw Problem(url, "its header gives an impossible HeaderSize", remedy: "the header is damaged")
        }
        let encoding: VoxelLocation.Encoding = isText ? .text : isCompressed ? .zlib : .raw
        let encodedCount = isCompressed ? fields["compresseddatasize"].flatMap { Int($0) } : nil
        if name.uppercased() == "LOCAL" {
            return VoxelLocation(
                header: url, encoding: encoding, pieces: [VoxelLocation.Piece(url: url, start: end)], encodedCount: encodedCount)
        }
        let start = headerSize < 0 ? nil : headerSize
        var files = [DataFile.url(name, beside: url)]
        if name.uppercased().hasPrefix("LIST") {
            let dimension = name.split(separator: " ").dropFirst().first.flatMap { Int($0.filter(\.isNumber)) } ?? axes - 1
            guard dimension == axes - 1, DataFile.areNames(listed) else {
                throw Problem(
                    url, "lists \(listed.count) files of \(dimension) dimensions, which is not read", remedy: "store the image as one file")
            }
            files = listed.map { DataFile.url($0, beside: url) }
        } else if let pattern = try DataFile.pattern(name, url) {
            files = pattern
        }
        let sizes = (fields["dimsize"] ?? "").split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        let slices = sizes.dropFirst(2).reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
        if files.count > 1 || name.uppercased().hasPrefix("LIST"), files.count != slices {
            throw Problem(
                url, "lists \(files.count) files of slices, DimSize gives \(slices)",
                remedy: "slices are missing from the list; export the image again")
        }
        return VoxelLocation(
            header: url, encoding: encoding, pieces: files.map { VoxelLocation.Piece(url: $0, start: start) },
            encodedCount: files.count == 1 ? encodedCount : nil)
    }
}
