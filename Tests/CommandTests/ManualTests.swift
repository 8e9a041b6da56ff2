import Foundation
import TestSupport
import Testing

/// Completions and manual pages, made from the argument parser.
@Suite struct ManualTests {
    private func shell(_ command: String, _ arguments: [String]) throws -> (status: Int32, output: String)? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        guard let folder = folders.first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/\(command)") }) else { return nil }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(folder)/\(command)")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completionsAreScriptsOfTheShell(name: String) throws {
        try withTemporaryFolder { (folder: URL) throws in
            let result = try CommandLineTool(in: folder).run("completion", name)
            #expect(result.status == 0 && result.output.contains("consolidate") && result.output.contains("sweep-boxes"))
            let script = folder.appendingPathComponent("script")
            try Data(result.output.utf8).write(to: script)
            // Where the shell is there, it reads the script.
            if let read = try shell(name, ["-n", script.path]) { #expect(read.status == 0, "\(read.output)") }
        }
    }

    /// What a user gets who types `nndet con<tab>`.
    @Test func bashCompletesCommands() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let tool = CommandLineTool(in: folder)
            let script = folder.appendingPathComponent("nndet.bash")
            try Data(tool.run("completion", "bash").output.utf8).write(to: script)
            let program = """
                source \(script.path)
                COMP_WORDS=(nndet con); COMP_CWORD=1; COMP_LINE='nndet con'; COMP_POINT=9
                eval "$(complete -p nndet | sed -E 's/.*-F ([^ ]+).*/\\1/')" nndet con nndet
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            let result = try #require(try shell("bash", ["-c", program]))
            let words = result.output.split(whereSeparator: \.isWhitespace)
            #expect(words.contains("config") && words.contains("consolidate") && !words.contains("predict"), "\(result.output)")
        }
    }

    @Test func thereIsAPageForEveryCommand() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let tool = CommandLineTool(in: folder)
            let pages = folder.appendingPathComponent("man1")
            #expect(try tool.run("manual", "--output", pages.path).status == 0)
            let names = try FileManager.default.contentsOfDirectory(atPath: pages.path).sorted()
            for command in CommandLineTests.commands + ["run", "status", "model-pack"] {
                #expect(names.contains("nndet-\(command).1"), "\(command)")
            }
            #expect(names.contains("nndet.1"))
            let page = try String(contentsOf: pages.appendingPathComponent("nndet-train.1"), encoding: .utf8)
            for word in [".TH \"NNDET\\-TRAIN\" 1", ".SH SYNOPSIS", ".SH OPTIONS", ".B \\-\\-time\\-budget <2h>", "Ctrl\\-C"] {
                #expect(page.contains(word), "\(word)")
            }
            // Where man's formatter is there, it has nothing to complain about.
            for name in names {
                guard
                    let formatted = try shell(
                        "groff", ["-K", "utf8", "-man", "-Tutf8", "-ww", "-z", pages.appendingPathComponent(name).path])
                else {
                    break
                }
                #expect(formatted.status == 0 && formatted.output.isEmpty, "\(name): \(formatted.output)")
            }
        }
    }
}
