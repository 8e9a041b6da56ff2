import Core
import Foundation
import Support

/// A case with what was predicted and what is annotated, both in the same space.
struct ScoredCase: Sendable {
    let id: String
    let prediction: CasePrediction
    let truth: GroundTruth
}

/// Brings predictions and annotated objects of a run together.
struct PredictionScoring {
    let task: TaskFolder
    let run: RunFolder
    let subset: RunFolder.Subset
    let preprocessed: Bool

    /// The cases with prediction and annotation.
    ///
    /// - Parameter expected: cases that must have a prediction; nil: those that have one.
    /// - Throws: `Problem` naming expected cases without prediction, or where nothing can be scored.
    func read(expected: [String]?, _ context: CommandContext) throws -> [ScoredCase] {
        let folder = run.predictions(subset, preprocessed: preprocessed)
        let labels = try labelFolder()
        let predicted = CasePrediction.caseIDs(in: folder)
        let command = subset == .test ? "predict" : "sweep"
        guard !predicted.isEmpty else { throw Problem(folder, "holds no predictions", remedy: "run 'nndet \(command)' first") }
        let missing = Set(expected ?? []).subtracting(predicted).sorted()
        guard missing.isEmpty else {
            throw Problem(
                folder, "\(missing.count) of \(expected?.count ?? 0) cases have no prediction: \(Self.list(missing))",
                remedy: "run 'nndet \(command)' again")
        }
        let annotated = Set(GroundTruth.caseIDs(in: labels))
        let wanted = expected ?? predicted
        let unlabelled = wanted.filter { !annotated.contains($0) }
        guard unlabelled.count < wanted.count else {
            throw Problem(
                labels, "holds no annotated objects of these cases",
                remedy: subset == .test && !task.info.testLabels
                    ? "set test_labels: true in the data set's description and run 'nndet prep' again" : "run 'nndet prep' again")
        }
        if !unlabelled.isEmpty { context.log.warning("left out, not annotated: \(Self.list(unlabelled))") }
        let strangers = predicted.filter { !wanted.contains($0) }
        if !strangers.isEmpty { context.log.warning("left out, not among the cases of this run: \(Self.list(strangers))") }
        let ids = wanted.filter(annotated.contains)
        return try parallelMap(ids.count) { index in
            let prediction = try CasePrediction.read(ids[index], in: folder)
            guard prediction.isRestored != preprocessed else {
                throw Problem(
                    CasePrediction.file(of: ids[index], in: folder),
                    "is in \(prediction.isRestored ? "image" : "preprocessed") space, which does not fit its folder")
            }
            return ScoredCase(id: ids[index], prediction: prediction, truth: try GroundTruth.read(ids[index], in: labels))
        }
    }

    private func labelFolder() throws -> URL {
        guard preprocessed else { return task.evaluationLabels(subset == .test ? .test : .train) }
        let plan = try Plan.read(from: run.plan)
        return task.preprocessedLabels(plan.dataIdentifier)
    }

    private static func list(_ ids: [String]) -> String {
        ids.count <= 10 ? ids.joined(separator: ", ") : ids.prefix(10).joined(separator: ", ") + " and \(ids.count - 10) more"
    }
}
