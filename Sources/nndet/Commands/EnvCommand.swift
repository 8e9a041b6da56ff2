import ArgumentParser
import Foundation
import Pipeline

/// `nndet env`.
struct EnvCommand: PipelineCommand {
    static let configuration = CommandConfiguration(
        commandName: "env",
        abstract: "Print what the program finds on this machine.",
        discussion:
            "Versions, processor, memory, GPUs, libraries, folders and environment variables: what to put into a report of a problem.")

    func run(_ context: CommandContext) throws {
        let description = MachineDescription(
            version: Version.text, environment: context.environment, variables: ProcessInfo.processInfo.environment)
        print(description.text)
    }
}
