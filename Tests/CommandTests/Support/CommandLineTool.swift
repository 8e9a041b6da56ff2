import Foundation
import TestSupport

/// The built program, run as its user runs it.
struct CommandLineTool {
    struct Result {
        let status: Int32
        let output: String
        let errors: String

        /// The lines on standard error that begin with `error:`.
        var errorLines: [String] { errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("error:") } }
    }

    /// The folder with the program and the libraries it opens: beside the test bundle.
    static let buildFolder: URL = {
        if let path = ProcessInfo.processInfo.environment["NNDET_BUILD"] { return URL(fileURLWithPath: path) }
        return URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    }()

    var environment: [String: String]
    var program = Self.buildFolder.appendingPathComponent("nndet")

    /// A program that keeps data and models below `folder`.
    init(in folder: URL, verbose: Bool = false) {
        var environment = ProcessInfo.processInfo.environment
        environment["det_data"] = folder.appendingPathComponent("data").path
        environment["det_models"] = folder.appendingPathComponent("models").path
        environment["det_verbose"] = verbose ? "1" : "0"
        environment["det_num_threads"] = "2"
        self.environment = environment
    }

    func run(_ arguments: String..., in folder: URL? = nil) throws -> Result { try run(arguments, in: folder) }

    /// - Parameter interruptedWhen: asked until it says yes, upon which the program gets the signal of Ctrl-C.
    func run(_ arguments: [String], in folder: URL? = nil, interruptedWhen: (() -> Bool)? = nil) throws -> Result {
        // Files, not pipes: a pipe that nobody reads stops a talkative program.
        try withTemporaryFolder { (scratch: URL) throws in
            let process = Process()
            process.executableURL = program
            process.arguments = arguments
            process.environment = environment
            if let folder { process.currentDirectoryURL = folder }
            let (output, errors) = (scratch.appendingPathComponent("out"), scratch.appendingPathComponent("err"))
            for file in [output, errors] { try Data().write(to: file) }
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: errors)
            try process.run()
            if let interruptedWhen {
                while process.isRunning, !interruptedWhen() { usleep(50_000) }
                process.interrupt()
            }
            process.waitUntilExit()
            return Result(
                status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
                errors: try String(contentsOf: errors, encoding: .utf8))
        }
    }

    /// Runs the program and kills it, without a warning, as soon as `isTime`; whether it was still running then.
    func killed(_ arguments: [String], when isTime: () -> Bool) throws -> Bool {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = environment
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        while process.isRunning, !isTime() { usleep(5000) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return process.terminationReason == .uncaughtSignal
    }

    /// Paths below `folder`, sorted, without half-written files: those of the last minute may belong to a process of another machine, and stay.
    static func finishedFiles(in folder: URL) -> [String] {
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return names.filter { !$0.contains("/.tmp-") && !$0.hasPrefix(".tmp-") }.sorted()
    }
}
