import Foundation
import TestSupport
import Testing

/// What is written about the program is true: pages that it writes itself are up to date, commands of all pages run, the Dockerfile follows the rules.
@Suite struct DocumentTests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        .standardizedFileURL

    private func script(_ name: String, _ arguments: [String] = []) throws -> (status: Int32, output: String) {
        try withTemporaryFolder { (folder: URL) throws in
            let file = folder.appendingPathComponent("output")
            try Data().write(to: file)
            let process = Process()
            process.executableURL = Self.repository.appendingPathComponent("scripts/\(name)")
            process.arguments = arguments
            var environment = ProcessInfo.processInfo.environment
            environment["NNDET_BUILD"] = CommandLineTool.buildFolder.path
            process.environment = environment
            let output = try FileHandle(forWritingTo: file)
            process.standardOutput = output
            process.standardError = output
            try process.run()
            process.waitUntilExit()
            return (process.terminationStatus, try String(contentsOf: file, encoding: .utf8))
        }
    }

    /// DocC makes the pages of all libraries without a warning; skipped where the toolchain has no DocC.
    @Test func theLibrariesAreDocumented() throws {
        let result = try script("api-docs.sh")
        #expect(result.status == 0 || result.output.contains("the toolchain has no docc"), "\(result.output)")
    }

    @Test func generatedPagesAreUpToDate() throws {
        let result = try script("generate-docs.sh", ["--check"])
        #expect(result.status == 0, "\(result.output)")
    }

    @Test func commandsOfThePagesRun() throws {
        let result = try script("check-docs.sh")
        #expect(result.status == 0, "\(result.output)")
        let count = result.output.split(separator: "\n").last?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        #expect(count >= 40, "\(result.output)")
    }

    @Test func theDockerfileFollowsTheRules() throws {
        let result = try script("check-dockerfile.sh", ["--lint"])
        #expect(result.status == 0, "\(result.output)")
    }

    /// The guide shows a file that is compiled here, whole and word for word; `PredictImagesTests` runs it.
    @Test func theGuideShowsCodeThatRuns() throws {
        let guide = try String(contentsOf: Self.repository.appendingPathComponent("docs/how-to/one-new-scan.md"), encoding: .utf8)
        let blocks = guide.components(separatedBy: "```swift\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
        let source = try String(contentsOf: Self.repository.appendingPathComponent("Tests/CommandTests/ScanGuide.swift"), encoding: .utf8)
        #expect(blocks == [source])
    }

    /// What `make install` puts beside the program.
    @Test func namesCompletionsAndManualAreInstalled() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let bin = folder.appendingPathComponent("bin")
            try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
            let program = CommandLineTool.buildFolder.appendingPathComponent("nndet")
            try FileManager.default.createSymbolicLink(at: bin.appendingPathComponent("nndet"), withDestinationURL: program)
            let result = try script("install-extras.sh", [program.path, folder.path])
            #expect(result.status == 0, "\(result.output)")
            for name in [
                "bin/nndet_prep", "share/bash-completion/completions/nndet", "share/zsh/site-functions/_nndet",
                "share/fish/vendor_completions.d/nndet.fish", "share/man/man1/nndet.1", "share/man/man1/nndet-run.1",
            ] { #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path), "\(name)") }
            var tool = CommandLineTool(in: folder)
            tool.program = bin.appendingPathComponent("nndet_env")
            #expect(try tool.run("--help").output.contains("USAGE: nndet env"))
        }
    }
}
