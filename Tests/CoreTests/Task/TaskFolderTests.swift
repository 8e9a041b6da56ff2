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
