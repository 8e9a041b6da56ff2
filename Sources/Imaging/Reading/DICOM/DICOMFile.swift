import Foundation
import Support

/// The data set of a DICOM file up to and including the place of its pixels; of its elements those of `DICOMTag`.
///
/// Files are parsed here rather than by GDCM 3.0, which allocates an element's stated length before it looks at the size of the file (a file of
/// 1.6 kB takes 2 GB) and ends the program on damaged files by failed assertions. GDCM decodes compressed pixels.
package struct DICOMFile: Sendable {
    package let url: URL
    package let dataSet: DICOMDataSet
    let transferSyntax: String
    /// Where the pixels are in the file; nil for objects without.
    let pixels: Pixels?
    /// Bytes of the file.
    let size: Int

    /// Whether this is an image.
    package var hasPixels: Bool { pixels != nil }

    enum Pixels: Sendable {
        /// Uncompressed.
        case native(Range<Int>)
        /// Compressed: the offset table, and the fragments behind it.
        case encapsulated(offsets: Range<Int>, fragments: [Range<Int>])
    }

    /// The value of an element as text, nil where the file does not have it or it is empty.
    package subscript(tag: DICOMTag) -> String? { dataSet.text(tag) }

    /// Centre of the first pixel (LPS, mm); nil where the file does not state it.
    package var position: SIMD3<Double>? {
        guard let numbers = dataSet.numbers(.position), numbers.count == 3 else { return nil }
        return SIMD3(numbers[0], numbers[1], numbers[2])
    }

    /// Whether the file begins as DICOM files do.
    package static func isDICOM(_ url: URL) -> Bool {
        guard let file = fopen(url.path, "rb") else { return false }
        defer { fclose(file) }
        var start = [UInt8](repeating: 0, count: 132)
        return fread(&start, 1, 132, file) == 132 && start[128...].elementsEqual("DICM".utf8)
    }

    /// Parses a file.
    ///
    /// - Throws: `Problem` where it is missing, not a DICOM file, or cut off or damaged before its pixels.
    package init(_ url: URL) throws {
        _ = try RegularFile.size(url)
        try self.init(try MappedFile(url), url)
    }

    init(_ file: MappedFile, _ url: URL) throws {
        let bytes = file.bytes
        self.url = url
        size = bytes.count
        let hasPreamble = bytes.count >= 132 && bytes[128..<132].elementsEqual("DICM".utf8)
        // Old files begin with their first element.
        let isBare = bytes.count >= 8 && (bytes[0] == 2 || bytes[0] == 8) && bytes[1] == 0 && bytes[2] < 0x20 && bytes[3] == 0
        guard hasPreamble || isBare else { throw Problem(url, "is not a DICOM file", remedy: "images are read from \(ImageFormat.remedy)") }
        var parser = DICOMParser(bytes: bytes, offset: hasPreamble ? 132 : 0, url: url)
        (transferSyntax, dataSet, pixels) = try parser.parse()
    }
}

/// Elements of a DICOM file, or of an item of a sequence.
package struct DICOMDataSet: Sendable {
    enum Value: Sendable {
        /// Bytes, and whether numbers in them are big-endian.
        case bytes([UInt8], isBigEndian: Bool)
        case items([DICOMDataSet])
    }

    fileprivate(set) var elements: [DICOMTag: Value] = [:]

    /// Text without padding; nil where the element is missing or empty.
    func text(_ tag: DICOMTag) -> String? {
        guard case .bytes(let bytes, _) = elements[tag] else { return nil }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces.union(["\0"]))
        return text.isEmpty ? nil : text
    }

    /// The numbers of a text element; nil where it is missing, empty or holds something else.
    func numbers(_ tag: DICOMTag) -> [Double]? {
        guard let text = text(tag) else { return nil }
        let numbers = text.split(separator: "\\", omittingEmptySubsequences: false).map { Double($0.trimmingCharacters(in: .whitespaces)) }
        guard numbers.allSatisfy({ $0?.isFinite ?? false }) else { return nil }
        return numbers.compactMap { $0 }
    }

    /// A binary number of two bytes.
    func short(_ tag: DICOMTag) -> Int? {
        guard case .bytes(let bytes, let isBigEndian) = elements[tag], bytes.count >= 2 else { return nil }
        return isBigEndian ? Int(bytes[0]) << 8 | Int(bytes[1]) : Int(bytes[1]) << 8 | Int(bytes[0])
    }

    func items(_ tag: DICOMTag) -> [DICOMDataSet] {
        guard case .items(let items) = elements[tag] else { return [] }
        return items
    }

    func contains(_ tag: DICOMTag) -> Bool { elements[tag] != nil }
}

