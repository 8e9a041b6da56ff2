import Core
import Foundation
import Support

/// The predictions that a submission is made of.
public enum SubmissionSource: Sendable {
    /// Those of a model; fold −1: of the consolidated folds.
    case model(task: String, model: String, fold: Int, subset: RunFolder.Subset)
    /// `<case>_boxes.npz` in a folder.
    case folder(URL)

    /// The folder of the predictions, and where the submission goes by default, without its ending.
    ///
    /// - Throws: `Problem` where there is no such model or fold.
    func places(_ context: CommandContext) throws -> (predictions: URL, submission: URL) {
        switch self {
        case .folder(let url): return (url, url.deletingLastPathComponent().appendingPathComponent(url.lastPathComponent + "_submission"))
        case .model(let task, let model, let fold, let subset):
            let folder = try ModelFolder.resolve(task: task, model: model, in: context.environment.modelsFolder)
            let run = try folder.existing(fold: fold)
            let name = folder.url.lastPathComponent + (fold < 0 ? "" : "_fold\(fold)") + (subset == .test ? "_test" : "")
            return (run.predictions(subset), folder.url.appendingPathComponent(name))
        }
    }

    /// The predictions of all cases of `folder`, sorted by id, in the space of their images.
    ///
    /// - Throws: `Problem` where there are none, or one is damaged or of a preprocessed image.
    static func predictions(in folder: URL) throws -> [CasePrediction] {
        let ids = try CasePrediction.listed(in: folder)
        guard !ids.isEmpty else {
            throw Problem(folder, "holds no predictions (<case>_boxes.npz)", remedy: "run 'nndet predict' or 'nndet consolidate' first")
        }
        return try parallelMap(ids.count) { index in
            let prediction = try CasePrediction.read(ids[index], in: folder)
            guard prediction.isRestored else {
                throw Problem(
                    CasePrediction.file(of: ids[index], in: folder),
                    "holds boxes of a preprocessed case, which have no place in the patient",
                    remedy: "take the folder without '_preprocessed'")
            }
            return prediction
        }
    }
}
