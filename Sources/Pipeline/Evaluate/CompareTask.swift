import Evaluation
import Foundation
import Support

/// `nndet compare`: two evaluations of the same cases, with a paired bootstrap.
public struct CompareTask: Sendable {
    public let a: URL
    public let b: URL
    public var resamples = 1000
    public var seed: UInt64 = 0
    /// Compares all scores instead of the main ones.
    public var listsAll = false
    /// A JSON file of all differences.
    public var output: URL?

    public init(_ a: URL, _ b: URL) {
        self.a = a
        self.b = b
    }

    /// Prints a table of the scores with their differences; writes `output`.
    ///
    /// - Throws: `Problem` where a folder holds no evaluation, or the two are not of the same cases.
    public func run(_ context: CommandContext) throws {
        let comparison = try Comparison(a, b, bootstrap: Bootstrap(resamples: resamples, seed: seed))
        context.log.info("A: \(a.path)\nB: \(b.path)\n" + comparison.table(listsAll: listsAll))
        if let output {
            try JSONFile.write(comparison, to: output)
            context.log.info("written to \(output.path)")
        }
    }
}
