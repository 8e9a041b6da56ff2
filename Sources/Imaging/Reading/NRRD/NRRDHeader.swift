import Foundation
import Support

/// The text at the beginning of an NRRD file (http://teem.sourceforge.net/nrrd/format.html).
///
/// Headers are parsed here rather than by ITK 5.2, which takes the anterior axis of `left-anterior-superior` for a posterior one (ITK issue 5207),
/// replaces a missing `space` by LPS without saying so, and allocates what `sizes` asks for before it looks at the size of the file.
struct NRRDHeader {
    let url: URL
    /// By key in lower case; `key:=value` pairs included.
    private(set) var fields: [String: String] = [:]
    /// Where the voxels start, unless they are in another file.
    let end: Int
    /// Names below `data file: LIST`.
    private var listed: [String] = []

    init(_ bytes: UnsafeRawBufferPointer, _ url: URL) throws {
        self.url = url
        guard bytes.count >= 8, bytes.prefix(4).elementsEqual("NRRD".utf8), bytes[4...7].allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw Problem(url, "is not an NRRD image", remedy: "images are read from \(ImageFormat.remedy)")
        }
        var position = 0
        var isList = false
        while true {
            let limit = min(bytes.count, position + Self.longestLine)
            guard let lineEnd = bytes[position..<limit].firstIndex(of: 0x0A) ?? (limit == bytes.count && position < limit ? limit : nil)
            else {
                // A detached header may end with its file.
                if position >= bytes.count, fields["data file"] != nil { break }
                throw Problem(url, "is truncated: its header does not end", remedy: "copy or export the file again")
            }
            let line = String(decoding: bytes[position..<lineEnd], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            position = min(lineEnd + 1, bytes.count)
            if isList {
                if !line.isEmpty { listed.append(line) }
                if position >= bytes.count { break }
                continue
            }
            if line.isEmpty { break }
            guard !line.hasPrefix("#"), !line.hasPrefix("NRRD"), let colon = line.firstIndex(of: ":") else { continue }
            var key = line[..<colon].trimmingCharacters(in: .whitespaces).lowercased()
            if let name = Self.synonyms[key] { key = name }
            let value = line[line.index(after: colon)...].drop { $0 == "=" }.trimmingCharacters(in: .whitespaces)
            fields[key] = value
            isList = key == "data file" && value.uppercased().hasPrefix("LIST")
        }
        end = position
    }

    private static let longestLine = 1 << 20
    private static let synonyms = [
        "datafile": "data file", "lineskip": "line skip", "byteskip": "byte skip", "axismins": "axis mins", "sample units": "sampleunits",
    ]

    /// Words of a field.
    func words(_ key: String) -> [String] { (fields[key] ?? "").split(whereSeparator: \.isWhitespace).map(String.init) }

    /// `sizes`, fastest axis first.
    ///
    /// - Throws: `Problem` where they are missing, are not numbers, or do not fit `dimension`.
    func sizes(_ element: VoxelElement) throws -> [Int] {
        let sizes = words("sizes").map { Int($0) }
        let known = sizes.compactMap { $0 }
        guard known.count == sizes.count, !known.isEmpty, known.count <= 16,
            words("dimension").first.map({ Int($0) == known.count }) ?? false
        else {
            throw Problem(
                url,
                "its header has the sizes '\(fields["sizes"] ?? "")' and the dimension '\(fields["dimension"] ?? "")', which do not fit",
                remedy: "the header is damaged; export the image again")
        }
        try SizeCheck.require(known, element: element, url, field: "sizes")
        return known
    }

    /// The type of the voxels.
    func element() throws -> VoxelElement {
        switch (fields["type"] ?? "").lowercased() {
        case "signed char", "int8", "int8_t", "char": .int8
        case "uchar", "unsigned char", "uint8", "uint8_t": .uint8
        case "short", "short int", "signed short", "signed short int", "int16", "int16_t": .int16
        case "ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t": .uint16
        case "int", "signed int", "int32", "int32_t": .int32
        case "uint", "unsigned int", "uint32", "uint32_t": .uint32
        case "longlong", "long long", "long long int", "signed long long", "signed long long int", "int64", "int64_t": .int64
        case "ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t": .uint64
        case "float": .float32
        case "double": .float64
        default:
            throw Problem(
                url, "its header gives a voxel type that is not read, '\(fields["type"] ?? "")' (type)",
                remedy: "store it as integers, float or double")
        }
    }

    /// Whether multi-byte voxels are big-endian.
    func isBigEndian(_ element: VoxelElement) throws -> Bool {
        switch fields["endian"]?.lowercased() {
        case "big": return true
        case "little": return false
        default:
            guard element.size == 1 || encoding == .text else {
                throw Problem(
                    url, "does not state the byte order of its voxels (endian)", remedy: "the header is damaged; export the image again")
            }
            return false
        }
    }

    /// nil for encodings that are not read.
    private var encoding: VoxelLocation.Encoding? {
        switch (fields["encoding"] ?? "").lowercased() {
        case "raw": .raw
        case "gzip", "gz": .gzip
        case "txt", "text", "ascii": .text
        case "hex": .hex
        default: nil
        }
    }

