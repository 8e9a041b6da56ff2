import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// How the planes of a DICOM series become a volume, and what keeps them from it.
@Suite struct DICOMRulesTests {
    private static let position: UInt32 = 0x0020_0032
    private static let pixelSpacing: UInt32 = 0x0028_0030

    /// Writes `count` slices of 3 × 4 pixels, 2 mm apart along z, whose values count on.
    private func series(
        _ count: Int = 5, _ policy: ReadingPolicy = .strict, extra: [String: Data] = [:],
        change: (Int, inout DICOMFixture) -> Void = { _, _ in }
    ) throws -> DecodedImage {
        try withTemporaryFolder { (folder: URL) throws in
            let folder = folder.appendingPathComponent("series")
            for index in 0..<count {
                var slice = DICOMFixture(
                    instance: "1.2.\(index + 1)", position: SIMD3(-10, -20, 30 + 2 * Double(index)), rows: 3, columns: 4,
                    voxels: (0..<12).map { Int16(100 * index + $0) })
                slice.spacing = SIMD2(0.75, 0.5)
                change(index, &slice)
                try slice.write(to: folder.appendingPathComponent("\(index).dcm"))
            }
            for (name, data) in extra { try data.write(to: folder.appendingPathComponent(name)) }
            let decoded = try ImageReader(policy).decode(folder)
            #expect(try ImageReader(policy).geometry(folder) == decoded.image.geometry)
            return decoded
        }
    }

