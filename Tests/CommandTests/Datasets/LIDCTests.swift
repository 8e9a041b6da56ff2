import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// LIDC-IDRI, from the collection (DICOM and XML) and as MIC's processing leaves it.
@Suite struct LIDCTests {
    private static let size = SIMD3(6, 16, 18)

    /// A square of pixels that a rater drew around what is inside of it.
    private struct Ring {
        let slices: ClosedRange<Int>
        let lower: Int
        let upper: Int
        var isHole = false

        /// Pixel by pixel.
        var points: [(x: Int, y: Int)] {
            (lower..<upper).map { ($0, lower) } + (lower..<upper).map { (upper, $0) }
                + (lower + 1...upper).reversed().map { ($0, upper) } + (lower + 1...upper).reversed().map { (lower, $0) }
        }
    }

    private func roi(_ uid: String, _ slice: Int, _ points: [(x: Int, y: Int)], isHole: Bool = false) -> [String] {
        [
            "<roi><imageZposition>\(30 + 2.5 * Double(slice)) </imageZposition><imageSOP_UID>\(uid).\(slice + 1)</imageSOP_UID>",
            "<inclusion>\(isHole ? "FALSE" : "TRUE")</inclusion>",
        ] + points.map { "<edgeMap><xCoord>\($0.x)</xCoord><yCoord>\($0.y)</yCoord></edgeMap>" } + ["</roi>"]
    }

    private func nodule(_ name: String, _ malignancy: Int, _ uid: String, _ rings: [Ring]) -> [String] {
        [
            "<unblindedReadNodule><noduleID>\(name)</noduleID><characteristics><subtlety>5</subtlety>",
            "<malignancy>\(malignancy)</malignancy></characteristics>",
        ] + rings.flatMap { ring in ring.slices.flatMap { roi(uid, $0, ring.points, isHole: ring.isHole) } } + ["</unblindedReadNodule>"]
    }

    private func xml(_ series: String, _ sessions: [[String]]) -> [String] {
        [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<LidcReadMessage uid=\"1.3.6.1.4.1\" xmlns=\"http://www.nih.gov\">",
            "<ResponseHeader><Version>1.8.1</Version><SeriesInstanceUid>\(series)</SeriesInstanceUid></ResponseHeader>",
        ] + sessions.flatMap { ["<readingSession><annotationVersion>3.12</annotationVersion>"] + $0 + ["</readingSession>"] }
            + ["</LidcReadMessage>"]
    }

    /// What four raters saw in a scan: one nodule that three of them drew, one with a hole that all drew, one that only one drew, marks of
    /// small ones and of what is none.
    private func sessions(_ uid: String) -> [[String]] {
        let holed = [Ring(slices: 4...4, lower: 2, upper: 13), Ring(slices: 4...4, lower: 6, upper: 9, isHole: true)]
        func second(_ rater: Int, _ malignancy: Int) -> [String] { nodule("B\(rater)", malignancy, uid, holed) }
        let mark =
            ["<unblindedReadNodule><noduleID>small</noduleID>"] + roi(uid, 0, [(5, 5)]) + ["</unblindedReadNodule>"]
            + ["<nonNodule><nonNoduleID>x</nonNoduleID><imageZposition>30</imageZposition><imageSOP_UID>\(uid).1</imageSOP_UID>"]
            + ["<locus><xCoord>1</xCoord><yCoord>1</yCoord></locus></nonNodule>"]
        return [
            nodule("A1", 5, uid, [Ring(slices: 1...2, lower: 3, upper: 9)]) + second(1, 1),
            nodule("A2", 4, uid, [Ring(slices: 1...2, lower: 3, upper: 9)]) + second(2, 2) + mark,
            nodule("A3", 5, uid, [Ring(slices: 1...1, lower: 4, upper: 10)]) + second(3, 3),
            second(4, 2) + nodule("C", 5, uid, [Ring(slices: 0...0, lower: 11, upper: 15)]),
        ]
    }

    private var expected: Volume<Int32> {
        var map = RawDataset.map([(SIMD3(1, 4, 4), SIMD3(3, 9, 9), 1), (SIMD3(4, 3, 3), SIMD3(5, 13, 13), 2)], size: Self.size)
        // The third rater and one of the others.
        for j in 6...9 { for k in 6...9 { map[4, j, k] = 0 } }
        return map
    }

    private func folder(_ patient: Int, _ study: Int) -> String {
        "LIDC-IDRI/LIDC-IDRI-000\(patient)/01-01-2000-NA-NA-3017\(study)/3000566.000000-NA-0319\(study)"
    }

