import Core
import Datasets
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// Annotations and tables with numbers that no image holds.
@Suite struct HostileAnnotationTests {
    private func survey(_ name: String, _ folder: URL) throws -> DatasetSurvey {
        let converter = try DatasetCatalogue.find(name, in: DatasetCatalogue.all)
        return try converter.survey(RawFolder(folder, of: converter.card))
    }

    private func write(_ text: String, _ folder: URL, _ path: String) throws {
        try AtomicFile.write(Data(text.utf8), to: folder.appendingPathComponent(path))
    }

    // MARK: LUNA16

    private func luna(_ folder: URL, diameter: String, images: [String] = ["1.2"]) throws -> DatasetSurvey {
        try write("seriesuid,coordX,coordY,coordZ,diameter_mm\n1.2,0,0,0,\(diameter)\n", folder, "annotations.csv")
        for image in images { try write("", folder, "subset0/\(image).mhd") }
        return try survey("luna16", folder)
    }

    @Test(arguments: ["1e19", "1001", "0", "-3"]) func diameters(text: String) throws {
        try withTemporaryFolder { (folder: URL) throws -> Void in
            #expect { try luna(folder, diameter: text) } throws: { "\($0)".contains("must be positive and at most 1000 mm") }
        }
    }

    @Test func spheresOnGridsOfTinyVoxels() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let labels = try #require(try luna(folder, diameter: "1000").cases.first?.labels)
            let grid = Geometry(size: SIMD3(3, 4, 5), spacing: SIMD3(repeating: 1e-20))
            #expect(try labels.objects(on: grid, ImageReader()).map.voxels.allSatisfy { $0 == 1 })
        }
    }

    @Test func casesOfOneIDAreRefused() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let one = try luna(folder, diameter: "5")
            #expect(throws: Never.self) { try one.checkIDs(folder) }
            let two = try luna(folder, diameter: "5", images: ["1.2", "1_2"])
            #expect { try two.checkIDs(folder) } throws: { "\($0)".contains("two cases have the id 1_2") }
        }
    }

    // MARK: LIDC-IDRI

    /// A scan of two slices of 64 × 64 pixels, and what a rater outlined in it.
    private func lidc(_ folder: URL, patient: String = "LIDC-IDRI-0001", _ contours: [[(x: String, y: String)]]) throws -> DatasetCase {
        let images = "LIDC-IDRI/LIDC-IDRI-0001/study/series"
        for index in 0..<2 {
            var slice = DICOMFixture(
                instance: "1.5.\(index)", position: SIMD3(0, 0, Double(index)), rows: 64, columns: 64,
                voxels: [Int16](repeating: 1, count: 4096))
            (slice.series, slice.patient, slice.number) = ("1.5", patient, index + 1)
            try slice.write(to: folder.appendingPathComponent("\(images)/\(index).dcm"))
        }
        let rois = contours.map { points in
            let edges = points.map { "<edgeMap><xCoord>\($0.x)</xCoord><yCoord>\($0.y)</yCoord></edgeMap>" }.joined()
            return "<roi><imageSOP_UID>1.5.1</imageSOP_UID><inclusion>TRUE</inclusion>\(edges)</roi>"
        }
        try write(
            "<?xml version=\"1.0\"?><LidcReadMessage><ResponseHeader><SeriesInstanceUid>1.5</SeriesInstanceUid></ResponseHeader><readingSession>"
                + "<unblindedReadNodule><noduleID>n</noduleID><characteristics><malignancy>3</malignancy></characteristics>\(rois.joined())"
                + "</unblindedReadNodule></readingSession></LidcReadMessage>", folder, "\(images)/1.xml")
        return try #require(try survey("lidc", folder).cases.first)
    }

    private static let grid = Geometry(size: SIMD3(2, 64, 64), spacing: .one)
    private static let square = [("0", "0"), ("63", "0"), ("63", "63"), ("0", "63")]

    @Test(arguments: ["9223372036854775807", "-9223372036854775808", "2000000000", "64", "-1"]) func points(number: String) throws {
        try withTemporaryFolder { (folder: URL) throws in
            let item = try lidc(folder, [[("1", "1"), (number, "3"), ("3", "5")]])
            #expect { try item.labels.check(Self.grid, ImageReader()) } throws: { "\($0)".contains("outlines a nodule at (\(number), 3)") }
        }
    }

    @Test func contoursOverAndOver() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let item = try lidc(folder, Array(repeating: Self.square, count: 250))
            #expect { try item.labels.check(Self.grid, ImageReader()) } throws: { "\($0)".contains("cover more pixels than the image has") }
        }
    }

    @Test func otherFilesOfTheSeries() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let item = try lidc(folder, [Self.square])
            var report = DICOMFixture(instance: "1.5.9", position: SIMD3(0, 0, 1), rows: 1, columns: 1, voxels: [0])
            (report.series, report.omitted) = ("1.5", [0x7FE0_0010, 0x0020_0032])
            let file = folder.appendingPathComponent("LIDC-IDRI/LIDC-IDRI-0001/study/series/9.dcm")
            try report.write(to: file)
            #expect(throws: Never.self) { try item.labels.check(Self.grid, ImageReader()) }
            for place in [1e300, -5, 2] {
                report = DICOMFixture(instance: "1.5.9", position: SIMD3(0, 0, place), rows: 1, columns: 1, voxels: [0])
                try report.write(to: file)
                #expect { try item.labels.check(Self.grid, ImageReader()) } throws: { "\($0)".contains("is outside of the image") }
            }
        }
    }

    @Test(arguments: ["x-../../tmp/e", "x-.hidden", "x-a\nb"]) func idsThatAreNoNames(patient: String) throws {
        try withTemporaryFolder { (folder: URL) throws in
            _ = try lidc(folder, patient: patient, [Self.square])
            #expect { try survey("lidc", folder).checkIDs(folder) } throws: { "\($0)".contains("cannot be part of the name of a file") }
        }
    }

    @Test(arguments: [
        ("9000000000000000000", "9000000000000000000", "ratings are 0 to 5"), ("6", "6", "ratings are 0 to 5"),
        ("-2", "3", "ratings are 0 to 5"), ("2", "3", "another row says 2"),
    ])
    func ratings(first: String, second: String, message: String) throws {
        try withTemporaryFolder { (folder: URL) throws in
            try write("", folder, "data_nrrd/0001a/0001a_ct_scan.nrrd")
            try write(
                "PatientID,NoduleID,Malignancy\n0001a,1,\(first)\n0001a,1,\(second)\n", folder, "characteristics.csv")
            #expect { try survey("lidc", folder) } throws: { "\($0)".contains(message) }
        }
    }
}
