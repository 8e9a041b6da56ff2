import Foundation
import Support
import TestSupport
import Testing

@Suite(.serialized) struct AtomicFileTests {
    private func names(_ folder: URL) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

    @Test func writesIntoNewFoldersAndReplaces() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a/b/c.txt")
            try AtomicFile.write(Data("old".utf8), to: url)
            try AtomicFile.write(Data("new".utf8), to: url)
            #expect(try String(contentsOf: url, encoding: .utf8) == "new")
            try AtomicFile.write(Data(), to: url)
            #expect(try Data.file(url).isEmpty)
            #expect(try names(url.deletingLastPathComponent()) == ["c.txt"])
        }
    }

    @Test func aFailedWriteLeavesTheOldContent() throws {
        struct Interrupted: Error {}
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.txt")
            try AtomicFile.write(Data("old".utf8), to: url)
            #expect(throws: Interrupted.self) {
                try AtomicFile.write(to: url) { temporary in
                    try Data("half".utf8).write(to: temporary)
                    throw Interrupted()
                }
            }
            #expect(throws: Problem.self) { try AtomicFile.write(to: url) { _ in } }
            #expect(try String(contentsOf: url, encoding: .utf8) == "old")
            #expect(try names(folder) == ["a.txt"])
        }
    }

    @Test func theTemporaryFileKeepsTheExtension() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(to: folder.appendingPathComponent("image.nii.gz")) { temporary in
                #expect(temporary.lastPathComponent.hasSuffix("image.nii.gz") && temporary.lastPathComponent.hasPrefix("."))
                try Data([1]).write(to: temporary)
            }
        }
    }

    @Test func noSpaceLeftIsSaid() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.bin")
            let problem = #expect(throws: Problem.self) {
                try AtomicFile.write(to: url) { temporary in
                    // The device that is always full.
                    let full = open("/dev/full", O_WRONLY)
                    defer { close(full) }
                    guard full >= 0, Foundation.write(full, "x", 1) == 1 else { throw Problem(url, doing: "write", errno: errno) }
                }
            }
            #expect(problem?.subject == url.path)
            #expect(problem?.problem.contains("No space left") == true && problem?.remedy?.contains("free some space") == true)
            let left = try names(folder)
            #expect(left.isEmpty)
        }
    }

    /// A file system of 64 KiB; only where the tests may mount one.
    @Test(.enabled(if: geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/bin/mount")))
    func aFullDiskKeepsTheOldFile() throws {
        try withTemporaryFolder { folder in
            guard run("/bin/mount", "-t", "tmpfs", "-o", "size=64k", "none", folder.path) else { return }
            defer { _ = run("/bin/umount", "-l", folder.path) }
            let url = folder.appendingPathComponent("a.bin")
            let old = Data(repeating: 7, count: 40_000)
            try AtomicFile.write(old, to: url)
            let problem = #expect(throws: Problem.self) { try AtomicFile.write(Data(count: 60_000), to: url) }
            #expect(problem?.problem.contains("No space left") == true)
            #expect(try Data(contentsOf: url) == old)
            #expect(try names(folder) == ["a.bin"])
            // And there is room again for what fits.
            try AtomicFile.write(Data(count: 10_000), to: folder.appendingPathComponent("b.bin"))
        }
    }

    private func run(_ tool: String, _ arguments: String...) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @Test func foldersAndFilesInTheWay() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("file")
            try AtomicFile.write(Data([1]), to: file)
            let below = #expect(throws: Problem.self) { try AtomicFile.write(Data(), to: file.appendingPathComponent("below")) }
            #expect(below?.problem.contains("folder is needed") == true)
            try AtomicFile.createFolder(folder.appendingPathComponent("sub"))
            #expect(throws: Problem.self) { try AtomicFile.write(Data(), to: folder.appendingPathComponent("sub")) }
            #expect(try names(folder) == ["file", "sub"])
            #expect(throws: Problem.self) { try Data.file(folder) }
            #expect(throws: Problem.self) { try Data.file(folder.appendingPathComponent("none")) }
        }
    }
}