    private func scan(_ raw: RawDataset, _ patient: Int, _ study: Int, _ uid: String, modality: String = "CT") throws {
        try raw.series(
            RawDataset.pattern(Self.size, seed: patient * 10 + study), folder(patient, study), uid: uid, patient: "LIDC-IDRI-000\(patient)",
            modality: modality)
    }

    @Test func theCollectionItself() throws {
        try RawDataset.with { raw in
            try scan(raw, 1, 1, "1.3.11")
            try scan(raw, 1, 2, "1.3.12")
            try scan(raw, 1, 3, "1.3.13", modality: "DX")
            try scan(raw, 2, 1, "1.3.21")
            try scan(raw, 3, 1, "1.3.31")
            try raw.text(xml("1.3.11", sessions("1.3.11")), to: "\(folder(1, 1))/069.xml")
            try raw.text(xml("1.3.12", [[], [], [], []]), to: "LIDC-XML-only/tcia-lidc-xml/157/158.xml")
            // The same beside the images and in the other archive.
            for place in ["\(folder(2, 1))/070.xml", "LIDC-XML-only/tcia-lidc-xml/157/159.xml"] {
                try raw.text(xml("1.3.21", sessions("1.3.21")), to: place)
            }
            try raw.text(
                ["<IdriReadMessage><ResponseHeader><CXRSeriesInstanceUid>1.3.13</CXRSeriesInstanceUid></ResponseHeader></IdriReadMessage>"],
                to: "LIDC-XML-only/tcia-lidc-xml/157/160.xml")
            let check = try raw.prepare("lidc", "--check")
            #expect(check.status == 0, "\(check.output)\(check.errors)")
            let made = try raw.prepare("lidc")
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.output.contains("left out: 0003a has no XML file") && made.output.contains("1 series are not of CT"))
            #expect(made.output.contains("1 XML files are not of CT") && made.output.contains("nodule C of rater 4 was left out"))
            #expect(made.output.contains("1 marks of nodules below 3 mm"), "\(made.output)")
            let task = try raw.task("Task012_LIDC")
            #expect(try task.ids() == ["0001a", "0001b", "0002a"])
            for id in ["0001a", "0002a"] {
                #expect(try task.map(id).volume == expected, "\(id)")
                #expect(try task.map(id).geometry.isClose(to: RawDataset.seriesGrid(Self.size)))
                // (5 + 4 + 5 + 0) / 4 and (1 + 2 + 3 + 2) / 4.
                #expect(try task.classes(id) == [1: 1, 2: 0])
                #expect(try task.document(id)["scores"]?["1"] == .number(3.5) && task.document(id)["scores"]?["2"] == .integer(2))
            }
            #expect(try task.classes("0001b").isEmpty && task.image("0001b").volume == RawDataset.pattern(Self.size, seed: 12))
            #expect(task.task.info.labels == ["benign", "malignant"] && task.task.info.modalities == ["CT"])
            #expect(try raw.prepare("lidc").output.contains("converted: 0 cases, 3 unchanged"))
        }
    }

    @Test func annotationsMayBeWrong() throws {
        try RawDataset.with { raw in
            try scan(raw, 1, 1, "1.3.11")
            try scan(raw, 2, 1, "1.3.21")
            try raw.text(xml("1.3.21", sessions("1.3.21")), to: "xml/2.xml")
            func expect(_ lines: [String], _ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
                try raw.text(lines, to: "xml/1.xml")
                let result = try raw.prepare("lidc")
                #expect(
                    result.status == 1 && result.errorLines.count == 1 && result.errors.contains(text), "\(result.errors)",
                    sourceLocation: sourceLocation)
            }
            let whole = xml("1.3.11", sessions("1.3.11"))
            try expect(Array(whole.dropLast(2)), "xml/1.xml line")
            try expect(
                whole.map { $0.replacing("<xCoord>9</xCoord>", with: "<xCoord>nine</xCoord>") }, "'nine' is not a whole number (xCoord)")
            try expect(xml("1.3.11", sessions("1.3.99")), "outlines nodule A1 of rater 1 on a slice")
            try expect(whole.map { $0.replacing("<yCoord>9</yCoord>", with: "<yCoord>400</yCoord>") }, "the image has 18 × 16 pixels")
            try expect(whole.map { $0.replacing("<malignancy>5<", with: "<malignancy>9<") }, "malignancy is 9, ratings are 1 to 5")
            try expect(
                whole.map { $0.replacing("<SeriesInstanceUid>1.3.11</SeriesInstanceUid>", with: "") }, "does not say of which scan it is")
            #expect(try raw.task("Task012_LIDC").ids() == ["0002a"])
            try raw.text(whole, to: "xml/1.xml")
            #expect(try raw.prepare("lidc").status == 0)
            for name in ["1", "2"] { try raw.text(xml("1.4.\(name)", []), to: "xml/\(name).xml") }
            #expect(try raw.prepare("lidc").errors.contains("of which none belong together"))
        }
    }

    private func processed(_ raw: RawDataset, header: String = "PatientID;NoduleID;Malignancy") throws {
        let grid = RawDataset.grid(Self.size)
        for (index, id) in ["0001a", "0002b"].enumerated() {
            try raw.write(RawDataset.pattern(Self.size, seed: index), grid, to: "data_nrrd/\(id)/\(id)_ct_scan.nrrd")
        }
        // Masks hold their spacing and no more.
        let bare = Geometry(size: Self.size, spacing: grid.spacing)
        let masks: [(Int, Int, Int, SIMD3<Int>)] = [
            (1, 5358, 0, SIMD3(3, 9, 9)), (2, 5359, 0, SIMD3(3, 9, 9)), (3, 5360, 0, SIMD3(4, 9, 10)), (1, 77, 1, SIMD3(6, 15, 16)),
            (1, 80, 2, SIMD3(6, 6, 6)), (2, 81, 2, SIMD3(6, 6, 6)), (3, 82, 2, SIMD3(6, 6, 6)), (4, 83, 2, SIMD3(6, 6, 6)),
        ]
        for (rater, nodule, roi, upper) in masks {
            let map = RawDataset.map([(roi == 0 ? SIMD3(1, 4, 4) : upper &- 2, upper, 1)], size: Self.size)
            try raw.write(map, bare, to: "data_nrrd/0001a/0001a_\(rater)_\(String(format: "%07d", nodule))_\(roi).nii.gz")
        }
        try raw.text(
            [
                header, "0001a;5358;5", "0001a;5359;4", "0001a;5360;3", "0001a;77;5", "0001a;80;1", "0001a;81;2", "0001a;82;-1",
                "0001a;83;3",
                "0002b;1;3",
            ], to: "characteristics.csv")
    }

    @Test func asMICsProcessingLeavesIt() throws {
        try RawDataset.with { raw in
            try processed(raw)
            let made = try raw.prepare("lidc")
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.output.contains("0001a: nodule 1 was left out: fewer than half of the raters"), "\(made.output)")
            let task = try raw.task("Task012_LIDC")
            #expect(try task.ids() == ["0001a", "0002b"])
            let expected = RawDataset.map([(SIMD3(1, 4, 4), SIMD3(3, 9, 9), 1), (SIMD3(4, 4, 4), SIMD3(6, 6, 6), 2)], size: Self.size)
            let map = try task.map("0001a")
            #expect(map.volume == expected && map.geometry.isClose(to: RawDataset.grid(Self.size)))
            // (5 + 4 + 3 + 0) / 4, and (1 + 2 + 3) / 3: −1 is no rating.
            #expect(try task.classes("0001a") == [1: 1, 2: 0] && task.classes("0002b").isEmpty)
            #expect(try task.document("0001a")["scores"]?["1"] == .integer(3) && task.document("0001a")["scores"]?["2"] == .integer(2))
            for (index, id) in ["0001a", "0002b"].enumerated() {
                #expect(try task.image(id).volume == RawDataset.pattern(Self.size, seed: index))
            }
        }
    }

    @Test func processedTablesMayBeWrong() throws {
        try RawDataset.with { raw in
            try processed(raw, header: "PatientID;NoduleID;Rating")
            let column = try raw.prepare("lidc")
            #expect(column.status == 1 && column.errorLines.count == 1 && column.errors.contains("has no column 'Malignancy'"))
            try raw.text(["PatientID,NoduleID,Malignancy", "9999x,1,3"], to: "characteristics.csv")
            let strangers = try raw.prepare("lidc")
            #expect(strangers.status == 1 && strangers.errors.contains("none of its PatientID is a folder of data_nrrd"))
            try raw.text(["PatientID,NoduleID,Malignancy", "0002b,1,3"], to: "characteristics.csv")
            let part = try raw.prepare("lidc")
            #expect(part.status == 0 && part.output.contains("left out: 0001a has nodule 77"), "\(part.output)\(part.errors)")
            try FileManager.default.removeItem(at: raw.file("characteristics.csv"))
            #expect(try raw.prepare("lidc").errors.contains("characteristics.csv: no such file"))
        }
    }
}
