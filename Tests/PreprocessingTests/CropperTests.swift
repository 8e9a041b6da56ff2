import Core
import Foundation
import Imaging
import Preprocessing
import Support
import TestSupport
import Testing

@Suite struct CropperTests {
    @Test(arguments: [9_999_999_999, -1]) func evaluationLabelsNameAClassThatIsNone(label: Int) throws {
        try withTemporaryFolder { (folder: URL) throws in
            let fixture = try TaskFixture(in: folder)
            try fixture.add("a", objects: [.init(SIMD3(2, 2, 2), SIMD3(4, 4, 4), label: label)])
            #expect { try EvaluationLabels.run(fixture.task, .train) } throws: { "\($0)".contains("\(label)") }
        }
    }

    @Test func cropsToTheNonzeroRegionAndMarksWhatLiesOutside() throws {
        // A hollow shell with a nick: its inside counts, the corner does not.
        var volume = Volume<Float>(shape: SIMD3(10, 9, 8), filledWith: 0)
        for i in 2..<8 {
            for j in 1..<7 {
                for k in 3..<7 where i == 2 || i == 7 || j == 1 || j == 6 || k == 3 || k == 6 { volume[i, j, k] = 1 }
            }
        }
        volume[2, 1, 3] = 0
        var labels = Volume<Int32>(shape: volume.shape, filledWith: 0)
        labels[4, 4, 4] = 1
        labels[9, 8, 7] = 2
        let raw = RawCase(
            id: "c", channels: [volume], segmentation: labels, geometry: Geometry(size: volume.shape, spacing: .one),
            instances: [1: 0, 2: 1])
        let cropped = try raw.cropped()
        #expect(cropped.properties.cropLower == SIMD3(2, 1, 3))
        #expect(cropped.properties.cropUpper == SIMD3(8, 7, 7))
        #expect(cropped.properties.sizeAfterCropping == SIMD3(6, 6, 4))
        #expect(cropped.properties.classes == [-1, 0, 1])
        #expect(cropped.segmentation[0, 0, 0] == -1)
        #expect(cropped.segmentation[2, 3, 1] == 1)
        #expect(cropped.segmentation[3, 3, 2] == 0)
        #expect(cropped.segmentation.voxels.count { $0 == -1 } == 1)
    }

    @Test func onlyZerosIsAProblemThatNamesTheCase() {
        let volume = Volume<Float>(shape: SIMD3(3, 3, 3), filledWith: 0)
        let raw = RawCase(id: "empty_one", channels: [volume, volume], geometry: Geometry(size: volume.shape, spacing: .one))
        let problem = #expect(throws: Problem.self) { try raw.cropped() }
        #expect(problem?.description.contains("empty_one") == true)
    }