    private func expectRefused(
        _ texts: String..., count: Int = 5, extra: [String: Data] = [:], sourceLocation: SourceLocation = #_sourceLocation,
        change: (Int, inout DICOMFixture) -> Void
    ) {
        do {
            let read = try series(count, extra: extra, change: change)
            Issue.record("read as \(read.image.geometry)", sourceLocation: sourceLocation)
        } catch {
            for text in texts + ["/series"] { #expect("\(error)".contains(text), "\(error)", sourceLocation: sourceLocation) }
        }
    }

    @Test(arguments: [false, true]) func aSeries(isImplicit: Bool) throws {
        let found = try series { index, slice in
            slice.isImplicit = isImplicit
            slice.hasSequence = index % 2 == 0
        }
        #expect(found.image.geometry.size == SIMD3(5, 3, 4) && found.image.geometry.spacing == SIMD3(2, 0.75, 0.5))
        #expect(found.image.geometry.origin == SIMD3(-10, -20, 30) && found.image.geometry.direction == Geometry.identity)
        #expect(found.image.volume.voxels == (0..<5).flatMap { slice in (0..<12).map { Float(100 * slice + $0) } })
        #expect(found.notices.isEmpty)
    }

    @Test func positionsDecideOnTheOrder() throws {
        let found = try series { index, slice in
            slice.position.z = 30 + 2 * Double([3, 0, 4, 1, 2][index])
            slice.number = 1
        }
        #expect((0..<5).map { found.image.volume[$0, 0, 0] } == [100, 300, 400, 0, 200])
        // Against the normal of the planes.
        let coronal = try series { index, slice in
            slice.orientation = [1, 0, 0, 0, 0, -1]
            slice.position = SIMD3(0, Double(index), 0)
        }
        #expect(coronal.image.geometry.direction == [1, 0, 0, 0, 0, 1, 0, -1, 0])
        #expect(coronal.image.geometry.origin == .zero && coronal.image.volume[4, 0, 0] == 400)
    }

    @Test func eachSliceIsRescaledByItself() throws {
        let found = try series { index, slice in
            slice.intercept = -1000 * index
            slice.texts[0x0028_1053] = "\(index + 1)"
        }
        for index in 0..<5 { #expect(found.image.volume[index, 0, 1] == Float((100 * index + 1) * (index + 1) - 1000 * index)) }
        let bare = try series { _, slice in slice.omitted = [0x0028_1052, 0x0028_1053] }
        #expect(bare.notices.count == 1 && bare.notices[0].text.contains("RescaleSlope (0028,1053)"))
        let half = try series { _, slice in slice.omitted = [0x0028_1052] }
        #expect(half.notices.count == 1 && half.notices[0].text.contains("RescaleIntercept"))
        expectRefused("RescaleSlope (0028,1053)") { _, slice in slice.texts[0x0028_1053] = "0" }
        expectRefused("RescaleSlope (0028,1053)") { _, slice in slice.texts[0x0028_1053] = "x" }
    }

    @Test func storedBitsAndPhotometry() throws {
        // Twelve bits; what is above them does not count, and the sign is the highest of the twelve.
        let signed = try series(2) { _, slice in
            slice.bitsStored = 12
            slice.voxels = [0x0FFF, 0x7001, 0x0800, 0x07FF] + (4..<12).map { Int16($0) }
        }
        #expect(Array(signed.image.volume.voxels.prefix(4)) == [-1, 1, -2048, 2047])
        let unsigned = try series(2) { _, slice in
            (slice.bitsStored, slice.isSigned) = (12, false)
            slice.voxels = [0x0FFF, 0x7001, 0x0800, 0x07FF] + (4..<12).map { Int16($0) }
        }
        #expect(Array(unsigned.image.volume.voxels.prefix(4)) == [4095, 1, 2048, 2047])
        let inverted = try series { _, slice in slice.texts[0x0028_0004] = "MONOCHROME1" }
        #expect(inverted.image.volume[1, 0, 3] == 103 && inverted.notices.count == 1 && inverted.notices[0].text.contains("MONOCHROME1"))
        expectRefused("colours", "RGB") { _, slice in slice.texts[0x0028_0004] = "RGB" }
    }

    @Test func missingGeometryIsNamed() throws {
        for (tag, name) in [
            (Self.position, "ImagePositionPatient (0020,0032)"), (0x0020_0037, "ImageOrientationPatient (0020,0037)"),
            (Self.pixelSpacing, "PixelSpacing (0028,0030)"), (0x0028_0010, "Rows (0028,0010)"),
        ] as [(UInt32, String)] {
            expectRefused("lacks \(name)", "file 3 of 5") { index, slice in if index == 2 { slice.omitted = [tag] } }
        }
        expectRefused("PixelSpacing (0028,0030) 0\\0", "--assume-spacing") { _, slice in slice.texts[Self.pixelSpacing] = "0\\0" }
        expectRefused("ImageOrientationPatient") { _, slice in slice.texts[0x0020_0037] = "1\\0\\0\\0\\2\\0" }
        let stated = try series(5, ReadingPolicy(assumedSpacing: SIMD3(9, 3, 4))) { _, slice in slice.omitted = [Self.pixelSpacing] }
        #expect(stated.image.geometry.spacing == SIMD3(2, 3, 4) && stated.notices.count == 1)
        #expect(stated.notices[0].text.contains("--assume-spacing"))
    }

    @Test func unevenSeriesAreRefused() throws {
        expectRefused("not evenly spaced", "4 mm between slices 2 and 3") { index, slice in if index > 1 { slice.position.z += 2 } }
        expectRefused("at the position of another") { index, slice in if index == 3 { slice.position.z -= 2 } }
        expectRefused("all slices are at the position") { _, slice in slice.position.z = 0 }
        expectRefused("different orientations", "mm at their corners") { index, slice in
            if index == 2 { slice.orientation = [1, 0, 0, 0, 0.8, 0.6] }
        }
        expectRefused("differ in the spacing of their pixels", "0.6") { index, slice in if index == 2 { slice.spacing.y = 0.6 } }
        expectRefused("3 × 2 pixels", "3 × 4") { index, slice in
            if index == 2 { (slice.columns, slice.voxels) = (2, [1, 2, 3, 4, 5, 6]) }
        }
        expectRefused("2 DICOM series", "of 3, 2 files") { index, slice in if index > 2 { slice.series = "9.9" } }
        expectRefused("not perpendicular", "tilted gantry") { index, slice in slice.position.y += Double(index) }
        // A table that moves by slightly uneven steps.
        let jitter = try series { index, slice in slice.position.z += [0, 0.01, -0.01, 0.005, 0][index] }
        #expect(jitter.notices.count == 1 && jitter.notices[0].text.contains("off even places"))
        let rounding = try series { index, slice in slice.position.z += [0, 1e-6, 0, -1e-6, 0][index] }
        #expect(rounding.notices.isEmpty)
    }

    @Test func whatIsNotAnImageIsIgnoredAndListed() throws {
        var report = DICOMFixture(instance: "1.2.9", position: .zero, rows: 1, columns: 1, voxels: [1])
        (report.modality, report.series) = ("SR", "7.7")
        report.omitted = [0x7FE0_0010, 0x0028_0010, 0x0028_0011]
        let found = try series(extra: ["notes.txt": Data("x".utf8), "report.dcm": report.data, ".hidden": Data("x".utf8)])
        #expect(found.notices.map(\.text).contains { $0.contains("1 of 7 files are not DICOM and are ignored: notes.txt") })
        #expect(found.notices.map(\.text).contains { $0.contains("1 of 7 files are DICOM objects without an image (SR)") })
        expectRefused("file 6 of 6 (by name)", extra: ["z.dcm": Data(count: 300)]) { _, _ in }
        expectRefused("file 6 of 6 (by name)", "truncated or damaged", extra: ["z.dcm": report.data.prefix(400)]) { _, _ in }
    }

    @Test func oneSliceNeedsAThickness() throws {
        let found = try series(1) { _, slice in slice.texts[0x0018_0050] = "3.5" }
        #expect(found.image.geometry.spacing == SIMD3(3.5, 0.75, 0.5) && found.notices[0].text.contains("thickness"))
        expectRefused("SliceThickness (0018,0050)", count: 1) { _, slice in slice.omitted = [0x0018_0050] }
    }
}
