import Foundation
import Support

/// The folder of one model below the root of the models: `<task>/<model id>` with `fold<k>/` and `consolidated/`.
public struct ModelFolder: Sendable, Equatable {
    public let url: URL

    public init(url: URL) { self.url = url }

    public init(root: URL, task: String, model: String) {
        url = root.appendingPathComponent(task, isDirectory: true).appendingPathComponent(model, isDirectory: true)
    }

    public func fold(_ index: Int) -> RunFolder { RunFolder(url: url.appendingPathComponent("fold\(index)", isDirectory: true)) }
    public var consolidated: RunFolder { RunFolder(url: url.appendingPathComponent("consolidated", isDirectory: true)) }

    /// The folder of `fold`, or `consolidated/` for −1.
    ///
    /// - Throws: `Problem` where it does not exist, listing what does.
    public func existing(fold: Int) throws -> RunFolder {
        let run = fold < 0 ? consolidated : self.fold(fold)
        guard FileManager.default.fileExists(atPath: run.url.path) else {
            let others = TaskFolder.names(in: url).filter { $0.hasPrefix("fold") || $0 == "consolidated" }
            throw Problem(
                run.url, others.isEmpty ? "no such folder" : "no such folder; there are \(others.joined(separator: ", "))",
                remedy: fold < 0 ? "run 'nndet consolidate' first, or choose a fold" : "train this fold first")
        }
        return run
    }

    /// The model `model` of the task that `task` means.
    ///
    /// - Throws: `Problem` listing the models that exist where there is none of this name.
    public static func resolve(task: String, model: String, in root: URL) throws -> ModelFolder {
        let present = root.appendingPathComponent(task, isDirectory: true)
        guard FileManager.default.fileExists(atPath: present.path) || !task.hasPrefix("Task") else {
            throw Problem("model '\(model)'", "no model of \(task) in \(root.path)", remedy: "run 'nndet train' first, or check det_models")
        }
        let name = try TaskFolder.resolveName(task, in: root)
        let folder = ModelFolder(root: root, task: name, model: model)
        guard FileManager.default.fileExists(atPath: folder.url.path) else {
            let models = TaskFolder.names(in: root.appendingPathComponent(name))
            throw Problem(
                "model '\(model)'",
                "no such model of \(name) in \(root.path); \(models.isEmpty ? "there are none" : "there are \(models.joined(separator: ", "))")",
                remedy: "run 'nndet train' first, or check the name")
        }
        return folder
    }
}

/// The folder of one trained fold, or of the consolidated folds: the file names of spec 02, without pickles.
public struct RunFolder: Sendable, Equatable {
    public let url: URL

    public init(url: URL) { self.url = url }

    public var config: URL { file("config.yaml") }
    public var resolvedConfig: URL { file("config_resolved.yaml") }
    public var plan: URL { file("plan.json") }
    /// The plan as the network was built for it, with the configuration's overwrites; for looking at.
    public var planDebug: URL { file("plan_debug.json") }
    /// The plan with the inference parameters that the sweep found.
    public var planInference: URL { file("plan_inference.json") }
    public var splits: URL { file("splits.json") }
    public var meta: URL { file("meta.json") }
    public var network: URL { file("network.txt") }
    /// The weights of a fold.
    public func weights(_ checkpoint: Checkpoint) -> URL { file("model_\(checkpoint.rawValue).safetensors") }
    /// The model of fold `index` in `consolidated/`.
    public func model(fold index: Int) -> URL { file("model_fold\(index).safetensors") }
    /// A log of the command, e.g. `train`.
    public func log(_ name: String) -> URL { file("\(name).log") }
    public var sweep: URL { folder("sweep") }
    /// Predictions of the validation cases before any parameter is applied.
    public var sweepPredictions: URL { folder("sweep_predictions") }

    /// Which cases a prediction or result is about.
    public enum Subset: String, Sendable { case val, test }

    public func predictions(_ subset: Subset, preprocessed: Bool = false) -> URL {
        folder("\(subset)_predictions\(preprocessed ? "_preprocessed" : "")")
    }
    public func results(_ subset: Subset, preprocessed: Bool = false) -> URL {
        folder("\(subset)_results\(preprocessed ? "_preprocessed" : "")")
    }
    public func analysis(_ subset: Subset, preprocessed: Bool = false) -> URL {
        folder("\(subset)_analysis\(preprocessed ? "_preprocessed" : "")")
    }

    public func file(_ name: String) -> URL { url.appendingPathComponent(name) }
    private func folder(_ name: String) -> URL { url.appendingPathComponent(name, isDirectory: true) }
}
