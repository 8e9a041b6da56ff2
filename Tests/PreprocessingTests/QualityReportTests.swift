import Core
import Foundation
import Imaging
import Planning
import Preprocessing
import Support
import TestSupport
import Testing

@Suite struct QualityReportTests {
    private static let object = TaskFixture.Object(SIMD3(2, 2, 2), SIMD3(6, 6, 6))

    /// The report on the task that `make` fills; cropped and measured, preprocessed at 1.5 mm.
    private func report(splits: Splits? = nil, _ make: (TaskFixture) throws -> Void) throws -> QualityReport {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder)
            try make(fixture)
            try Cropper(task: fixture.task, orientation: "LPS", threads: 2).run()
            let ids = try fixture.task.caseIDs(.train)
            let fingerprint = try FingerprintExtractor(info: fixture.task.info)
                .extract(from: fixture.task.croppedImages(), cases: ids, threads: 2)
            let plan = Plan.fixture(spacing: [1.5, 1.5, 1.5], orientation: "LPS")
            try Preprocessor(plan: plan).run(fixture.task, threads: 2)
            let test = try TestImages.survey(fixture.task, orientation: "LPS", threads: 2)
            let plans = QualitySurvey.finishedPlans([plan.dataIdentifier, "absent"], fixture.task, cases: ids)
            #expect(plans == [plan.dataIdentifier])
            return try QualitySurvey(task: fixture.task, plans: plans, splits: splits).report(fingerprint, test: test.images)
        }
    }

    @Test func ordinaryDataIsNotNoticeable() throws {
        let report = try report { fixture in
            for index in 0..<6 {
                try fixture.add(
                    "c\(index)", objects: [Self.object, .init(SIMD3(8, 8, 8), SIMD3(11, 12, 12), label: 1)], seed: UInt64(index))
            }
        }
        #expect(report.notices.isEmpty, "\(report.notices)")
        #expect(report.cases == 6 && report.classes.map(\.objects) == [6, 6] && report.classes.map(\.cases) == [6, 6])
        #expect(report.classes.map(\.medianVolume) == [64, 48])
        #expect(report.markdown.contains("Nothing is noticeable."))
    }

    /// The same voxels in another file format, orientation and with other zeros around them.
    @Test func identicalImagesAreFound() throws {
        let folds = Splits(folds: [.init(train: ["a", "c"], val: ["b"]), .init(train: ["b", "c"], val: ["a"])])
        let report = try report(splits: folds) { fixture in
            try fixture.add("a", objects: [Self.object], seed: 1)
            try fixture.add("c", objects: [Self.object], seed: 2)
            let image = try ImageReader().read(fixture.image("a"))
            var turned = image
            turned.volume = image.volume.reoriented(axes: SIMD3(0, 1, 2), flips: [true, false, true])
            turned.geometry.direction = [-1, 0, 0, 0, 1, 0, 0, 0, -1]
            let map = try ImageReader().readLabels(fixture.label("a"))
            let turnedMap = Image(
                volume: map.volume.reoriented(axes: SIMD3(0, 1, 2), flips: [true, false, true]), geometry: turned.geometry)
            try ImageWriter.write(turned, to: fixture.task.images(.train).appendingPathComponent("b_0000.nrrd"))
            try ImageWriter.write(turnedMap, to: fixture.label("b"))
            try JSONFile.write(CaseLabels(instances: [1: 0]), to: fixture.task.labelJSON(of: "b", .train))
            var padded = Volume<Float>(shape: SIMD3(14, 14, 16), filledWith: 0)
            for i in 0..<12 { for j in 0..<14 { for k in 0..<16 { padded[i + 1, j, k] = image.volume[i, j, k] } } }
            try ImageWriter.write(
                Image(volume: padded, geometry: Geometry(size: padded.shape, spacing: .one)), to: fixture.image("t", 0, .test))
        }
        #expect(report.duplicates.count == 1)
        let duplicate = try #require(report.duplicates.first)
        #expect(duplicate.images.map { $0.split + $0.caseID } == ["Tra", "Trb", "Tst"])
        #expect(duplicate.across == ["training and test", "training and validation of fold 0", "training and validation of fold 1"])
        #expect(report.notices.contains { $0.contains("1 image is there more than once, on both sides of training and test") })
    }

    @Test func objectsThatResamplingLosesAreListed() throws {
        let report = try report { fixture in
            try fixture.add(
                "a", objects: [Self.object, .init(SIMD3(9, 9, 9), SIMD3(10, 10, 10)), .init(SIMD3(8, 2, 2), SIMD3(10, 4, 5), label: 1)])
        }
        #expect(report.lostObjects.map(\.instance).contains(2))
        #expect(report.lostObjects.allSatisfy { $0.voxels < 3 && $0.caseID == "a" && $0.instance != 1 })
        #expect(report.notices.contains { $0.contains("fewer than 3 voxels after resampling") })
    }

    @Test func unusualCasesAndCasesWithoutObjects() throws {
        let report = try report { fixture in
            for index in 0..<6 { try fixture.add("c\(index)", objects: [Self.object], seed: UInt64(index)) }
            try fixture.add("coarse", spacing: SIMD3(4, 1, 1), objects: [Self.object], seed: 9)
            try fixture.add("empty", seed: 10)
            try fixture.add("bright", objects: [Self.object], seed: 11)
            var image = try ImageReader().read(fixture.image("bright"))
            image.volume.voxels = image.volume.voxels.map { 100 + $0 }
            try ImageWriter.write(image, to: fixture.image("bright"))
            try ImageWriter.write(try ImageReader().readLabels(fixture.label("c0")), to: fixture.label("mistyped"))
            try ImageWriter.write(try ImageReader().readLabels(fixture.label("c0")), to: fixture.label("c0_orig"))
        }
        #expect(report.casesWithoutObjects == ["empty"])
        let found = report.outliers.map { "\($0.caseID): \($0.property)" }
        #expect(found.contains("coarse: spacing along axis 0 (mm)") && found.contains("bright: mean of MRI"), "\(found)")
        #expect(!found.contains { $0.hasPrefix("c0") || $0.hasPrefix("c3") }, "\(found)")
        #expect(report.labelsWithoutImage == ["labelsTr/mistyped.nii.gz"])
        #expect(report.notices.contains("class 1 (b) has no object") && report.notices.contains("1 case of 9 without objects"))
        for part in ["| coarse |", "mistyped.nii.gz", "## Cases without objects\n\nempty\n"] { #expect(report.markdown.contains(part)) }
        #expect(try JSONFile.decode(QualityReport.self, from: JSONFile.encode(report), named: "report") == report)
    }
}