/// Walks over the elements of a file. Every length is compared with the bytes that are left.
private struct DICOMParser {
    let bytes: UnsafeRawBufferPointer
    var offset: Int
    let url: URL
    private var isExplicit = true
    private var isBigEndian = false

    init(bytes: UnsafeRawBufferPointer, offset: Int, url: URL) {
        self.bytes = bytes
        self.offset = offset
        self.url = url
    }

    private static let undefined = 0xFFFF_FFFF
    private static let deepest = 16
    /// Values that are kept; longer ones are none of `DICOMTag`.
    private static let longestValue = 1 << 12
    private static let item = 0xFFFE_E000
    private static let itemEnd = 0xFFFE_E00D
    private static let sequenceEnd = 0xFFFE_E0DD
    /// Value representations whose length takes four bytes.
    private static let long: Set<String> = ["OB", "OW", "OF", "OD", "OL", "OV", "SQ", "UC", "UN", "UR", "UT", "SV", "UV"]

    private var damaged: Problem {
        Problem(url, "its DICOM header is truncated or damaged at byte \(offset)", remedy: "copy or export the file again")
    }

    mutating func parse() throws -> (syntax: String, dataSet: DICOMDataSet, pixels: DICOMFile.Pixels?) {
        // The group that describes the file is always explicit and little-endian.
        var meta = DICOMDataSet()
        while number(offset, 2) == 2 {
            guard let head = head() else { throw damaged }
            try keep(head, in: &meta, depth: 0)
        }
        let syntax = meta.text(.transferSyntax)
        switch syntax {
        case "1.2.840.10008.1.2": isExplicit = false
        case "1.2.840.10008.1.2.2": isBigEndian = true
        case "1.2.840.10008.1.2.1.99":
            throw Problem(url, "is a deflated DICOM file, which is not read", remedy: "store it uncompressed, for example by 'dcmconv +te'")
        case nil: isExplicit = offset + 6 <= bytes.count && bytes[offset + 4..<offset + 6].allSatisfy { (0x41...0x5A).contains($0) }
        default: break
        }
        var dataSet = DICOMDataSet()
        while offset < bytes.count {
            // Trailing zeros belong to nothing.
            if bytes[offset...].prefix(8).allSatisfy({ $0 == 0 }) { break }
            guard let head = head() else { throw damaged }
            if let pixels = try pixels(head) { return (syntax ?? "1.2.840.10008.1.2", dataSet.with(head.tag), pixels) }
            try keep(head, in: &dataSet, depth: 0)
        }
        return (syntax ?? "1.2.840.10008.1.2", dataSet, nil)
    }

    private struct Head {
        let tag: Int
        let representation: String
        let length: Int
    }

    /// Reads tag, value representation and length of the next element.
    private mutating func head() -> Head? {
        guard let group = number(offset, 2), let element = number(offset + 2, 2) else { return nil }
        let tag = group << 16 | element
        // Items and their ends have no representation.
        guard isExplicit, group != 0xFFFE else {
            guard let length = number(offset + 4, 4) else { return nil }
            offset += 8
            return Head(tag: tag, representation: "", length: length)
        }
        guard offset + 8 <= bytes.count else { return nil }
        let representation = String(decoding: bytes[offset + 4..<offset + 6], as: UTF8.self)
        guard representation.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else { return nil }
        let isLong = Self.long.contains(representation)
        guard let length = isLong ? number(offset + 8, 4) : number(offset + 6, 2) else { return nil }
        offset += isLong ? 12 : 8
        return Head(tag: tag, representation: representation, length: length)
    }

