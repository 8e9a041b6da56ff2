import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// Which fields of NRRD and MetaImage headers decide on the grid, and what happens where they lack.
@Suite struct TextHeaderRulesTests {
    private static let voxels = Data((0..<24).flatMap { [UInt8($0), 0] })

    private func decode(_ name: String, _ content: Data, _ policy: ReadingPolicy = .strict, others: [String: Data] = [:]) throws
        -> DecodedImage
    {
        try withTemporaryFolder { (folder: URL) throws in
            let file = folder.appendingPathComponent(name)
            for (name, data) in others { try data.write(to: folder.appendingPathComponent(name)) }
            try content.write(to: file)
            let decoded = try ImageReader(policy).decode(file)
            #expect(try ImageReader(policy).geometry(file) == decoded.image.geometry)
            return decoded
        }
    }

    private func message(_ name: String, _ content: Data, others: [String: Data] = [:]) -> String {
        do {
            return "read as \(try decode(name, content, others: others).image.geometry)"
        } catch { return "\(error)" }
    }

    // MARK: NRRD

    private static func nrrd(_ changes: [String: String?] = [:], _ body: Data = voxels) -> Data {
        var fields: [(String, String)] = [
            ("type", "short"), ("dimension", "3"), ("space", "left-posterior-superior"), ("sizes", "4 3 2"),
            ("space directions", "(0.5,0,0) (0,0.75,0) (0,0,2)"), ("kinds", "domain domain domain"), ("endian", "little"),
            ("encoding", "raw"), ("space origin", "(1,2,3)"),
        ]
        for (key, value) in changes {
            fields.removeAll { $0.0 == key }
            if let value { fields.append((key, value)) }
        }
        return Data("NRRD0004\n\(fields.map { "\($0.0): \($0.1)\n" }.joined())\n".utf8) + body
    }

    @Test(arguments: [
        ("left-posterior-superior", 1.0, 1.0), ("LPS", 1, 1), ("right-anterior-superior", -1, -1), ("RAS", -1, -1),
        ("left-anterior-superior", 1, -1), ("LAS", 1, -1),
    ])
    func spaces(space: String, x: Double, y: Double) throws {
        let found = try decode("a.nrrd", Self.nrrd(["space": space])).image
        #expect(found.geometry.origin == SIMD3(x, 2 * y, 3) && found.geometry.direction == [x, 0, 0, 0, y, 0, 0, 0, 1])
        #expect(found.geometry.spacing == SIMD3(2, 0.75, 0.5) && found.volume.voxels == (0..<24).map(Float.init))
    }

    @Test func nrrdEncodings() throws {
        let text = Data((0..<24).map { "\($0)" }.joined(separator: " ").utf8)
        let hex = Data(Self.voxels.map { String(Int($0) + 256, radix: 16).suffix(2) }.joined().utf8)
        var swapped = Data()
        for value in 0..<24 { swapped += [0, UInt8(value)] }
        for (changes, body) in [
            (["encoding": "text"], text), (["encoding": "hex"], hex), (["endian": "big"], swapped),
            (["byte skip": "3"], Data([9, 9, 9]) + Self.voxels), (["byte skip": "-1"], Data([1, 2, 3, 4, 5]) + Self.voxels),
            (["line skip": "2"], Data("one\ntwo\n".utf8) + Self.voxels), (["space units": "\"mm\" \"mm\" \"mm\""], Self.voxels),
        ] {
            #expect(try decode("a.nrrd", Self.nrrd(changes, body)).image.volume.voxels == (0..<24).map(Float.init), "\(changes)")
        }
        let files = ["s0.raw": Self.voxels.prefix(24), "s1.raw": Self.voxels.suffix(24)].mapValues { Data($0) }
        for list in ["LIST\ns0.raw\ns1.raw", "s%d.raw 0 1 1"] {
            let header = Self.nrrd(["data file": nil]).dropLast(Self.voxels.count + 1) + Data("data file: \(list)\n".utf8)
            #expect(try decode("a.nhdr", Data(header), others: files).image.volume.voxels == (0..<24).map(Float.init), "\(list)")
            #expect(message("a.nhdr", Data(header), others: ["s0.raw": Data(count: 24)]).contains("its voxels in s1.raw cannot be read"))
        }
    }

    @Test func nrrdRefusals() throws {
        for (changes, text) in [
            (["space": nil], "which anatomical space it is in (no space)"), (["space": "scanner-xyz"], "(space: scanner-xyz)"),
            (["space directions": "(0.5,0,0) (0,0,0) (0,0,2)"], "a size of 0 mm along y"),
            (["space directions": "(0.5,0,0) (nan,1,0) (0,0,2)"], "a size of nan mm"),
            (["space directions": "(1,0,0) (0,1,0)"], "not understood"),
            (["sizes": "4 3"], "do not fit"), (["sizes": "4 3 0"], "a size of 0 along z"),
            (["sizes": "40000 40000 40000"], "more than any image"),
            (["encoding": "bzip2"], "'bzip2'"), (["endian": nil], "byte order"), (["type": "block"], "'block'"),
            (["space origin": "(1,2)"], "'space origin'"), (["space units": "\"inch\" \"inch\" \"inch\""], "'inch'"),
            (["sizes": "4 3 3"], "is truncated"),
        ] as [([String: String?], String)] {
            #expect(message("a.nrrd", Self.nrrd(changes)).contains(text), "\(changes): \(message("a.nrrd", Self.nrrd(changes)))")
        }
        let found = try decode(
            "a.nrrd", Self.nrrd(["space": nil, "space directions": nil, "space origin": nil]),
            ReadingPolicy(assumedSpacing: SIMD3(3, 2, 1), assumedOrientation: "RAI"))
        #expect(found.image.geometry.spacing == SIMD3(3, 2, 1) && found.image.geometry.axisCodes == "RAI" && found.notices.count == 4)
        #expect(try decode("a.nrrd", Self.nrrd(["space origin": nil])).notices.first?.text.contains("'space origin'") == true)
        let extra = Self.nrrd([
            "dimension": "4", "sizes": "1 4 3 2", "kinds": "list domain domain domain",
            "space directions": "none (0.5,0,0) (0,0.75,0) (0,0,2)",
        ])
        #expect(try decode("a.nrrd", extra).image.geometry.size == SIMD3(2, 3, 4))
    }

