import Core
import Foundation
import Inference
import Interop
import Support

/// The folder of a fold, or of consolidated folds, of the Python original (spec 02).
struct OriginalModel {
    let url: URL

    init(_ url: URL) { self.url = url }

    var config: URL { url.appendingPathComponent("config.yaml") }
    private var plan: URL { url.appendingPathComponent("plan.pkl") }
    private var planInference: URL { url.appendingPathComponent("plan_inference.pkl") }

    var splits: URL? {
        let file = url.appendingPathComponent("splits.pkl")
        return FileManager.default.fileExists(atPath: file.path) ? file : nil
    }

    /// The checkpoints, and the names of ours that hold the same weights: what the original calls last is the averaged model, our final.
    ///
    /// - Throws: `Problem` where there are none, or files that the folder must have are missing.
    func weights() throws -> [(file: URL, target: String)] {
        let names = try FolderContents.names(in: url)
        guard !names.isEmpty else {
            throw Problem(url, "no such folder, or an empty one", remedy: "give a fold, or consolidated, of a model")
        }
        let weights = names.compactMap { name -> (file: URL, target: String)? in
            guard name.hasSuffix(".ckpt") else { return nil }
            let stem = String(name.dropLast(5))
            let target: String? =
                switch stem {
                case "model_last": "model_final"
                case "model_best": "model_best"
                default: stem.hasPrefix("model_fold") && Int(stem.dropFirst(10)) != nil ? stem : nil
                }
            return target.map { (url.appendingPathComponent(name), "\($0).safetensors") }
        }
        guard weights.contains(where: { $0.target != "model_best.safetensors" }) else {
            let inner = names.filter { $0.hasPrefix("fold") || $0 == "consolidated" }
            throw Problem(
                url, "holds no model_last.ckpt and no model_fold<k>.ckpt",
                remedy: inner.isEmpty ? "finish its training in Python" : "give one of its folders \(inner.joined(separator: ", "))")
        }
        guard FileManager.default.fileExists(atPath: config.path) else {
            throw Problem(config, "no such file", remedy: "copy the whole folder")
        }
        return weights
    }

    /// The plan, and what a sweep of the original found.
    ///
    /// - Throws: `Problem` where there is no plan.
    func inferencePlan() throws -> (plan: Plan, parameters: InferenceParameters, isTuned: Bool) {
        let tuned = FileManager.default.fileExists(atPath: planInference.path) ? try OriginalPlan(planInference) : nil
        let base = FileManager.default.fileExists(atPath: plan.path) ? try OriginalPlan(plan) : nil
        guard let plan = base?.plan ?? tuned?.plan else { throw Problem(plan, "no such file", remedy: "copy the whole folder") }
        return (plan, tuned?.parameters ?? InferenceParameters(), tuned?.parameters != nil)
    }

    /// Key of everything that is imported.
    func key(_ weights: [(file: URL, target: String)]) throws -> String {
        var key = ContentKey()
        key.add("import 1")
        for file in [config, plan, planInference] + (splits.map { [$0] } ?? []) + weights.map(\.file)
        where FileManager.default.fileExists(atPath: file.path) {
            key.add(file.lastPathComponent)
            try key.add(file: file)
        }
        return key.text
    }
}
