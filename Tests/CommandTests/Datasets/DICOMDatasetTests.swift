import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// CT lymph nodes and PROSTATEx: DICOM series with masks in NIfTI.
@Suite struct DICOMDatasetTests {
    private static let size = SIMD3(6, 10, 12)
    private static let nodes = RawDataset.map(
        [(SIMD3(1, 1, 1), SIMD3(3, 4, 5), 1), (SIMD3(4, 5, 6), SIMD3(6, 8, 10), 2)], size: size)

    private func nodeFolder(_ id: String) -> String { "CT Lymph Nodes/\(id)/09-14-2014-ABDLYMPH-63228/abdominallymphnodes-68070" }

    private func lymph(_ raw: RawDataset, _ ids: [String], change: (inout DICOMFixture, Int) -> Void = { _, _ in }) throws {
        for (index, id) in ids.enumerated() {
            try raw.series(
                RawDataset.pattern(Self.size, seed: index), nodeFolder(id), uid: "1.2.826.\(index + 1)", patient: id, change: change)
            // By its header the mask lies elsewhere, as those of the data set do.
            try raw.write(
                Self.nodes, Geometry(size: Self.size, spacing: SIMD3(1, 1, 1)), to: "MED_ABD_LYMPH_MASKS/\(id)/\(id)_mask.nii.gz")
        }
    }

