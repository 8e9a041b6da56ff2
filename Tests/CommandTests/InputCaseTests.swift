import Foundation
import Pipeline
import Support
import TestSupport
import Testing

/// What `--input` may be.
@Suite struct InputCaseTests {
    private func with(_ files: [String], _ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { (folder: URL) throws in
            for name in files {
                let file = folder.appendingPathComponent(name)
                try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data("x".utf8).write(to: file)
            }
            try body(folder)
        }
    }

    @Test func filesAndFolders() throws {
        try with(["a.nii.gz", "b.1_0000.nrrd", "notes.txt"]) { (folder: URL) throws in
            let found = try InputCase.find([folder], modalities: ["CT"], ignored: { _, _ in })
            #expect(found.map(\.id) == ["a", "b.1"])
            #expect(
                try InputCase.find([folder.appendingPathComponent("a.nii.gz")], modalities: ["CT"], ignored: { _, _ in }).map(\.id) == ["a"]
            )
        }
    }

    @Test func foldersOfSlices() throws {
        try with(["p1/1.dcm", "p1/2.dcm", "p2/1.dcm", "empty/readme.txt"]) { (folder: URL) throws in
            #expect(try InputCase.find([folder], modalities: ["CT"], ignored: { _, _ in }).map(\.id) == ["p1", "p2"])
            let one = folder.appendingPathComponent("p1")
            #expect(try InputCase.find([one], modalities: ["CT"], ignored: { _, _ in }) == [InputCase(id: "p1", images: [one])])
            #expect(throws: Problem.self) {
                try InputCase.find([folder.appendingPathComponent("empty")], modalities: ["CT"], ignored: { _, _ in })
            }
        }
    }

    @Test func severalModalities() throws {
        try with(["in/c_0000.nii.gz", "in/c_0001.nii.gz", "in/d_0000.mha", "in/d_0001.mha", "t1.nii.gz", "t2.nii.gz"]) {
            (folder: URL) throws in
            let names = ["T1", "T2"]
            let found = try InputCase.find([folder.appendingPathComponent("in")], modalities: names, ignored: { _, _ in })
            #expect(found.map(\.id) == ["c", "d"] && found.allSatisfy { $0.images.count == 2 })
            // One of them stands for its case.
            let one = folder.appendingPathComponent("in/c_0000.nii.gz")
            #expect(try InputCase.find([one], modalities: names, ignored: { _, _ in }).map(\.images.count) == [2])
            let single = ["t1.nii.gz", "t2.nii.gz"].map(folder.appendingPathComponent)
            #expect(try InputCase.find(single, modalities: names, ignored: { _, _ in }) == [InputCase(id: "t1", images: single)])
            #expect(throws: Problem.self) { try InputCase.find([single[0]], modalities: names, ignored: { _, _ in }) }
            try FileManager.default.removeItem(at: folder.appendingPathComponent("in/d_0001.mha"))
            #expect(throws: Problem.self) {
                try InputCase.find([folder.appendingPathComponent("in")], modalities: names, ignored: { _, _ in })
            }
        }
    }

    @Test func equalNames() throws {
        try with(["x/a.nii.gz", "y/a.nii.gz", "z/a.nii.gz", "z/a.mha"]) { (folder: URL) throws in
            let inputs = ["x", "y"].map(folder.appendingPathComponent)
            #expect(throws: Problem.self) { try InputCase.find(inputs, modalities: ["CT"], ignored: { _, _ in }) }
            #expect(throws: Problem.self) {
                try InputCase.find([folder.appendingPathComponent("z")], modalities: ["CT"], ignored: { _, _ in })
            }
        }
    }
}