    /// Where the voxels are.
    ///
    /// - Parameter bytes: the file.
    /// - Throws: `Problem` where the encoding is not read, or the list of files cannot be understood.
    func location(_ bytes: UnsafeRawBufferPointer, axes: Int) throws -> VoxelLocation {
        guard let encoding else {
            throw Problem(
                url, "has voxels in the encoding '\(fields["encoding"] ?? "")', which is not read", remedy: "store it as raw or gzip")
        }
        guard let lineSkip = Int(fields["line skip"] ?? "0"), let byteSkip = Int(fields["byte skip"] ?? "0"), lineSkip >= 0, byteSkip >= -1
        else {
            throw Problem(url, "its header gives an impossible 'line skip' or 'byte skip'", remedy: "the header is damaged")
        }
        let files = try dataFiles(axes: axes)
        if let files {
            guard lineSkip == 0 else {
                throw Problem(url, "'line skip' in another file is not supported", remedy: "store the image as one file")
            }
            let start: Int? = byteSkip < 0 ? nil : encoding == .raw ? byteSkip : 0
            return VoxelLocation(
                header: url, encoding: encoding, pieces: files.map { VoxelLocation.Piece(url: $0, start: start) },
                skip: encoding == .gzip ? max(0, byteSkip) : 0)
        }
        var start = end
        for _ in 0..<lineSkip {
            guard let line = bytes[start...].firstIndex(of: 0x0A) else {
                throw Problem(url, "is truncated: it has fewer lines than 'line skip' says", remedy: "copy or export the file again")
            }
            start = line + 1
        }
        if byteSkip < 0 {
            guard encoding == .raw else { throw Problem(url, "'byte skip: -1' needs raw voxels", remedy: "the header is damaged") }
            return VoxelLocation(header: url, encoding: .raw, pieces: [VoxelLocation.Piece(url: url, start: nil)])
        }
        return VoxelLocation(header: url, encoding: encoding, pieces: [VoxelLocation.Piece(url: url, start: start)], skip: byteSkip)
    }

    /// Files that `data file` names; nil where the voxels follow the header.
    private func dataFiles(axes: Int) throws -> [URL]? {
        guard let value = fields["data file"] else { return nil }
        if value.uppercased().hasPrefix("LIST") {
            let dimension = value.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? axes - 1
            guard dimension == axes - 1, DataFile.areNames(listed) else {
                throw Problem(
                    url, "lists \(listed.count) files of \(dimension) dimensions, which is not read", remedy: "store the image as one file")
            }
            return listed.map { DataFile.url($0, beside: url) }
        }
        if let pattern = try DataFile.pattern(value, url) { return pattern }
        return [DataFile.url(value, beside: url)]
    }
}

/// Names of files with voxels in headers of NRRD and MetaImage.
enum DataFile {
    /// Whether a list holds names of files, rather than voxels that were taken for text.
    static func areNames(_ list: [String]) -> Bool {
        !list.isEmpty && list.allSatisfy { $0.utf8.count < 4096 && $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{FFFD}" } }
    }

    static func url(_ name: String, beside header: URL) -> URL {
        name.hasPrefix("/") ? URL(fileURLWithPath: name) : header.deletingLastPathComponent().appendingPathComponent(name)
    }

    /// Files that a pattern with a number in it names: `slice%03d.raw 1 40 1`; nil where `value` is no pattern.
    ///
    /// - Throws: `Problem` where the pattern asks for anything but one decimal number, or for too many files.
    static func pattern(_ value: String, _ header: URL) throws -> [URL]? {
        let words = value.split(separator: " ").map(String.init)
        guard words.count >= 4, words[0].contains("%"), let first = Int(words[1]), let last = Int(words[2]), let step = Int(words[3]) else {
            return nil
        }
        let parts = words[0].split(separator: "%", omittingEmptySubsequences: false)
        let unclear = Problem(
            header, "names its files by the pattern '\(value)', which is not understood", remedy: "use one %d, as in slice%03d.raw 1 40 1")
        guard parts.count == 2, let letter = parts[1].firstIndex(where: { $0.isLetter }), "di".contains(parts[1][letter]), step != 0,
            (first <= last) == (step > 0) || first == last
        else { throw unclear }
        let width = parts[1][..<letter]
        guard width.allSatisfy({ $0.isASCII && $0.isNumber }), let digits = Int(width.isEmpty ? "0" : width), digits <= 20 else {
            throw unclear
        }
        let fill: Character = width.hasPrefix("0") ? "0" : " "
        let count = (last - first) / step + 1
        guard count <= 1 << 16 else { throw unclear }
        return (0..<count).map { index in
            let number = String(first + index * step)
            let padded = String(repeating: fill, count: max(0, digits - number.count)) + number
            return url("\(parts[0])\(padded)\(parts[1][parts[1].index(after: letter)...])", beside: header)
        }
    }
}
