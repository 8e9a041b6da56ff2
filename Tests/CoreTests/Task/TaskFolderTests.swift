import Core
import Foundation
import Support
import TestSupport
import Testing

@Suite struct TaskFolderTests {
    private func names(_ names: [String], _ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { (root: URL) throws in
            for name in names { try AtomicFile.createFolder(root.appendingPathComponent(name)) }
            try body(root)
        }
    }

    @Test func exactNameThenNumberThenPart() throws {
        try names(["Task011_Liver", "Task001_Lung", "Task001FG_Lung", "Task100_Lung.v2"]) { (root: URL) throws in
            func name(_ id: String) throws -> String { try TaskFolder.resolveName(id, in: root) }
            #expect(try name("Task011_Liver") == "Task011_Liver")
            #expect(try name("011_Liver") == "Task011_Liver")
            #expect(try name("011") == "Task011_Liver")
            #expect(try name("11") == "Task011_Liver")
            for id in ["001", "1", "01"] { #expect(try name(id) == "Task001_Lung") }
            #expect(try name("001FG") == "Task001FG_Lung")
            #expect(try name("Live") == "Task011_Liver")
            #expect(try name("Lung.v2") == "Task100_Lung.v2")
            #expect(try name("FG") == "Task001FG_Lung")
        }
    }

    @Test func anAmbiguousTaskListsTheCandidates() throws {
        try names(["Task011_Liver", "Task001X_Lung", "Task001FG_Lung"]) { (root: URL) throws in
            let problem = #expect(throws: Problem.self) { try TaskFolder.resolveName("Lung", in: root) }
            #expect(problem?.description.contains("Task001FG_Lung, Task001X_Lung") == true)
            #expect(problem?.description.contains("Liver") == false)
            // A number is not looked for inside other numbers.
            let number = #expect(throws: Problem.self) { try TaskFolder.resolveName("01", in: root) }
            #expect(number?.description.contains("several") == true)
        }
    }

    @Test func aMissingTaskListsThoseThatExist() throws {
        try names(["Task011_Liver", "Task002_Hip", "Other"]) { (root: URL) throws in
            let problem = #expect(throws: Problem.self) { try TaskFolder.resolve("7", in: root) }
            #expect(problem?.description.contains("Task002_Hip, Task011_Liver") == true)
            #expect(problem?.description.contains("Other") == false)
            #expect(throws: Problem.self) { try TaskFolder.resolve("1", in: root) }
        }
    }

    /// Found by listing the folder, which is listed again when it has changed.
    @Test func endingsInCapitals() throws {
        try withTemporaryFolder { (root: URL) throws in
            let task = TaskFolder(url: root, info: DatasetInfo(task: "T", labels: ["a"], modalities: ["CT"]))
            for name in ["a_0000.NII.GZ", "b_0000.Nrrd"] {
                #expect(throws: Problem.self) { try task.imageFiles(of: String(name.prefix(1)), .train) }
                try AtomicFile.write(Data("x".utf8), to: task.images(.train).appendingPathComponent(name))
                #expect(try task.imageFiles(of: String(name.prefix(1)), .train).map(\.lastPathComponent) == [name])
            }
            // A name that has its accent as a character of its own.
            let decomposed = "u\u{308}.json"
            try AtomicFile.write(Data(), to: task.labels(.train).appendingPathComponent(decomposed))
            #expect(Array(task.labelJSON(of: "ü", .train).lastPathComponent.unicodeScalars) == Array(decomposed.unicodeScalars))
            #expect(task.labelJSON(of: "b", .train).lastPathComponent == "b.json")
        }
    }

    @Test func foldersThatCannotBeReadAreNoEmptyOnes() throws {
        try withTemporaryFolder { (root: URL) throws in
            let task = TaskFolder(url: root, info: DatasetInfo(task: "T", labels: ["a"], modalities: ["CT"]))
            for folder in [task.images(.train), task.labels(.train)] {
                try AtomicFile.createFolder(folder.deletingLastPathComponent())
                try FileManager.default.createSymbolicLink(at: folder, withDestinationURL: folder)
                for list in [CasePrediction.listed, GroundTruth.listed, SegmentationPrediction.listed] {
                    #expect { try list(folder) } throws: { "\($0)".hasPrefix("\(folder.path): cannot read: ") }
                }
            }
            #expect(throws: Problem.self) { try task.caseIDs(.train) }
            #expect(throws: Problem.self) { try task.labelMaps(.train) }
            #expect(task.imageListing(.train).problems.count == 1)
        }
    }

    @Test(arguments: [("scan 1.ä", true), ("", false), (".a", false), ("../a", false), ("a/b", false), ("a\nb", false), ("a\0", false)])
    func namesOfCases(id: String, isSafe: Bool) {
        #expect(CaseName.isSafe(id) == isSafe)
    }

    @Test(arguments: ["01", "+1", "0", "x"])
    func instancesAreNumberedOnce(key: String) throws {
        try withTemporaryFolder { (root: URL) throws in
            let url = root.appendingPathComponent("a.json")
            try Data("{\"instances\": {\"1\": 0, \"\(key)\": 1}}".utf8).write(to: url)
            #expect { try CaseLabels.read(url) } throws: { "\($0)".contains("a.json: instance '\(key)' is not a positive integer") }
        }
    }

    @Test func casesAndTheirFiles() throws {
        try withTemporaryFolder { (root: URL) throws in
            let task = TaskFolder(url: root, info: DatasetInfo(task: "T", labels: ["a"], modalities: ["CT", "PET"]))
            #expect(try task.caseIDs(.train) == [])
            let images = task.images(.train)
            for name in ["b.1_0000.nii.gz", "b.1_0001.nrrd", "a_0000.nii.gz", "notes.txt"] {
                try AtomicFile.write(Data("x".utf8), to: images.appendingPathComponent(name))
            }
            #expect(try task.caseIDs(.train) == ["a", "b.1"])
            #expect(try task.imageFiles(of: "b.1", .train).map(\.lastPathComponent) == ["b.1_0000.nii.gz", "b.1_0001.nrrd"])
            let problem = #expect(throws: Problem.self) { try task.imageFiles(of: "a", .train) }
            #expect(problem?.description.contains("case a has no image of modality 1 (PET)") == true)
            try AtomicFile.write(Data("x".utf8), to: images.appendingPathComponent("c.nii.gz"))
            let unnamed = #expect(throws: Problem.self) { try task.caseIDs(.train) }
            #expect(unnamed?.subject.hasSuffix("c.nii.gz") == true)
        }
    }
}
