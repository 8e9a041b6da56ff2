import Foundation
import Support

/// MLflow's folder of runs (`mlruns`), which `mlflow ui --backend-store-uri <folder>` shows without a server.
///
/// Layout of MLflow's file store: `<experiment>/<run>/{meta.yaml, metrics, params, tags, artifacts}`, a metric being a file with lines of
/// time, value and step.
public final class FileStore: RunTracker {
    private let run: TrackedRun
    private let experimentFolder: URL
    private let folder: URL
    private let runID: String
    private let optimiser: String
    private let started: Int
    private let report: (String) -> Void
    /// The last epoch whose numbers stand in the files.
    private var lastStep: Int
    /// Files of metrics that end with a complete line of an epoch before the next: they are appended to.
    private var complete: Set<String> = []

    /// Opens the run in `store` that an earlier start has made, or makes it.
    ///
    /// - Parameters:
    ///   - run: what is written of the run beside its numbers.
    ///   - store: folder of MLflow's experiments (`mlruns`).
    ///   - journal: keeps the run's number for a later start; a run without it is a new one.
    ///   - optimiser: `SGD` or `AdamW`, part of the names of the learning rates.
    ///   - report: takes a line when something cannot be written.
    /// - Throws: `Problem` where the store cannot be written.
    public init(_ run: TrackedRun, in store: URL, journal: URL, optimiser: String, report: @escaping (String) -> Void) throws {
        self.run = run
        self.optimiser = optimiser
        self.report = report
        let experiment = Self.identifier(run.experiment)
        experimentFolder = store.appendingPathComponent(experiment, isDirectory: true)
        if FileManager.default.fileExists(atPath: journal.path) {
            let earlier: [String: String] = try JSONFile.read(from: journal)
            // It becomes the name of a folder.
            guard let id = earlier["run_id"], !id.isEmpty, id.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else {
                throw Problem(journal, "has no 'run_id' of hexadecimal digits", remedy: "remove it: a new run is begun")
            }
            runID = id
        } else {
            runID = UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased()
            try JSONFile.write(["run_id": runID], to: journal)
        }
        folder = experimentFolder.appendingPathComponent(runID, isDirectory: true)
        let known = try? String(contentsOf: folder.appendingPathComponent("metrics/epoch"), encoding: .utf8)
        lastStep = known?.split(separator: "\n").last?.split(separator: " ").last.flatMap { Int($0) } ?? -1
        let earlier = try? String(contentsOf: folder.appendingPathComponent("meta.yaml"), encoding: .utf8)
        let line = earlier?.split(separator: "\n").first { $0.hasPrefix("start_time: ") }
        started = line.flatMap { Int($0.dropFirst(12)) } ?? Self.now
        try writeDescription()
    }

    private static var now: Int { Int(Date().timeIntervalSince1970 * 1000) }

    /// An experiment needs a number for a name: the same one for the same task.
    private static func identifier(_ name: String) -> String {
        var generator = SeededGenerator(seed: 0).split(name)
        return String(generator.next() % 1_000_000_000_000_000_000 + 1)
    }

    private func writeDescription() throws {
        let location = experimentFolder.absoluteURL.path
        let experiment = [
            "artifact_location: \(Self.quoted("file://\(location)"))", "creation_time: \(started)",
            "experiment_id: '\(experimentFolder.lastPathComponent)'", "last_update_time: \(started)", "lifecycle_stage: active",
            "name: \(Self.quoted(run.experiment))",
        ]
        try write(experiment, to: experimentFolder.appendingPathComponent("meta.yaml"))
        for part in ["metrics", "params", "tags", "artifacts"] { try AtomicFile.createFolder(folder.appendingPathComponent(part)) }
        for (key, value) in run.parameters { try AtomicFile.write(Data(value.utf8), to: file("params", key)) }
        for (key, value) in run.tags { try AtomicFile.write(Data(value.utf8), to: file("tags", key)) }
        try writeStatus(.running)
    }

    private func writeStatus(_ status: TrackedStatus) throws {
        let user = ProcessInfo.processInfo.environment["USER"] ?? "unknown"
        let lines = [
            "artifact_uri: \(Self.quoted("file://\(folder.absoluteURL.path)/artifacts"))",
            "end_time: \(status == .running ? "null" : String(Self.now))", "entry_point_name: ''",
            "experiment_id: '\(experimentFolder.lastPathComponent)'", "lifecycle_stage: active", "run_id: \(runID)",
            "run_name: \(Self.quoted(run.name))", "run_uuid: \(runID)", "source_name: ''", "source_type: 4", "source_version: ''",
            "start_time: \(started)", "status: \(status.rawValue)", "tags: []", "user_id: \(Self.quoted(user))",
        ]
        try write(lines, to: folder.appendingPathComponent("meta.yaml"))
    }

    private static func quoted(_ text: String) -> String { "'\(text.replacingOccurrences(of: "'", with: "''"))'" }

    private func write(_ lines: [String], to url: URL) throws {
        try AtomicFile.write(Data((lines.joined(separator: "\n") + "\n").utf8), to: url)
    }

    /// Names such as `lr-SGD/pg1` are paths.
    private func file(_ part: String, _ key: String) throws -> URL {
        let url = folder.appendingPathComponent(part, isDirectory: true).appendingPathComponent(key)
        try AtomicFile.createFolder(url.deletingLastPathComponent())
        return url
    }

    public func record(_ history: [EpochMetrics]) {
        attempt {
            for epoch in history where epoch.epoch > lastStep {
                // `epoch` comes last: it tells after a kill which epochs are complete.
                let metrics = TrackedMetric.all(of: epoch, optimiser: optimiser, at: Date()).sorted {
                    $1.key == "epoch" && $0.key != "epoch"
                }
                for metric in metrics { try append(metric) }
                lastStep = epoch.epoch
            }
        }
    }

    private func append(_ metric: TrackedMetric) throws {
        let url = try file("metrics", metric.key)
        let line = "\(metric.timestamp) \(metric.value) \(metric.step)"
        if complete.remove(metric.key) != nil {
            try AppendedFile.append(Data((line + "\n").utf8), to: url)
        } else {
            let earlier = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
            // A kill while an epoch is written leaves some of its numbers, or a part of a line: they are written again.
            let kept = earlier.split(separator: "\n").filter { line in
                let fields = line.split(separator: " ")
                return fields.count == 3 && Int(fields[2]).map { $0 < metric.step } ?? false
            }
            try write(kept.map(String.init) + [line], to: url)
        }
        complete.insert(metric.key)
    }

    public func finish(_ status: TrackedStatus) { attempt { try writeStatus(status) } }

    private func attempt(_ body: () throws -> Void) {
        do { try body() } catch { report("tracking: \(error)") }
    }
}
