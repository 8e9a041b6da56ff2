import Core
import Foundation
import Imaging
import Support

/// What every command gets: the environment, and where its lines go.
public struct CommandContext: Sendable {
    public let environment: Environment
    public let log: CommandLog
    /// What the user states about images that lack or contradict something; wins over what a task's description states.
    public var reading = ReadingPolicy.strict
    private let notices: NoticeLog

    public init(environment: Environment, log: CommandLog = CommandLog()) {
        self.environment = environment
        self.log = log
        notices = NoticeLog()
    }

    private init(_ context: CommandContext, log: CommandLog) {
        environment = context.environment
        self.log = log
        reading = context.reading
        notices = context.notices
    }

    /// Reads images; each notice is logged once as a warning.
    ///
    /// - Parameter policy: that of the task, if the images are of one.
    public func reader(_ policy: ReadingPolicy = .strict) -> ImageReader {
        ImageReader(policy.merging(reading)) { [log, notices] notice in
            if notices.isNew(notice) { log.warning("\(notice)") }
        }
    }

    /// The same context with another log.
    func logging(to log: CommandLog) -> CommandContext { CommandContext(self, log: log) }

    /// Progress of `total` pieces of work, silent with `det_verbose=0`.
    func progress(_ title: String, _ total: Int) -> ProgressReporter {
        ProgressReporter(title, total: total, verbose: environment.verbose)
    }

    /// The same context, its lines written to `file` too.
    func logging(to file: URL) throws -> CommandContext {
        CommandContext(self, log: try log.adding(file: file))
    }
}

/// The notices that were logged already: images are read several times in a command.
private final class NoticeLog: @unchecked Sendable {
    private let lock = NSLock()
    private var seen: Set<ImageNotice> = []

    func isNew(_ notice: ImageNotice) -> Bool { lock.withLock { seen.insert(notice).inserted } }
}

extension TaskFolder {
    /// The task, its images read as `context` says.
    func reading(_ context: CommandContext) -> TaskFolder {
        var task = self
        task.reader = context.reader(info.reading)
        return task
    }
}
