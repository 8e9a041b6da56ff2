import Core
import Foundation
import Imaging
import Preprocessing
import Support
import TestSupport
import Testing

/// Bad input is found, named, and told what to do about; one test per kind.
@Suite struct DataCheckTests {
    private static let object = TaskFixture.Object(SIMD3(2, 2, 2), SIMD3(5, 5, 5))

    /// Two cases of two modalities, the second one spoiled by `spoil`; the problems that are found.
    private func problems(_ depth: DataCheck.Depth, _ spoil: (TaskFixture) throws -> Void) throws -> [Problem] {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder, modalities: ["CT", "MRI"])
            for id in ["good", "spoiled"] { try fixture.add(id, objects: [Self.object]) }
            try spoil(fixture)
            return DataCheck(task: fixture.task, depth: depth, threads: 2).problems(.train)
        }
    }

    private func only(_ depth: DataCheck.Depth = .basic, _ spoil: (TaskFixture) throws -> Void) throws -> Problem {
        let problems = try problems(depth, spoil)
        #expect(problems.count == 1, "\(problems)")
        let problem = try #require(problems.first)
        #expect(problem.description.contains("spoiled"))
        #expect(problem.remedy != nil)
        return problem
    }

    @Test func goodDataHasNoProblems() throws {
        #expect(try problems(.basic) { _ in }.isEmpty)
        #expect(try problems(.full) { _ in }.isEmpty)
    }

    @Test func missingModality() throws {
        let problem = try only { try FileManager.default.removeItem(at: $0.image("spoiled", 1)) }
        #expect(problem.problem.contains("modality 1 (MRI)"))
    }

    @Test func missingLabelFiles() throws {
        #expect(
            try only { try FileManager.default.removeItem(at: $0.task.labelJSON(of: "spoiled", .train)) }.subject.hasSuffix("spoiled.json"))
        #expect(try only { try FileManager.default.removeItem(at: $0.label("spoiled")) }.problem.contains("no label map"))
    }

    @Test func aLabelMapThatIsThereTwice() throws {
        let problem = try only {
            try FileManager.default.copyItem(
                at: $0.label("spoiled"), to: $0.task.labels(.train).appendingPathComponent("spoiled.nii"))
        }
        #expect(problem.problem.contains("also there as spoiled.nii"))
    }

    /// What cannot be read of the json does not make the numbers of the rest wrong.
    @Test func oneClassThatIsNone() throws {
        let problem = try only {
            try Data("{\"instances\": {\"1\": \"0\", \"2\": 0}}".utf8).write(to: $0.task.labelJSON(of: "spoiled", .train))
        }
        #expect(problem.problem.contains("class of instance 1"))
    }

    @Test func unreadableJSON() throws {
        let problem = try only { try Data("{\"instances\": ".utf8).write(to: $0.task.labelJSON(of: "spoiled", .train)) }
        #expect(problem.subject.hasSuffix("spoiled.json"))
    }

    @Test func absentInstance() throws {
        let spoil: (TaskFixture) throws -> Void = {
            try JSONFile.write(CaseLabels(instances: [1: 0, 2: 1]), to: $0.task.labelJSON(of: "spoiled", .train))
        }
        #expect(try problems(.basic, spoil).isEmpty)
        #expect(try only(.full, spoil).problem.contains("instance 2"))
    }

    @Test func unnamedInstance() throws {
        let problem = try only(.full) { try JSONFile.write(CaseLabels(), to: $0.task.labelJSON(of: "spoiled", .train)) }
        #expect(problem.subject.hasSuffix("spoiled.nii.gz"))
        #expect(problem.problem.contains("instance 1"))
    }

    @Test func absentClass() throws {
        let problem = try only { try JSONFile.write(CaseLabels(instances: [1: 2]), to: $0.task.labelJSON(of: "spoiled", .train)) }
        #expect(problem.problem.contains("class 2"))
        #expect(problem.remedy?.contains("0 (a), 1 (b)") == true)
    }

    @Test(arguments: [[2: 0], [1: 0, 3: 0]]) func gapInInstances(instances: [Int: Int]) throws {
        let problem = try only { try JSONFile.write(CaseLabels(instances: instances), to: $0.task.labelJSON(of: "spoiled", .train)) }
        #expect(problem.problem.contains("without a gap"))
    }

    @Test func otherGrid() throws {
        let problem = try only { fixture in
            let image = Image(
                volume: Volume<Float>(shape: SIMD3(12, 14, 15), filledWith: 1), geometry: Geometry(size: SIMD3(12, 14, 15), spacing: .one))
            try ImageWriter.write(image, to: fixture.image("spoiled", 1))
        }
        #expect(problem.subject.hasSuffix("spoiled_0001.nii.gz"))
        #expect(problem.problem.contains("12 × 14 × 15 instead of 12 × 14 × 16"))
    }

    @Test func otherSpacing() throws {
        let problem = try only { fixture in
            var image = try ImageReader().read(fixture.image("spoiled", 1))
            image.geometry.spacing.z = 1.25
            try ImageWriter.write(image, to: fixture.image("spoiled", 1))
        }
        #expect(problem.problem.contains("spacing"))
        #expect(problem.problem.contains("1.25"))
    }

    @Test(arguments: [Float.infinity, -.infinity], ["nii.gz", "nii", "mha"]) func infiniteValues(value: Float, ending: String) throws {
        let problem = try only(.full) { fixture in
            let file = fixture.image("spoiled", 0)
            var image = try ImageReader().read(file)
            image.volume[3, 3, 3] = value
            image.volume[11, 13, 15] = value
            try FileManager.default.removeItem(at: file)
            try ImageWriter.write(image, to: fixture.task.images(.train).appendingPathComponent("spoiled_0000.\(ending)"))
        }
        #expect(problem.problem.hasPrefix("2 voxels are infinite"))
    }

    @Test func truncatedArchive() throws {
        let problem = try only(.full) { fixture in
            let data = try Data(contentsOf: fixture.image("spoiled", 1))
            try data.prefix(data.count * 2 / 3).write(to: fixture.image("spoiled", 1))
        }
        #expect(problem.subject.hasSuffix("spoiled_0001.nii.gz"))
    }

    @Test func differencesOfGridsAreTold() throws {
        let problem = try only { fixture in
            var image = try ImageReader().read(fixture.image("spoiled", 1))
            image.geometry.origin.x += 0.5
            image.geometry.spacing.y = 1.25
            image.geometry.direction = [0.8, -0.6, 0, 0.6, 0.8, 0, 0, 0, 1]
            try ImageWriter.write(image, to: fixture.image("spoiled", 1))
        }
        for part in ["0.5 mm apart", "up to 0.25 mm apart", "36.9° apart"] { #expect(problem.problem.contains(part), "\(problem)") }
    }

    /// A size, forms that contradict each other, a voxel type, as little-endian bytes at their offsets.
    @Test(arguments: [
        (46, [UInt8](repeating: 0, count: 2), "a size of 0 along z"), (280, [0, 0, 0, 0], "qform"),
        (84, [0, 0, 0, 0x41], "its qform"), (70, [0x0F, 0x27], "a voxel type that is not read, 9999"),
        (40, [9, 0], "an impossible number of dimensions"),
    ])
    func damagedHeaders(offset: Int, bytes: [UInt8], message: String) throws {
        let problem = try only { fixture in
            let file = fixture.task.images(.train).appendingPathComponent("spoiled_0001.nii")
            try ImageWriter.write(try ImageReader().read(fixture.image("spoiled", 1)), to: file)
            try FileManager.default.removeItem(at: fixture.image("spoiled", 1))
            var data = try Data(contentsOf: file)
            data.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            try data.write(to: file)
        }
        #expect(problem.problem.contains(message), "\(problem)")
    }

    @Test func a2DImageIsNamed() throws {
        let problem = try only { fixture in
            let image = Image(volume: Volume<Float>(shape: SIMD3(14, 16, 1), filledWith: 1), geometry: Geometry(planarSize: (14, 16)))
            try ImageWriter.write(image, to: fixture.image("spoiled", 1))
        }
        #expect(problem.problem.contains("is a 2D image"))
    }

    /// One modality may lack where another is; a case of which nothing is left may not.
    @Test func imagesOfOneValue() throws {
        #expect(try problems(.full) { try Self.fill($0, 0) }.isEmpty)
        let problem = try only(.full) { fixture in
            for modality in 0..<2 { try Self.fill(fixture, modality == 0 ? -1024 : 0, modality: modality) }
        }
        #expect(problem.subject.hasSuffix("spoiled_0000.nii.gz") && problem.problem.contains("every voxel has the value -1024.0"))
    }

    private static func fill(_ fixture: TaskFixture, _ value: Float, modality: Int = 1) throws {
        var image = try ImageReader().read(fixture.image("spoiled", modality))
        image.volume = Volume(shape: image.volume.shape, filledWith: value)
        try ImageWriter.write(image, to: fixture.image("spoiled", modality))
    }

    @Test(arguments: [(Float(1.5), "1 voxel without a whole number, for example 1.5"), (-1, "1 voxel with a negative number")])
    func valuesThatAreNoIDs(value: Float, message: String) throws {
        let problem = try only(.full) { fixture in
            var map = try ImageReader().read(fixture.label("spoiled"))
            map.volume[11, 13, 15] = value
            try ImageWriter.write(map, to: fixture.label("spoiled"))
        }
        #expect(problem.problem == message && problem.subject.hasSuffix("spoiled.nii.gz"))
    }

    @Test func theSameImageTwice() throws {
        let problem = try only { fixture in
            let other = fixture.task.images(.train).appendingPathComponent("spoiled_0000.nrrd")
            try ImageWriter.write(try ImageReader().read(fixture.image("spoiled")), to: other)
        }
        #expect(problem.problem.contains("also there as"))
    }

    @Test func allThatIsWrongWithOneCaseIsTold() throws {
        let problems = try problems(.full) { fixture in
            try Data(#"{"instances": {"1": 9, "2": 0, "4": 0, "x": 0, "5": "a"}}"#.utf8).write(
                to: fixture.task.labelJSON(of: "spoiled", .train))
            try Data("no image".utf8).write(to: fixture.image("spoiled", 0))
            try Self.fill(fixture, 0)
            try FileManager.default.removeItem(at: fixture.label("good"))
        }
        let texts = problems.map(\.problem)
        for part in [
            "no label map", "is not a NIfTI image", "instance 'x' is not a positive integer",
            "the class of instance 5 is text",
            "instance 1 has class 9",
        ] { #expect(texts.contains { $0.contains(part) }, "\(part): \(texts)") }
        #expect(problems.count == 5, "\(texts)")
        #expect(problems.allSatisfy { $0.remedy != nil })
    }

    @Test func theTableNamesCaseFileProblemAndRemedy() throws {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder)
            try fixture.add("case_1")
            try FileManager.default.removeItem(at: fixture.label("case_1"))
            let table = FindingTable(DataCheck(task: fixture.task).findings(.train), of: fixture.task)
            let lines = table.text.split(separator: "\n")
            #expect(lines.count == 4)
            #expect(lines[2].hasPrefix("case_1  raw_splitted/labelsTr/case_1.nii.gz  case case_1 has no label map"))
            let told = lines.dropFirst(2).joined(separator: " ").split(separator: " ").joined(separator: " ")
            #expect(told.hasSuffix("add the file or remove the case; 'nndet dataset from-boxes' paints boxes into maps"), "\(told)")
        }
    }

    @Test func namesThatClash() throws {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder)
            for id in ["a", "a_seg", "b_seg"] { try fixture.add(id) }
            let problems = DataCheck(task: fixture.task).problems(.train)
            #expect(problems.count == 1)
            #expect(problems.first?.problem.contains("case a_seg") == true)
        }
    }

    @Test func noImages() throws {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder)
            let problems = DataCheck(task: fixture.task).problems(.train)
            #expect(problems.count == 1)
            #expect(problems.first?.problem == "holds no images")
        }
    }

    @Test func allProblemsAreCollectedAndTheFirstTellsHowMany() throws {
        let problems = try problems(.basic) { fixture in
            try FileManager.default.removeItem(at: fixture.image("good", 1))
            try JSONFile.write(CaseLabels(instances: [1: 7]), to: fixture.task.labelJSON(of: "good", .train))
            try FileManager.default.removeItem(at: fixture.label("spoiled"))
        }
        #expect(problems.count == 3)
        let error = #expect(throws: Problem.self) { try DataCheck.throwFirst(of: problems) }
        #expect(error?.problem.contains("first of 3") == true)
        #expect(error?.subject == problems[0].subject)
    }

    @Test func testCasesAreCheckedWhereTheyHaveLabels() throws {
        try withTemporaryFolder { folder in
            for testLabels in [false, true] {
                let fixture = try TaskFixture(in: folder, name: "Task90\(testLabels ? 1 : 0)_T", testLabels: testLabels)
                try fixture.add("case")
                try fixture.add("test", .test)
                try FileManager.default.removeItem(at: fixture.task.labelJSON(of: "test", .test))
                let check = DataCheck(task: fixture.task)
                #expect(check.problems(.test, labels: false).isEmpty)
                if testLabels { #expect(throws: Problem.self) { try check.run() } } else { try check.run() }
            }
        }
    }
}
