import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// `.seg.nrrd` as 3D Slicer writes it.
@Suite struct SlicerSegmentationTests {
    private static let geometry = Geometry(
        size: SIMD3(3, 4, 5), spacing: SIMD3(2, 0.5, 0.75), origin: SIMD3(-10, 20, 30), direction: [0, 1, 0, -1, 0, 0, 0, 0, 1])

    private func map(_ first: Int32) -> Volume<Int32> {
        Volume(shape: SIMD3(3, 4, 5), voxels: (0..<60).map { ($0 + first) % 4 })
    }

    private func read(_ fixture: SegmentationFixture, change: (inout Data) -> Void = { _ in }) throws -> SlicerSegmentation {
        try withTemporaryFolder { (folder: URL) throws in
            let file = folder.appendingPathComponent("a.seg.nrrd")
            var data = fixture.data
            change(&data)
            try data.write(to: file)
            return try ImageReader().readSegmentation(file)
        }
    }

    @Test(arguments: [false, true], ["unsigned char", "short"]) func oneLayer(isCompressed: Bool, type: String) throws {
        var fixture = SegmentationFixture(Self.geometry, [map(0)], [("nodule", 1, 0), ("lung: left", 3, 0)])
        fixture.isCompressed = isCompressed
        fixture.type = type
        for space in ["left-posterior-superior", "right-anterior-superior"] {
            fixture.space = space
            let found = try read(fixture)
            #expect(found.layers == [map(0)] && found.geometry.isClose(to: Self.geometry))
            #expect(found.segments.map(\.name) == ["nodule", "lung: left"] && found.segments.map(\.value) == [1, 3])
        }
    }

    @Test func layersThatOverlap() throws {
        var fixture = SegmentationFixture(Self.geometry, [map(0), map(1), map(2)], [("a", 1, 2), ("b", 2, 0)])
        for isCompressed in [false, true] {
            fixture.isCompressed = isCompressed
            let found = try read(fixture)
            #expect(found.layers == [map(0), map(1), map(2)] && found.segments.map(\.layer) == [2, 0])
            #expect(found.geometry.isClose(to: Self.geometry))
        }
    }

    @Test func isAMapOfLabelsToo() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let file = folder.appendingPathComponent("a.seg.nrrd")
            try SegmentationFixture(Self.geometry, [map(0)], [("a", 1, 0)]).data.write(to: file)
            let image = try ImageReader().readLabels(file)
            let found = try ImageReader().readSegmentation(file)
            #expect(image.geometry.isClose(to: found.geometry) && image.volume == found.layers[0])
        }
    }

    @Test func damagedFilesAreOneProblem() throws {
        let fixture = SegmentationFixture(Self.geometry, [map(0)], [("a", 1, 0)])
        func message(_ fixture: SegmentationFixture, _ change: (inout Data) -> Void = { _ in }) -> String {
            do {
                _ = try read(fixture, change: change)
                return ""
            } catch { return (error as? Problem).map { "\($0)" } ?? "another error" }
        }
        func replacing(_ text: String, _ other: String) -> (inout Data) -> Void {
            { data in
                if let range = data.range(of: Data(text.utf8)) { data.replaceSubrange(range, with: Data(other.utf8)) }
            }
        }
        #expect(message(fixture) { $0.removeLast() }.contains("is truncated"))
        #expect(message(fixture) { $0 = $0.prefix(60) }.contains("its header does not end"))
        #expect(message(fixture, replacing("NRRD", "NRRX")).contains("is not an NRRD image"))
        #expect(message(fixture, replacing("sizes: 5 4 3", "sizes: 5 4")).contains("has the sizes '5 4'"))
        #expect(message(fixture, replacing("sizes: 5 4 3", "sizes: 5 4 -3")).contains("a size of -3 along z"))
        #expect(message(fixture, replacing("raw", "bzip2")).contains("the encoding 'bzip2', which is not read"))
        #expect(message(fixture, replacing("unsigned char", "block")).contains("a voxel type that is not read, 'block'"))
        #expect(message(fixture, replacing("left-posterior", "up-and")).contains("which anatomical space it is in"))
        #expect(message(fixture, replacing("space origin: (", "space origin: x(")).contains("'space origin'"))
        #expect(message(fixture, replacing("_Layer:=0", "_Layer:=7")).contains("segment 'a' has no layer"))
        #expect(message(fixture, replacing("endian: little", "data file: x")).contains("its voxels in x cannot be read: no such file"))
        for value in ["99999999999", "0", "-1", "x"] {
            #expect(message(fixture, replacing("_LabelValue:=1", "_LabelValue:=\(value)")).contains("the label value '\(value)'"))
        }
        var nameless = fixture
        nameless.segments = []
        #expect(message(nameless).contains("names no segments"))
        var compressed = fixture
        compressed.isCompressed = true
        #expect(message(compressed) { $0[$0.count - 12] ^= 0xFF }.contains("corrupt"))
        #expect(message(compressed) { $0.removeLast(20) } != "")
    }
}
