import Evaluation
import Foundation
import Report
import Support

/// `nndet eval-luna`: scores a submission to LUNA16 by the challenge's rules.
public struct LunaTask: Sendable {
    public var annotations: URL
    public var excluded: URL
    public var series: URL
    public var predictions: URL
    /// Digits that ids of digits alone are filled up to with zeros.
    public var padding: Int?
    public var resamples = 1000
    public var seed: UInt64 = 0
    /// Where results go; nil: beside the submission.
    public var output: URL?

    public init(annotations: URL, excluded: URL, series: URL, predictions: URL) {
        self.annotations = annotations
        self.excluded = excluded
        self.series = series
        self.predictions = predictions
    }

    /// - Throws: `Problem` naming the file and line, or ids that match no scan.
    public func run(_ context: CommandContext) throws {
        let challenge = try LunaChallenge(annotations: annotations, excluded: excluded, series: series, padding: padding)
        if challenge.strangers > 0 { context.log.warning("\(challenge.strangers) annotated findings are of scans that are not listed") }
        let evaluation = try LunaEvaluation(challenge, predictions: predictions)
        let folder = output ?? EvaluationFiles.results(of: predictions)
        let bootstrap = Bootstrap(resamples: resamples, seed: seed)
        context.log.info(try evaluation.write(in: folder, bootstrap: bootstrap))
        try Figure.luna(evaluation, intervals: evaluation.intervals(bootstrap).sensitivities).write(in: folder)
        context.log.info("written to \(folder.path)")
    }
}