    @Test func filesRoundTrip() throws {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder, modalities: ["CT", "MRI"])
            try fixture.add("case", objects: [.init(SIMD3(3, 3, 3), SIMD3(6, 6, 6), label: 1)], margin: 2)
            #expect(try Cropper(task: fixture.task, orientation: nil).run() == StageSummary(done: 1))
            let read = try CroppedCase.read("case", in: fixture.task.croppedImages())
            let direct = try RawCase(
                id: "case", images: fixture.task.imageFiles(of: "case", .train),
                labels: (fixture.label("case"), fixture.task.labelJSON(of: "case", .train)), reader: ImageReader()
            ).cropped()
            #expect(read.channels == direct.channels)
            #expect(read.segmentation == direct.segmentation)
            #expect(read.properties.cropLower == SIMD3(2, 2, 2))
            #expect(read.properties.instances == [1: 1])
        }
    }

    @Test func onlyWhatChangedIsDoneAgain() throws {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder)
            for id in ["a", "b", "c"] { try fixture.add(id, seed: 1) }
            let cropper = Cropper(task: fixture.task, orientation: nil, threads: 2)
            #expect(try cropper.run() == StageSummary(done: 3))
            #expect(try cropper.run() == StageSummary(unchanged: 3))
            #expect(try cropper.run(overwrite: true) == StageSummary(done: 3))
            // Other content under the same name, then back again: each time the file on disk must follow.
            let file = fixture.task.croppedImages().appendingPathComponent("b.npz")
            let before = try Data(contentsOf: file)
            try fixture.add("b", seed: 2)
            #expect(try cropper.run() == StageSummary(done: 1, unchanged: 2))
            #expect(try Data(contentsOf: file) != before)
            try fixture.add("b", seed: 1)
            #expect(try cropper.run() == StageSummary(done: 1, unchanged: 2))
            #expect(try Data(contentsOf: file) == before)
            // A lost file, and another orientation.
            try FileManager.default.removeItem(at: file)
            #expect(try cropper.run() == StageSummary(done: 1, unchanged: 2))
            #expect(try Cropper(task: fixture.task, orientation: "RAS").run() == StageSummary(done: 3))
        }
    }

    @Test func casesThatLeftTheTaskAreRemoved() throws {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder)
            for id in ["a", "b"] { try fixture.add(id) }
            let cropper = Cropper(task: fixture.task, orientation: nil)
            try cropper.run()
            let foreign = fixture.task.croppedImages().appendingPathComponent("notes.json")
            try Data("{}".utf8).write(to: foreign)
            try FileManager.default.removeItem(at: fixture.image("b"))
            try cropper.run()
            let left = try FileManager.default.contentsOfDirectory(atPath: fixture.task.croppedImages().path).sorted()
            #expect(left == ["a.json", "a.npz", "notes.json"])
        }
    }

    @Test func aBrokenCaseIsNamedAndTheOthersStay() throws {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder)
            for id in ["a", "b"] { try fixture.add(id, objects: [.init(SIMD3(2, 2, 2), SIMD3(4, 4, 4))]) }
            try JSONFile.write(CaseLabels(instances: [1: 0, 2: 0]), to: fixture.task.labelJSON(of: "b", .train))
            let problem = #expect(throws: Problem.self) { try Cropper(task: fixture.task, orientation: nil, threads: 1).run() }
            #expect(problem?.subject.hasSuffix("b.json") == true)
            #expect(FileManager.default.fileExists(atPath: fixture.task.croppedImages().appendingPathComponent("a.json").path))
        }
    }

    @Test func mixedOrientationsAreTurnedToTheMajority() throws {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder)
            let turned: [Double] = [0, 0, 1, -1, 0, 0, 0, 1, 0]
            for id in ["a", "b"] { try fixture.add(id, objects: [.init(SIMD3(1, 2, 3), SIMD3(4, 5, 7))]) }
            try fixture.add("c", direction: turned, objects: [.init(SIMD3(1, 2, 3), SIMD3(4, 5, 7))])
            let survey = try OrientationSurvey(fixture.task)
            #expect(survey.majority == "LPS")
            #expect(survey.counts.count == 2)
            #expect(survey.notice?.contains("2 × LPS") == true)
            try Cropper(task: fixture.task, orientation: survey.majority).run()
            for id in ["a", "c"] {
                let cropped = try CroppedCase.read(id, in: fixture.task.croppedImages())
                let map = cropped.properties.orientation
                let raw = try ImageReader().read(fixture.image(id))
                let grid = raw.geometry.reoriented(axes: map.source, flips: map.flipped)
                #expect(grid.axisCodes == "LPS")
                // Every voxel keeps its place in the patient.
                var voxel = SIMD3(1, 2, 3)
                for axis in 0..<3 { voxel[axis] = min(voxel[axis], grid.size[axis] - 1) }
                let place = raw.geometry.index(of: grid.position(of: SIMD3<Double>(voxel)))
                let source = SIMD3<Int>(Int(place.x.rounded()), Int(place.y.rounded()), Int(place.z.rounded()))
                #expect(cropped.channels[0][voxel.x, voxel.y, voxel.z] == raw.volume[source.x, source.y, source.z])
                #expect(cropped.properties.sizeBeforeCropping == grid.size)
            }
            #expect(try CroppedCase.read("a", in: fixture.task.croppedImages()).properties.orientation == .identity)
            #expect(try CroppedCase.read("c", in: fixture.task.croppedImages()).properties.orientation != .identity)
        }
    }
}
