import ArgumentParser
import Core
import Foundation
import Pipeline
import Support

/// Turns arguments into a command, and errors into one line and an exit code.
enum Program {
    /// Runs the command that `arguments` (with the program's name) ask for and returns the exit code: 0, 1 for a problem, 2 for wrong
    /// arguments.
    static func run(_ arguments: [String], environment: [String: String]) -> Int32 {
        do {
            let words = CommandLineWords.normalized(arguments)
            var command = try NNDet.parseAsRoot(words)
            if let command = command as? any PipelineCommand {
                let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
                let values = try Environment(environment, currentFolder: here)
                for notice in values.notices where command.usesFolders { report("note: \(notice)") }
                var context = CommandContext(environment: values)
                if let command = command as? any ReadingCommand { context.reading = try command.reading.policy() }
                let stop = command.savesWhenStopped ? nil : ImmediateStop(resumes: command.usesFolders)
                defer { withExtendedLifetime(stop) {} }
                try command.run(context)
            } else {
                try command.run()
            }
            return 0
        } catch let problem as Problem {
            report("error: \(oneLine(problem.description))")
            return 1
        } catch let interrupted as Interrupted {
            report("\(interrupted)")
            return 130
        } catch {
            return finish(error)
        }
    }

    /// Help goes to standard output; wrong arguments become one line.
    private static func finish(_ error: any Error) -> Int32 {
        if NNDet.exitCode(for: error) == .success {
            print(NNDet.fullMessage(for: error))
            return 0
        }
        if error is ArgumentParser.ValidationError || NNDet.exitCode(for: error) == .validationFailure {
            report("error: \(oneLine(NNDet.message(for: error))) (see 'nndet --help')")
            return 2
        }
        report("error: \(oneLine("\(error)"))")
        return 1
    }

    private static func report(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
    }
}

/// A command of the pipeline.
protocol PipelineCommand: ParsableCommand {
    /// Whether the command reads or writes below `det_data` or `det_models`.
    var usesFolders: Bool { get }
    /// Whether Ctrl-C and SIGTERM are handled by the command itself.
    var savesWhenStopped: Bool { get }

    func run(_ context: CommandContext) throws
}

extension PipelineCommand {
    var usesFolders: Bool { true }
    var savesWhenStopped: Bool { false }
}
