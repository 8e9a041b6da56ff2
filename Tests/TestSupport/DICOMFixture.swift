import Foundation

/// Writes a slice as a DICOM file: explicit or implicit little-endian, 16-bit voxels.
public struct DICOMFixture: Sendable {
    public var instance: String
    public var series = "1.2.3.1"
    public var study = "1.2.3"
    public var patient = "P1"
    public var modality = "CT"
    public var number = 1
    /// Centre of the first voxel (LPS, mm).
    public var position: SIMD3<Double>
    /// Cosines of rows and columns.
    public var orientation: [Double] = [1, 0, 0, 0, 1, 0]
    /// mm between rows, between columns.
    public var spacing = SIMD2<Double>(1, 1)
    public var rows: Int
    public var columns: Int
    /// Row by row, before the intercept is added.
    public var voxels: [Int16]
    public var intercept = 0
    public var isImplicit = false
    /// Puts a sequence of undefined length before the elements that tell series apart.
    public var hasSequence = false
    /// Text elements with other values than those above.
    public var texts: [UInt32: String] = [:]
    /// Elements that are left out.
    public var omitted: Set<UInt32> = []
    public var bitsStored = 16
    public var isSigned = true

    public init(instance: String, position: SIMD3<Double>, rows: Int, columns: Int, voxels: [Int16]) {
        self.instance = instance
        self.position = position
        self.rows = rows
        self.columns = columns
        self.voxels = voxels
    }

    private static let imageClass = "1.2.840.10008.5.1.4.1.1.2"

    public var data: Data {
        let syntax = isImplicit ? "1.2.840.10008.1.2" : "1.2.840.10008.1.2.1"
        var meta = Elements(isImplicit: false)
        meta.add(0x0002_0001, "OB", Data([0, 1]))
        meta.text(0x0002_0002, "UI", Self.imageClass)
        meta.text(0x0002_0003, "UI", instance)
        meta.text(0x0002_0010, "UI", syntax)
        meta.text(0x0002_0012, "UI", "1.2.3.4.5")
        var length = Elements(isImplicit: false)
        length.add(0x0002_0000, "UL", Elements.bytes(UInt32(meta.data.count)))
        var body = Elements(isImplicit: isImplicit)
        (body.texts, body.omitted) = (texts, omitted)
        body.text(0x0008_0016, "UI", Self.imageClass)
        body.text(0x0008_0018, "UI", instance)
        body.text(0x0008_0060, "CS", modality)
        if hasSequence { body.sequence(0x0008_1140, containing: (0x0008_1155, "UI", "9.9.9")) }
        body.text(0x0010_0020, "LO", patient)
        body.text(0x0018_0050, "DS", "1")
        body.text(0x0020_000D, "UI", study)
        body.text(0x0020_000E, "UI", series)
        body.text(0x0020_0011, "IS", "1")
        body.text(0x0020_0013, "IS", "\(number)")
        body.text(0x0020_0032, "DS", [position.x, position.y, position.z].map { "\($0)" }.joined(separator: "\\"))
        body.text(0x0020_0037, "DS", orientation.map { "\($0)" }.joined(separator: "\\"))
        body.short(0x0028_0002, 1)
        body.text(0x0028_0004, "CS", "MONOCHROME2")
        body.short(0x0028_0010, rows)
        body.short(0x0028_0011, columns)
        body.text(0x0028_0030, "DS", "\(spacing.x)\\\(spacing.y)")
        for (tag, value) in [
            (UInt32(0x0028_0100), 16), (0x0028_0101, bitsStored), (0x0028_0102, bitsStored - 1), (0x0028_0103, isSigned ? 1 : 0),
        ] { body.short(tag, value) }
        body.text(0x0028_1052, "DS", "\(intercept)")
        body.text(0x0028_1053, "DS", "1")
        body.add(0x7FE0_0010, "OW", voxels.reduce(into: Data()) { $0.append(Elements.bytes(UInt16(bitPattern: $1))) })
        return Data(count: 128) + Data("DICM".utf8) + length.data + meta.data + body.data
    }

    public func write(to url: URL) throws {
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url)
    }
}

/// The elements of a data set, one after the other.
private struct Elements {
    let isImplicit: Bool
    var texts: [UInt32: String] = [:]
    var omitted: Set<UInt32> = []
    var data = Data()

    init(isImplicit: Bool) { self.isImplicit = isImplicit }

    static func bytes(_ value: UInt16) -> Data { withUnsafeBytes(of: value.littleEndian) { Data($0) } }
    static func bytes(_ value: UInt32) -> Data { withUnsafeBytes(of: value.littleEndian) { Data($0) } }

    mutating func add(_ tag: UInt32, _ kind: String, _ value: Data) {
        guard !omitted.contains(tag) else { return }
        data += Self.bytes(UInt16(tag >> 16)) + Self.bytes(UInt16(tag & 0xFFFF))
        if isImplicit {
            data += Self.bytes(UInt32(value.count))
        } else {
            data += Data(kind.utf8)
            data += ["OB", "OW"].contains(kind) ? Data(count: 2) + Self.bytes(UInt32(value.count)) : Self.bytes(UInt16(value.count))
        }
        data += value
    }

    mutating func text(_ tag: UInt32, _ kind: String, _ text: String) {
        let text = texts[tag] ?? text
        // Values have an even number of bytes.
        let padding = text.utf8.count % 2 == 0 ? "" : kind == "UI" ? "\0" : " "
        add(tag, kind, Data((text + padding).utf8))
    }

    mutating func short(_ tag: UInt32, _ value: Int) { add(tag, "US", Self.bytes(UInt16(value))) }

    mutating func sequence(_ tag: UInt32, containing item: (tag: UInt32, kind: String, text: String)) {
        let undefined = Self.bytes(UInt32.max)
        func mark(_ element: UInt16, _ length: Data) -> Data { Self.bytes(UInt16(0xFFFE)) + Self.bytes(element) + length }
        data += Self.bytes(UInt16(tag >> 16)) + Self.bytes(UInt16(tag & 0xFFFF)) + (isImplicit ? Data() : Data("SQ".utf8) + Data(count: 2))
        data += undefined + mark(0xE000, undefined)
        text(item.tag, item.kind, item.text)
        data += mark(0xE00D, Data(count: 4)) + mark(0xE0DD, Data(count: 4))
    }
}