    /// Nothing is allocated for voxels that the text cannot hold; the header alone is refused.
    @Test func sizesOfTextAreBounded() throws {
        for (name, content) in [
            ("a.nrrd", Self.nrrd(["encoding": "text", "sizes": "4000 3000 2000"], Data("1 2 3".utf8))),
            ("a.mha", Self.meta(["BinaryData": "False", "DimSize": "4000 3000 2000"], Data("1 2 3".utf8))),
        ] {
            try withTemporaryFolder { (folder: URL) throws in
                let file = folder.appendingPathComponent(name)
                try content.write(to: file)
                #expect { try ImageReader().geometry(file) } throws: { "\($0)".contains("is truncated") }
            }
        }
    }

    // MARK: MetaImage

    private static func meta(_ changes: [String: String?] = [:], _ body: Data? = voxels) -> Data {
        var fields: [(String, String)] = [
            ("ObjectType", "Image"), ("NDims", "3"), ("BinaryData", "True"), ("BinaryDataByteOrderMSB", "False"),
            ("CompressedData", "False"),
            ("TransformMatrix", "0 1 0 -1 0 0 0 0 1"), ("Offset", "1 2 3"), ("ElementSpacing", "0.5 0.75 2"), ("DimSize", "4 3 2"),
            ("ElementType", "MET_SHORT"),
        ]
        for (key, value) in changes where key != "ElementDataFile" {
            fields.removeAll { $0.0 == key }
            if let value { fields.append((key, value)) }
        }
        let file = changes["ElementDataFile"].flatMap { $0 } ?? "LOCAL"
        return Data((fields.map { "\($0.0) = \($0.1)\n" }.joined() + "ElementDataFile = \(file)\n").utf8) + (body ?? Data())
    }

    @Test func metaImages() throws {
        let found = try decode("a.mha", Self.meta()).image
        // Each group of three numbers is the direction of an axis: x runs along LPS +y.
        #expect(found.geometry.direction == [0, -1, 0, 1, 0, 0, 0, 0, 1])
        #expect(found.geometry.spacing == SIMD3(2, 0.75, 0.5) && found.geometry.origin == SIMD3(1, 2, 3))
        let text = Data((0..<24).map { "\($0)" }.joined(separator: "\n").utf8)
        for (changes, body) in [
            (["BinaryData": "False"], text), (["Offset": nil, "Position": "1 2 3"], Self.voxels),
            (["TransformMatrix": nil, "Rotation": "0 1 0 -1 0 0 0 0 1"], Self.voxels),
            (["ElementSpacing": nil, "ElementSize": "0.5 0.75 2"], Self.voxels),
            (
                [
                    "NDims": "4", "DimSize": "4 3 2 1", "ElementSpacing": "0.5 0.75 2 1", "Offset": "1 2 3 0",
                    "TransformMatrix": "0 1 0 0 -1 0 0 0 0 0 1 0 0 0 0 1",
                ], Self.voxels
            ),
        ] as [([String: String?], Data)] {
            let other = try decode("a.mha", Self.meta(changes, body)).image
            #expect(other.geometry == found.geometry && other.volume == found.volume, "\(changes)")
        }
        let scaled = try decode("a.mha", Self.meta(["ElementToIntensityFunctionSlope": "2", "ElementToIntensityFunctionOffset": "-3"]))
        #expect(scaled.image.volume.voxels[5] == 7 && scaled.notices.count == 1)
    }

    @Test func metaImageRefusals() throws {
        for (changes, text) in [
            (["TransformMatrix": nil], "states no orientation (TransformMatrix)"), (["ElementSpacing": nil], "states no spacing along x"),
            (["ElementSpacing": "1 0 1"], "a spacing of 0 mm along y"), (["DimSize": "4 3"], "do not fit"),
            (["DimSize": "4 3 -2"], "a size of -2"),
            (["DimSize": "99999 99999 99999"], "more than any image"), (["ElementType": "MET_OTHER"], "MET_OTHER"),
            (["ElementNumberOfChannels": "3"], "3 values per voxel"), (["TransformMatrix": "2 0 0 0 1 0 0 0 1"], "the length 2, not 1"),
            (["TransformMatrix": "1 0 0 0.5 0.866 0 0 0 1"], "not perpendicular"), (["DimSize": "4 3 4"], "is truncated"),
            (["CompressedData": "True"], "corrupt"),
            (["ElementDataFile": "gone.raw"], "its voxels in gone.raw cannot be read: no such file"),
            (["ElementDataFile": "LIST"], "lists"), (["DistanceUnits": "ft"], "'ft'"),
        ] as [([String: String?], String)] {
            #expect(message("a.mha", Self.meta(changes)).contains(text), "\(changes): \(message("a.mha", Self.meta(changes)))")
        }
        #expect(try decode("a.mha", Self.meta(["Offset": nil])).notices.first?.text.contains("(Offset)") == true)
        let stated = try decode("a.mha", Self.meta(["TransformMatrix": nil]), ReadingPolicy(assumedOrientation: "lps"))
        #expect(stated.image.geometry.axisCodes == "LPS" && stated.notices.count == 1)
    }
}
