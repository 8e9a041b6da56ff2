import Core
import Foundation
import Support

/// What every command gets: the environment, and where its lines go.
public struct CommandContext: Sendable {
    public let environment: Environment
    public let log: CommandLog

    public init(environment: Environment, log: CommandLog = CommandLog()) {
        self.environment = environment
        self.log = log
    }

    /// Progress of `total` pieces of work, silent with `det_verbose=0`.
    func progress(_ title: String, _ total: Int) -> ProgressReporter {
        ProgressReporter(title, total: total, verbose: environment.verbose)
    }

    /// The same context, its lines written to `file` too.
    func logging(to file: URL) throws -> CommandContext {
        CommandContext(environment: environment, log: try log.adding(file: file))
    }
}
