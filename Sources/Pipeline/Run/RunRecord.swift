import Core
import Foundation
import Support

/// What `nndet run` decided when training began, so that going on keeps to it: `run.json` in the model's folder.
struct RunRecord: Codable, Equatable {
    var formatVersion = 1
    /// Folds that are trained, from 0 on.
    var folds: Int
    /// Seconds that were given for everything; nil where the whole schedule was asked for.
    var timeBudget: Double?
    /// Seconds of them for the training of each fold.
    var foldBudget: Double?
    /// Seconds that a training step was expected to take.
    var stepSeconds: Double
    /// Seconds that predicting a case with one network and all mirrorings was expected to take.
    var caseSeconds: Double

    enum CodingKeys: String, CodingKey {
        case folds
        case formatVersion = "format_version"
        case timeBudget = "time_budget"
        case foldBudget = "fold_budget"
        case stepSeconds = "step_seconds"
        case caseSeconds = "case_seconds"
    }

    /// Numbers that folds can have.
    static let foldRange = 0..<1000

    private static func file(_ model: ModelFolder) -> URL { model.url.appendingPathComponent("run.json") }

    /// The record of `model`; nil where there is none that can be read.
    static func read(_ model: ModelFolder) -> RunRecord? {
        guard let record: RunRecord = try? JSONFile.read(from: file(model)), record.formatVersion == 1 else { return nil }
        return record
    }

    func write(_ model: ModelFolder) throws { try JSONFile.write(self, to: Self.file(model)) }
}

extension RunRecord: CheckedContent {
    /// - Throws: `Problem` naming the key whose value is no number of folds or of seconds.
    func check(named name: String) throws {
        let remedy = "remove the file; 'nndet run' measures again"
        guard folds > 0, folds <= Self.foldRange.upperBound else {
            throw Problem(name, "'folds' is \(folds), 1 to \(Self.foldRange.upperBound) are possible", remedy: remedy)
        }
        for (key, seconds) in [
            ("time_budget", timeBudget), ("fold_budget", foldBudget), ("step_seconds", stepSeconds), ("case_seconds", caseSeconds),
        ] {
            guard let seconds, !(0...1e9).contains(seconds) else { continue }
            throw Problem(name, "'\(key)' is \(seconds), which is no number of seconds", remedy: remedy)
        }
    }
}