    @Test func lymphNodes() throws {
        try RawDataset.with { raw in
            let ids = ["ABD_LYMPH_001", "ABD_LYMPH_002", "MED_LYMPH_001", "MED_LYMPH_002"]
            try lymph(raw, ids)
            try raw.series(RawDataset.pattern(Self.size), nodeFolder("MED_LYMPH_009"), uid: "1.2.9")
            let check = try raw.prepare("lymphnodes", "--check")
            #expect(check.status == 0 && check.output.contains("all files of 4 cases are there"), "\(check.output)\(check.errors)")
            let made = try raw.prepare("lymphnodes")
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.output.contains("MED_LYMPH_009 has no mask in MED_ABD_LYMPH_MASKS"))
            #expect(made.output.contains("it was taken voxel by voxel") && made.output.contains("objects: 8 LymphNode"))
            let task = try raw.task("Task025_LymphNodes")
            #expect(try task.ids(.test).count == 2 && (task.ids(.train) + task.ids(.test)).sorted() == ids)
            for (index, id) in ids.enumerated() {
                let image = try task.image(id)
                #expect(image.volume == RawDataset.pattern(Self.size, seed: index))
                #expect(image.geometry.isClose(to: RawDataset.seriesGrid(Self.size)))
                #expect(try task.map(id).volume == Self.nodes && task.classes(id) == [1: 0, 2: 0])
                #expect(try task.map(id).geometry.isClose(to: RawDataset.seriesGrid(Self.size)))
            }
            #expect(task.task.info.labels == ["LymphNode"] && task.task.info.testLabels)
            #expect(try raw.prepare("lymphnodes").output.contains("converted: 0 cases, 4 unchanged"))
            // What was told of patients' studies is nowhere in the task.
            let text = try FileManager.default.subpathsOfDirectory(atPath: task.task.url.path).filter {
                $0.hasSuffix("json") || $0.hasSuffix("log")
            }
            .map { try String(contentsOf: task.task.url.appendingPathComponent($0), encoding: .utf8) }.joined()
            #expect(!text.contains("1.2.826") && !text.contains("09-14-2014"))
        }
    }

    enum Damage: String, CaseIterable, Sendable {
        case missing = "its slices are not evenly spaced"
        case turned = "its slices have different orientations"
        case twoSeries = "holds 2 DICOM series"
        case sizes = "12 × 10 pixels, the first one has 10 × 12"
        case larger = "has 6 × 10 × 14 voxels, its image has 6 × 10 × 12"
        case noSlices = "left out: ABD_LYMPH_002 has no CT series"
        case cut = "is truncated: it holds"
        case header = "its DICOM header is truncated or damaged"
        case spacings = "its slices differ in the spacing of their pixels"
    }

    @Test(arguments: Damage.allCases)
    func damagedSeriesAreOneLine(damage: Damage) throws {
        try RawDataset.with { raw in
            let ids = ["ABD_LYMPH_001", "ABD_LYMPH_002", "ABD_LYMPH_003"]
            try lymph(raw, ids)
            let folder = nodeFolder(ids[1])
            func again(_ change: @escaping (inout DICOMFixture, Int) -> Void) throws {
                try raw.series(RawDataset.pattern(Self.size), folder, uid: "1.2.826.2", change: change)
            }
            func shorten(_ path: String, _ length: (Int) -> Int) throws {
                let data = try Data(contentsOf: raw.file(path))
                try data.prefix(length(data.count)).write(to: raw.file(path))
            }
            switch damage {
            case .missing: try FileManager.default.removeItem(at: raw.file("\(folder)/1-003.dcm"))
            case .turned: try again { if $1 == 2 { $0.orientation = [0, 1, 0, 0, 0, 1] } }
            case .twoSeries: try again { if $1 == 2 { $0.series = "1.2.99" } }
            case .sizes: try again { if $1 == 2 { ($0.rows, $0.columns) = ($0.columns, $0.rows) } }
            case .larger:
                let large = SIMD3(6, 10, 14)
                try raw.write(
                    RawDataset.map([], size: large), Geometry(size: large, spacing: SIMD3(1, 1, 1)),
                    to: "MED_ABD_LYMPH_MASKS/\(ids[1])/\(ids[1])_mask.nii.gz")
            case .cut: try shorten("\(folder)/1-003.dcm") { $0 - 60 }
            case .header: try shorten("\(folder)/1-001.dcm") { _ in 190 }
            case .spacings: try again { if $1 == 2 { $0.spacing[0] *= 1.5 } }
            case .noSlices:
                try FileManager.default.removeItem(at: raw.file(folder))
            }
            for arguments in [["--check"], []] {
                let result = try raw.tool.run(["dataset", "prepare", "lymphnodes", "--raw", raw.raw.path] + arguments)
                if damage == .noSlices {
                    #expect(result.status == 0 && result.output.contains(damage.rawValue), "\(result.output)")
                } else {
                    #expect(
                        result.status == 1 && result.errorLines.count == 1 && result.errors.contains(damage.rawValue), "\(result.errors)")
                }
            }
            let task = try raw.task("Task025_LymphNodes")
            #expect(try (task.ids(.train) + task.ids(.test)).sorted() == [ids[0], ids[2]])
        }
    }

    private static let scan = sharedFolder.appendingPathComponent("data/totalsegmentator/example_ct_dicom")

    /// A scan as it came from a scanner.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: scan.path)))
    func aRealSeries() throws {
        try RawDataset.with { raw in
            let folder = raw.file("CT-Lymph-Nodes/MED_LYMPH_001/study/series")
            try FileManager.default.createDirectory(at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(at: folder, withDestinationURL: Self.scan)
            let expected = try ImageReader().read(Self.scan)
            let size = expected.geometry.size
            let node = RawDataset.map([(size / 4, size / 2, 1)], size: size)
            try raw.write(node, expected.geometry, to: "MED_ABD_LYMPH_MASKS/MED_LYMPH_001/MED_LYMPH_001_mask.nii.gz")
            let made = try raw.prepare("lymphnodes")
            // The one case is drawn for the test.
            #expect(made.status == 0 && made.output.contains("training: 0 cases, test: 1 case"), "\(made.output)\(made.errors)")
            let task = try PreparedTask(task: TaskFolder(raw.root.appendingPathComponent("data/Task025_LymphNodes")))
            let image = try task.image("MED_LYMPH_001")
            #expect(image.volume == expected.volume && image.geometry.isClose(to: expected.geometry))
            #expect(try task.map("MED_LYMPH_001").volume == node && task.classes("MED_LYMPH_001") == [1: 0])
        }
    }

    // MARK: PROSTATEx

    private static let coarse = Geometry(size: SIMD3(2, 7, 5), spacing: SIMD3(5, 1.5, 1), origin: SIMD3(-10, -20, 30))
    private static let kinetic = Geometry(size: SIMD3(4, 6, 5), spacing: SIMD3(5, 1.5, 1), origin: SIMD3(-9, -18.5, 30))

    /// Values that grow evenly through the patient, so that what lies between voxels is known.
    private static func ramp(_ grid: Geometry, _ slope: SIMD3<Double>) -> Volume<Float> {
        var volume = Volume<Float>(shape: grid.size, filledWith: 0)
        for i in 0..<grid.size.x {
            for j in 0..<grid.size.y {
                for k in 0..<grid.size.z {
                    volume[i, j, k] = Float((grid.position(of: SIMD3(Double(i), Double(j), Double(k))) * slope).sum())
                }
            }
        }
        return volume
    }

    private func prostate(_ raw: RawDataset, _ id: String, t2: Int = 4, adc: Int = 7, study: String = "07-07-2011-NA-MR prostaat-05711")
        throws
    {
        let folder = "PROSTATEx/\(id)/\(study)"
        let seed = Int(id.suffix(4)) ?? 0
        try raw.series(
            RawDataset.pattern(Self.size, seed: seed), "\(folder)/\(t2).000000-t2_tse_tra-00702", uid: "1.3.\(seed).1", patient: id,
            modality: "MR", intercept: 0)
        let other = { (name: String, uid: String, slope: SIMD3<Double>) in
            try raw.series(
                Self.ramp(Self.coarse, slope), "\(folder)/\(name)", uid: uid, patient: id, modality: "MR", origin: Self.coarse.origin,
                spacing: Self.coarse.spacing, intercept: 0)
        }
        try other("\(adc).000000-ep2d_diff_tra_DYNDIST_ADC-48780", "1.3.\(seed).2", SIMD3(4, 4, 2))
        try other("3.000000-tfl_3d PD ref_tra_1.5x1.5_t3-77124", "1.3.\(seed).3", SIMD3(1, 0, 0))
        try other("9.000000-tfl_3d PD ref_tra_1.5x1.5_t3-77125", "1.3.\(seed).4", SIMD3(-2, 2, 4))
        try raw.write(Self.ramp(Self.kinetic, SIMD3(4, 4, 4)), Self.kinetic, to: "ktrains/\(id)/\(id)-Ktrans.mhd")
    }

    private let masks = "rcuocolo-PROSTATEx_masks-e344452/Files"

    private func finding(_ raw: RawDataset, _ id: String, _ number: Int, _ cuboid: (SIMD3<Int>, SIMD3<Int>)) throws {
        // Maps have values other than 1 too.
        try raw.write(
            RawDataset.map([(cuboid.0, cuboid.1, 3)], size: Self.size), RawDataset.seriesGrid(Self.size),
            to: "\(masks)/Masks/T2/\(id)-Finding\(number)-t2_tse_tra0_ROI.nii.gz")
    }

    @Test func prostatex() throws {
        try RawDataset.with { raw in
            let boxes = [(SIMD3(1, 1, 1), SIMD3(3, 4, 5)), (SIMD3(4, 5, 6), SIMD3(6, 8, 10))]
            try prostate(raw, "ProstateX-0000")
            try prostate(raw, "ProstateX-0001")
            // Examined twice; the table has "7a".
            try prostate(raw, "ProstateX-0025", study: "09-10-2011-NA-MR prostaat-1")
            try prostate(raw, "ProstateX-0025", study: "10-28-2011-NA-MR prostaat-19047")
            // The table has 9, series 10 is meant.
            try prostate(raw, "ProstateX-0113", adc: 10)
            // No study fits.
            try prostate(raw, "ProstateX-0114", t2: 5)
            for (id, findings) in [("0000", [1, 2]), ("0001", [2]), ("0025", [1]), ("0113", [1]), ("0114", [1])] {
                for (index, number) in findings.enumerated() { try finding(raw, "ProstateX-\(id)", number, boxes[index]) }
            }
            try raw.text(
                ["T2,ADC"]
                    + [("0000", "7"), ("0001", "7"), ("0025", "7a"), ("0113", "9"), ("0114", "7")].map {
                        "ProstateX-\($0.0)_t2_tse_tra_4.nii.gz,ProstateX-\($0.0)_ep2d_diff_tra_DYNDIST_ADC_\($0.1).nii.gz"
                    }, to: "\(masks)/Image_list.csv")
            try raw.text(
                [
                    "ProxID,fid,pos,zone,ClinSig", "ProstateX-0000,1,25.7 31.8 -38.5,PZ,TRUE", "ProstateX-0000,2,1 2 3,TZ,FALSE",
                    "ProstateX-0001,1,1 2 3,AS,FALSE", "ProstateX-0001,2,1 2 3,AS,TRUE", "ProstateX-0025,1,1 2 3,PZ,FALSE",
                    "ProstateX-0113,1,1 2 3,PZ,TRUE", "ProstateX-0114,1,1 2 3,PZ,TRUE", "ProstateX-0200,1,1 2 3,PZ,TRUE",
                ], to: "ProstateX-TrainingLesionInformationv2/ProstateX-Findings-Train.csv")
            let made = try raw.prepare("prostatex")
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.output.contains("left out: ProstateX-0114 has no study with T2 series 4 and ADC series 7"), "\(made.output)")
            #expect(made.output.contains("ProstateX-0001: findings without a mask: 1"))
            let task = try raw.task("Task021_ProstateX")
            let info = task.task.info
            #expect(info.labels == ["clinically_insignificant", "clinically_significant"] && info.testLabels)
            #expect(info.modalities == ["T2", "ADC", "PD-W", "Ktrans"])
            #expect(try task.ids(.test).count == 2 && task.ids(.train).count == 2)
            #expect(try task.classes("ProstateX-0000") == [1: 1, 2: 0] && task.classes("ProstateX-0001") == [1: 1])
            #expect(try task.classes("ProstateX-0025") == [1: 0] && task.classes("ProstateX-0113") == [1: 1])
            // Later lists name the series without the endings of files.
            let list = try String(contentsOf: raw.file("\(masks)/Image_list.csv"), encoding: .utf8)
            try raw.text([list.replacing(".nii.gz", with: "")], to: "\(masks)/Image_list.csv")
            #expect(try raw.prepare("prostatex").output.contains("converted: 0 cases, 4 unchanged"))
            let expected = RawDataset.map([(boxes[0].0, boxes[0].1, 1), (boxes[1].0, boxes[1].1, 2)], size: Self.size)
            #expect(try task.map("ProstateX-0000").volume == expected)
            let grid = RawDataset.seriesGrid(Self.size)
            for id in ["ProstateX-0000", "ProstateX-0001", "ProstateX-0025", "ProstateX-0113"] {
                let first = try task.image(id)
                #expect(first.volume == RawDataset.pattern(Self.size, seed: Int(id.suffix(4)) ?? 0) && first.geometry.isClose(to: grid))
                try expectRamp(task.image(id, 1), grid, of: Self.coarse, SIMD3(4, 4, 2))
                // The last series of proton density.
                try expectRamp(task.image(id, 2), grid, of: Self.coarse, SIMD3(-2, 2, 4))
                try expectRamp(task.image(id, 3), grid, of: Self.kinetic, SIMD3(4, 4, 4))
            }
            // A map that lies elsewhere in the patient.
            var far = Self.kinetic
            far.origin.x += 500
            try raw.write(Self.ramp(far, SIMD3(4, 4, 4)), far, to: "ktrains/ProstateX-0113/ProstateX-0113-Ktrans.mhd")
            let again = try raw.prepare("prostatex").output
            let note = "ProstateX-0113: ProstateX-0113-Ktrans.mhd covers 0 % of 4.000000-t2_tse_tra-00702, the rest of it is 0"
            #expect(again.contains("converted: 1 case") && again.contains(note), "\(again)")
            #expect(try task.image("ProstateX-0113", 3).volume.voxels.allSatisfy { $0 == 0 })
        }
    }

    /// The ramp where the source has voxels around, 0 beside it.
    private func expectRamp(_ image: Image<Float>, _ grid: Geometry, of source: Geometry, _ slope: SIMD3<Double>) throws {
        #expect(image.geometry.isClose(to: grid))
        var (inside, outside) = (0, 0)
        let last = SIMD3(Double(source.size.x - 1), Double(source.size.y - 1), Double(source.size.z - 1))
        for i in 0..<grid.size.x {
            for j in 0..<grid.size.y {
                for k in 0..<grid.size.z {
                    let place = grid.position(of: SIMD3(Double(i), Double(j), Double(k)))
                    let index = source.index(of: place)
                    if (0..<3).allSatisfy({ index[$0] > -1e-9 && index[$0] < last[$0] + 1e-9 }) {
                        inside += 1
                        #expect(abs(Double(image.volume[i, j, k]) - (place * slope).sum()) < 1e-3)
                    } else if (0..<3).contains(where: { index[$0] < -0.51 || index[$0] > last[$0] + 0.51 }) {
                        outside += 1
                        #expect(image.volume[i, j, k] == 0)
                    }
                }
            }
        }
        #expect(inside > 50 && outside > 0)
    }

    @Test func prostatexTablesMayBeWrong() throws {
        try RawDataset.with { raw in
            try prostate(raw, "ProstateX-0000")
            try finding(raw, "ProstateX-0000", 1, (SIMD3(1, 1, 1), SIMD3(3, 4, 5)))
            let findings = "ProstateX-TrainingLesionInformationv2/ProstateX-Findings-Train.csv"
            try raw.text(["ProxID,fid,ClinSig", "ProstateX-0000,1,TRUE"], to: findings)
            try raw.text(["T2;ADC", "ProstateX-0000_t2_tse_tra_4.nii.gz;ProstateX-0000_ADC_7.nii.gz"], to: "\(masks)/Image_list.csv")
            #expect(try raw.prepare("prostatex", "--check").status == 0)
            func expect(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
                let result = try raw.prepare("prostatex")
                #expect(
                    result.status == 1 && result.errorLines.count == 1 && (result.errors + result.output).contains(text),
                    "\(result.errors)\(result.output)", sourceLocation: sourceLocation)
            }
            try raw.text(["ProxID,fid,ClinSig", "ProstateX-0000,1,perhaps"], to: findings)
            try expect("line 2: ClinSig is 'perhaps'")
            try raw.text(["ProxID,fid,ClinSig", "ProstateX-0500,1,TRUE"], to: findings)
            try expect("none of its ProxID is that of a mask, e.g. ProstateX-0000")
            try raw.text(["ProxID,fid,ClinSig", "ProstateX-0000,2,TRUE"], to: findings)
            try expect("holds no case")
            try raw.text(["ProxID,fid,ClinSig", "ProstateX-0000,1,TRUE"], to: findings)
            try raw.text(["T2", "ProstateX-0000_t2_tse_tra_4.nii.gz"], to: "\(masks)/Image_list.csv")
            try expect("has no column 'ADC'")
        }
    }
}
