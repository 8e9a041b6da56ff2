import Core
import Foundation
import Support
import Training

/// How the training of a fold begins, judged by what lies in its folder (design: going on).
enum RunStart {
    case anew
    case goingOn(TrainingState)
    case finished(TrainingState)

    /// - Throws: `Problem` where there is nothing to resume, or a run of another configuration.
    init(_ setup: FoldSetup) throws {
        let files = setup.files
        let mode = setup.configuration.train.mode
        guard FileManager.default.fileExists(atPath: files.checkpoint.path) else {
            if mode == .resume { throw Problem(files.folder, "there is no run to resume", remedy: "leave out train.mode=resume") }
            // Weights without the state of their training, such as imported ones, are not trained over unasked.
            guard mode == .overwrite || ![files.final, files.best].contains(where: { FileManager.default.fileExists(atPath: $0.path) })
            else {
                throw Problem(
                    files.folder, "holds a trained model without the state of its training, such as an imported one",
                    remedy: "choose another exp.tag or fold, or replace it with --overwrite")
            }
            self = .anew
            return
        }
        if mode == .overwrite {
            self = .anew
            return
        }
        let checkpoint = try TrainingState.read(files.checkpoint)
        guard checkpoint.key == setup.key else {
            let changed = try RunDifference.changedCases(setup) ?? []
            let differences = RunDifference(setup).lines + (changed.isEmpty ? [] : ["other data: \(Self.list(changed))"])
            throw Problem(
                files.folder,
                "holds a run of another configuration, plan or split"
                    + (differences.isEmpty ? "" : " (its value → the new one): \(differences.joined(separator: "; "))"),
                remedy: "use the same options, choose another exp.tag, or start anew with --overwrite")
        }
        if let changed = try RunDifference.changedCases(setup), !changed.isEmpty {
            throw Problem(
                files.folder, "holds a run that was trained on other data; images or labels have changed since: \(Self.list(changed))",
                remedy: "choose another exp.tag, or start anew with --overwrite")
        }
        self = checkpoint.progress.finished ? .finished(checkpoint) : .goingOn(checkpoint)
    }

    private static func list(_ ids: [String]) -> String { ids.prefix(5).joined(separator: ", ") + (ids.count > 5 ? ", …" : "") }
}
