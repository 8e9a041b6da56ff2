import Core
import Foundation
import Support
import Training

extension TrainTask {
    /// The MLflow server that `MLFLOW_TRACKING_URI` names, else a file store: the folder it names, or `mlruns` beside the fold.
    func tracker(_ files: TrainingFiles, _ configuration: Configuration, _ context: CommandContext) throws -> any RunTracker {
        let variables = context.environment.variables
        let log = context.log
        let optimiser = configuration.trainerCfg.optimizer == .sgd ? "SGD" : "AdamW"
        let uri = variables["MLFLOW_TRACKING_URI"] ?? ""
        if uri.hasPrefix("http") {
            return try TrackingServer(
                trackedRun(configuration, variables), at: uri, journal: files.serverJournal, optimiser: optimiser, variables: variables,
                report: { log.warning($0) })
        }
        try Self.checkTracking(variables)
        let path = uri.hasPrefix("file:") ? URL(string: uri)?.path ?? "" : uri
        let store = path.isEmpty ? files.mlruns : URL(fileURLWithPath: path, isDirectory: true)
        return try FileStore(
            trackedRun(configuration, variables), in: store, journal: files.storedRun, optimiser: optimiser, report: { log.warning($0) })
    }

    /// - Throws: `Problem` for an address that neither is a server nor a folder: of these, `mlruns` would be made where nobody looks.
    static func checkTracking(_ variables: [String: String]) throws {
        let uri = variables["MLFLOW_TRACKING_URI"] ?? ""
        let kind = uri.prefix { $0 != ":" && $0 != "/" }
        let isPlace = uri.isEmpty || ["http", "https", "file"].contains(kind.lowercased()) && uri.dropFirst(kind.count).hasPrefix(":")
        // A path may hold a colon, behind a slash.
        let isPath = !uri.dropFirst(kind.count).hasPrefix(":") && !["databricks", "uc"].contains(uri.lowercased())
        guard isPlace || isPath else {
            throw Problem(
                "MLFLOW_TRACKING_URI", "is '\(uri)', which is not supported",
                remedy:
                    "give the address of a server (http://…), a folder, or leave it unset: databricks and databases need a server in front")
        }
    }

    /// Parameters and tags as in the original: `model.…` and `trainer.…` of the configuration, without empty and very long values.
    private func trackedRun(_ configuration: Configuration, _ variables: [String: String]) -> TrackedRun {
        var parameters: [String: String] = [:]
        for (name, key) in [("model", "model_cfg"), ("trainer", "trainer_cfg")] {
            guard let part = configuration.resolved[key] else { continue }
            for path in part.leaves() {
                guard let value = part.value(at: path), value != .map([:]), value.flow.count <= 250 else { continue }
                parameters[([name] + path).joined(separator: ".")] = value.flow
            }
        }
        let job = ["SLURM_JOB_ID", "LSB_JOBID", "PBS_JOBID"].compactMap { variables[$0] }.first ?? "none"
        return TrackedRun(
            experiment: task.name, name: configuration.exp.id, parameters: parameters,
            tags: ["host": ProcessInfo.processInfo.hostName, "fold": "\(configuration.exp.fold)", "task": task.name, "job_id": job])
    }
}
