import Core
import Foundation
import Support

/// What a command is doing to a task or a run, told to other programs by `ActivityMark`.
enum Activity: String {
    case preparing, training, sweeping, consolidating, predicting

    /// The mark of this activity in `folder`.
    func file(in folder: URL) -> URL { folder.appendingPathComponent(".\(rawValue).lock") }

    /// Marks the activity until the value is gone. Only training insists on being alone: what the others write fits together.
    ///
    /// - Throws: `Problem` where another program trains here.
    func begin(in folder: URL) throws -> ActivityMark {
        try ActivityMark(file(in: folder), self == .training ? .alone : .together, doing: rawValue)
    }

    /// Whether a program does this in `folder`.
    func isGoingOn(in folder: URL) -> Bool { ActivityMark.isThere(file(in: folder)) }
}
