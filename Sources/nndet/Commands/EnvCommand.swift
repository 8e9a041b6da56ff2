import ArgumentParser
import Foundation
import Pipeline

/// `nndet env`.
struct EnvCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "env",
        abstract: "Print what the program finds on this machine, and what is wrong with it.",
        discussion: """
            Versions, processor, memory, GPUs with memory and driver, libraries, folders with free space and environment variables: what to put \
            into a report of a problem. Never fails.

            --check makes a toy task in a temporary folder, trains one step on it and predicts one image (about ten seconds); exit code 1 where \
            that does not work.
            """)

    @Flag(help: "Also train one step and predict one image.")
    var check = false

    @Option(help: "Where --check computes: cpu, cuda, cuda:1. (default: a GPU where there is one)")
    var device: String?

    func validate() throws {
        guard device == nil || check else { throw ValidationError("--device goes with --check") }
    }

    func run() throws {
        let description = MachineDescription(
            version: Version.text, variables: ProcessInfo.processInfo.environment,
            currentFolder: URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true))
        let log = CommandLog()
        log.info(description.text)
        guard check else { return }
        log.info("")
        try InstallationCheck(device: device).run { log.info($0) }
    }
}