    /// Keeps the value of an element that is used, and passes over others.
    private mutating func keep(_ head: Head, in dataSet: inout DICOMDataSet, depth: Int) throws {
        let tag = DICOMTag(rawValue: UInt32(truncatingIfNeeded: head.tag))
        let isSequence = head.representation == "SQ" || head.length == Self.undefined || (!isExplicit && tag?.isSequence ?? false)
        if isSequence, tag != nil || head.length == Self.undefined {
            // Sequences of unknown representation are implicit, whatever the file is.
            let wasExplicit = isExplicit
            if head.representation == "UN" { isExplicit = false }
            defer { isExplicit = wasExplicit }
            let items = try items(head.length, depth: depth + 1, keeping: tag != nil)
            if let tag { dataSet.elements[tag] = .items(items) }
            return
        }
        guard head.length <= bytes.count - offset else { throw damaged }
        if let tag, head.length <= Self.longestValue {
            dataSet.elements[tag] = .bytes(Array(bytes[offset..<offset + head.length]), isBigEndian: isBigEndian)
        }
        offset += head.length
    }

    private mutating func items(_ length: Int, depth: Int, keeping: Bool) throws -> [DICOMDataSet] {
        guard depth <= Self.deepest else {
            throw Problem(url, "nests sequences more than \(Self.deepest) deep", remedy: "the file is damaged")
        }
        guard length == Self.undefined || length <= bytes.count - offset else { throw damaged }
        let end = length == Self.undefined ? bytes.count : offset + length
        var items: [DICOMDataSet] = []
        while offset < end {
            guard let head = head() else { throw damaged }
            if head.tag == Self.sequenceEnd { return items }
            guard head.tag == Self.item, head.length == Self.undefined || head.length <= end - offset else { throw damaged }
            let itemEnd = head.length == Self.undefined ? end : offset + head.length
            var dataSet = DICOMDataSet()
            while offset < itemEnd {
                guard let inner = self.head() else { throw damaged }
                if inner.tag == Self.itemEnd { break }
                try keep(inner, in: &dataSet, depth: depth)
            }
            if keeping { items.append(dataSet) }
        }
        guard length != Self.undefined else { throw damaged }
        return items
    }

    /// Where the pixels are, if `head` is theirs.
    private mutating func pixels(_ head: Head) throws -> DICOMFile.Pixels? {
        let tags: [DICOMTag] = [.pixelData, .floatPixelData, .doublePixelData]
        guard tags.contains(where: { Int($0.rawValue) == head.tag }) else { return nil }
        guard head.length == Self.undefined else {
            guard head.length <= bytes.count - offset else {
                throw Problem(
                    url, "is truncated: it holds \(bytes.count - offset) of the \(head.length) bytes of pixels that its header states",
                    remedy: "copy or export the file again")
            }
            return .native(offset..<offset + head.length)
        }
        var ranges: [Range<Int>] = []
        while true {
            guard let item = self.head() else {
                throw Problem(url, "is truncated: its compressed pixels do not end", remedy: "copy or export the file again")
            }
            if item.tag == Self.sequenceEnd { break }
            guard item.tag == Self.item, item.length <= bytes.count - offset else {
                throw Problem(url, "is truncated or damaged in its compressed pixels", remedy: "copy or export the file again")
            }
            ranges.append(offset..<offset + item.length)
            offset += item.length
        }
        guard let offsets = ranges.first else { throw damaged }
        return .encapsulated(offsets: offsets, fragments: Array(ranges.dropFirst()))
    }

    private func number(_ offset: Int, _ size: Int) -> Int? {
        guard offset >= 0, offset + size <= bytes.count else { return nil }
        var value = 0
        for index in 0..<size { value = value << 8 | Int(bytes[offset + (isBigEndian ? index : size - 1 - index)]) }
        return value
    }
}

extension DICOMDataSet {
    /// The same with a mark that the element `tag` is there.
    fileprivate func with(_ tag: Int) -> DICOMDataSet {
        var result = self
        if let tag = DICOMTag(rawValue: UInt32(truncatingIfNeeded: tag)) { result.elements[tag] = .bytes([], isBigEndian: false) }
        return result
    }
}

extension DICOMTag {
    /// Whether the element is a sequence, which implicit files do not say.
    fileprivate var isSequence: Bool {
        switch self {
        case .frameContentSequence, .planePositionSequence, .planeOrientationSequence, .modalityLUTSequence, .pixelMeasuresSequence,
            .pixelValueTransformationSequence, .sharedFunctionalGroups, .perFrameFunctionalGroups:
            true
        default: false
        }
    }
}
