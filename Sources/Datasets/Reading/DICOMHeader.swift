import Foundation
import Support

/// The few elements of a DICOM file by which series and slices are told apart. Voxels and grids are read by ITK.
package struct DICOMHeader: Sendable, Equatable {
    package enum Tag: UInt32 {
        case instance = 0x0008_0018
        case modality = 0x0008_0060
        case patient = 0x0010_0020
        case study = 0x0020_000D
        case series = 0x0020_000E
        case position = 0x0020_0032
    }

    private var elements: [UInt32: String] = [:]

    /// The value of an element as text, nil where the file does not have it.
    package subscript(tag: Tag) -> String? { elements[tag.rawValue] }

    /// Centre of the first voxel (LPS, mm).
    package var position: SIMD3<Double>? {
        let parts = self[.position]?.split(separator: "\\").map { Double($0.trimmingCharacters(in: .whitespaces)) } ?? []
        guard parts.count == 3, let x = parts[0], let y = parts[1], let z = parts[2] else { return nil }
        return SIMD3(x, y, z)
    }

    /// Whether the file begins as DICOM files do.
    static func isDICOM(_ url: URL) -> Bool {
        guard let file = fopen(url.path, "rb") else { return false }
        defer { fclose(file) }
        var start = [UInt8](repeating: 0, count: 132)
        return fread(&start, 1, 132, file) == 132 && start[128...].elementsEqual("DICM".utf8)
    }

    /// Reads the elements before the voxels.
    ///
    /// - Throws: `Problem` where the file is no DICOM file, is cut off, or its header is compressed.
    package init(_ url: URL) throws {
        guard Self.isDICOM(url) else { throw Problem(url, "is no DICOM file", remedy: "get the file again") }
        var reader = ElementReader(bytes: try Data.file(url), offset: 132)
        guard let elements = reader.elements(until: 0x0020_0032) else {
            throw Problem(url, "its DICOM header is damaged or compressed", remedy: "get the file again")
        }
        self.elements = elements.reduce(into: [:]) { texts, element in
            guard Tag(rawValue: element.tag) != nil else { return }
            texts[element.tag] = String(decoding: element.value, as: UTF8.self).trimmingCharacters(in: .whitespaces.union(["\0"]))
        }
    }
}

/// Walks over the elements of a DICOM file.
private struct ElementReader {
    let bytes: Data
    /// Beyond this many bytes lie voxels, at the latest.
    var offset: Int
    private var isExplicit = true
    private var isBigEndian = false

    init(bytes: Data, offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    struct Element {
        let tag: UInt32
        let value: Data
    }

    private static let undefined = 0xFFFF_FFFF
    /// Kinds of values whose length takes four bytes.
    private static let long: Set<String> = ["OB", "OW", "OF", "OD", "OL", "OV", "SQ", "UC", "UN", "UR", "UT", "SV", "UV"]

    /// The elements up to `last`; nil where the bytes make no sense.
    mutating func elements(until last: UInt32) -> [Element]? {
        var found: [Element] = []
        // The group of the file's own description always is explicit and little-endian.
        var isMeta = true
        while offset < bytes.count {
            if isMeta, number(offset, 2, bigEndian: false) != 2 {
                isMeta = false
                let syntax = found.first { $0.tag == 0x0002_0010 }.map {
                    String(decoding: $0.value, as: UTF8.self).trimmingCharacters(in: .whitespaces.union(["\0"]))
                }
                switch syntax {
                case "1.2.840.10008.1.2": isExplicit = false
                case "1.2.840.10008.1.2.2": isBigEndian = true
                case "1.2.840.10008.1.2.1.99", nil: return nil
                default: break
                }
            }
            guard let (tag, kind, length) = head() else { return nil }
            if tag > last { return found }
            if length == Self.undefined || kind == "SQ" {
                guard skip(length, depth: 0) else { return nil }
                continue
            }
            guard length <= bytes.count - offset else { return nil }
            found.append(Element(tag: tag, value: bytes.subdata(in: offset..<offset + length)))
            offset += length
        }
        return found
    }

    /// Reads tag, kind and length of the next element.
    private mutating func head() -> (tag: UInt32, kind: String, length: Int)? {
        guard let group = number(offset, 2), let element = number(offset + 2, 2) else { return nil }
        let tag = UInt32(group) << 16 | UInt32(element)
        // Marks of sequences have no kind.
        guard isExplicit, group != 0xFFFE else {
            guard let length = number(offset + 4, 4) else { return nil }
            offset += 8
            return (tag, "", length)
        }
        guard offset + 8 <= bytes.count else { return nil }
        let kind = String(decoding: bytes[bytes.startIndex + offset + 4..<bytes.startIndex + offset + 6], as: UTF8.self)
        let isLong = Self.long.contains(kind)
        guard let length = isLong ? number(offset + 8, 4) : number(offset + 6, 2) else { return nil }
        offset += isLong ? 12 : 8
        return (tag, kind, length)
    }

    /// Passes over a sequence whose head was read.
    private mutating func skip(_ length: Int, depth: Int) -> Bool {
        if length != Self.undefined {
            guard length <= bytes.count - offset else { return false }
            offset += length
            return true
        }
        guard depth < 32 else { return false }
        while let (tag, _, length) = head() {
            // The end of an item or of the sequence.
            if tag == 0xFFFE_E00D || tag == 0xFFFE_E0DD { return true }
            guard skip(length, depth: depth + 1) else { return false }
        }
        return false
    }

    private func number(_ offset: Int, _ size: Int, bigEndian: Bool? = nil) -> Int? {
        guard offset >= 0, offset + size <= bytes.count else { return nil }
        let parts = (0..<size).map { Int(bytes[bytes.startIndex + offset + $0]) }
        return (bigEndian ?? isBigEndian ? parts : parts.reversed()).reduce(0) { $0 << 8 | $1 }
    }
}
