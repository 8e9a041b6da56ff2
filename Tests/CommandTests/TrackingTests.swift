import Core
import Foundation
import Support
import TestSupport
import Testing

/// What training tells MLflow, read back with MLflow's own client from its file store and from a real server.
///
/// `scripts/test-tools.sh` installs MLflow into the folder that NNDET_TEST_PYTHON names.
@Suite(.serialized) struct TrackingTests {
    private static let python = ProcessInfo.processInfo.environment["NNDET_TEST_PYTHON"]
    private let model = "RetinaUNetV001_D3V001_3d"

    private struct Recorded: Decodable {
        var status: String
        var metrics: [String: [Double]]
        var steps: [Int]
        var params: [String: String]
        var tags: [String: String]
    }

    /// The one run of the task as MLflow's client sees it.
    private static let reader = """
        import json, sys, mlflow
        client = mlflow.tracking.MlflowClient(tracking_uri=sys.argv[1])
        experiment = client.get_experiment_by_name("Task000D3_Example")
        runs = client.search_runs([experiment.experiment_id])
        assert len(runs) == 1, runs
        run = runs[0]
        history = {k: [m.value for m in client.get_metric_history(run.info.run_id, k)] for k in run.data.metrics}
        steps = [m.step for m in client.get_metric_history(run.info.run_id, "train_loss")]
        print(json.dumps({"status": run.info.status, "metrics": history, "steps": steps, "params": run.data.params, "tags": run.data.tags}))
        """

    private static let waiter = """
        import sys, time, urllib.request
        for _ in range(240):
            try:
                sys.exit(0 if urllib.request.urlopen(sys.argv[1], timeout=5).read() == b"OK" else 1)
            except OSError:
                time.sleep(0.25)
        sys.exit(1)
        """

    /// A Python process that sees MLflow; like every `Process` here it has a process group of its own.
    private func process(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        var environment = ProcessInfo.processInfo.environment
        environment["PYTHONPATH"] = Self.python
        environment["PATH"] = "\(Self.python ?? "")/bin:\(environment["PATH"] ?? "")"
        environment["MLFLOW_TRACKING_URI"] = nil
        environment["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"
        environment["MLFLOW_ALLOW_FILE_STORE"] = "true"
        process.environment = environment
        return process
    }

    private func read(_ uri: String) throws -> Recorded {
        let process = try process(["-c", Self.reader, uri])
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let last = String(decoding: data, as: UTF8.self).split(separator: "\n").last.map(String.init) ?? ""
        return try JSONDecoder().decode(Recorded.self, from: Data(last.utf8))
    }

    /// What the original logs of every epoch (spec 07).
    private static let metrics =
        ["train", "val"].flatMap { part in ["loss", "reg", "cls", "seg_ce", "seg_dice"].map { "\(part)_\($0)" } } + [
            "FROC_score_IoU_0.10", "FROC_score_IoU_0.50", "mAP_IoU_0.10_0.50_0.05_MaxDet_100", "AP_IoU_0.10_MaxDet_100",
            "AP_IoU_0.50_MaxDet_100", "seg_dice", "lr-SGD/pg1", "lr-SGD/pg2", "epoch",
        ]

    /// All that spec 07 lists of the run in `folder`: metrics of both epochs, parameters, tags.
    private func expectComplete(_ run: Recorded, _ folder: RunFolder) throws {
        #expect(run.status == "FINISHED" && run.steps == [0, 1])
        for key in Self.metrics { #expect(run.metrics[key]?.count == 2, "\(key)") }
        #expect(run.metrics["epoch"] == [0, 1])
        // The rates at the start of the epochs, the same for both groups: warm-up in one step, and a tenth of 0.01.
        for group in 1...2 {
            let rates = run.metrics["lr-SGD/pg\(group)"] ?? []
            #expect(rates.count == 2 && abs(rates[0] - 0.01) < 1e-12 && abs(rates[1] - 0.001) < 1e-12, "\(rates)")
        }
        let rows = try String(contentsOf: folder.file("metrics.csv"), encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        for key in ["train_reg", "val_seg_dice", "FROC_score_IoU_0.10", "mAP_IoU_0.10_0.50_0.05_MaxDet_100"] {
            let column = try #require(rows[0].firstIndex { $0 == key }, "\(key)")
            #expect(run.metrics[key] == rows.dropFirst().map { Double($0[column]) ?? .nan }, "\(key)")
        }

        // Every key of both parts, without the empty maps.
        let configuration = try Document.read(folder.resolvedConfig)
        let parts = [("model", "model_cfg"), ("trainer", "trainer_cfg")]
        let keys = parts.flatMap { name, section -> [String] in
            let part = configuration[section] ?? .null
            return part.leaves().filter { part.value(at: $0) != .map([:]) }.map { ([name] + $0).joined(separator: ".") }
        }
        #expect(Set(run.params.keys) == Set(keys) && keys.count > 50)
        for (key, value) in [
            "trainer.max_num_epochs": "1", "trainer.initial_lr": "0.01", "trainer.monitor_key": "mAP_IoU_0.10_0.50_0.05_MaxDet_100",
            "model.matcher_kwargs.num_candidates": "4", "model.plan_arch_overwrites.start_channels": "4",
            "model.head_classifier_kwargs.prior_prob": "0.01", "model.regressor": "GIoU",
        ] { #expect(run.params[key] == value, "\(key): \(run.params[key] ?? "")") }
        let tags = [
            "host": ProcessInfo.processInfo.hostName, "fold": "0", "task": TinyTask.name, "job_id": "4711", "mlflow.runName": model,
        ]
        for (key, value) in tags { #expect(run.tags[key] == value, "\(key): \(run.tags[key] ?? "")") }
    }

    private func run(_ task: TinyTask) -> RunFolder {
        ModelFolder(root: task.root.appendingPathComponent("models"), task: TinyTask.name, model: model).fold(0)
    }

    private func prepared(_ body: (TinyTask, CommandLineTool) throws -> Void) throws {
        try TinyTask.prepared { (task: TinyTask) throws in
            var tool = task.tool
            tool.environment["SLURM_JOB_ID"] = "4711"
            try body(task, tool)
        }
    }

    @Test(.enabled(if: python != nil, "needs MLflow: make test-full"))
    func theFileStoreIsOneThatMLflowReads() throws {
        try prepared { task, tool in
            let result = try tool.run(["train", "000"] + ChainTests.short)
            #expect(result.status == 0, "\(result.errors)")
            let run = run(task)
            try expectComplete(read(run.file("mlruns").path), run)
        }
    }

    /// Training goes through while the server is down; the numbers arrive when it is there at the next start.
    @Test(.enabled(if: python != nil, "needs MLflow: make test-full"))
    func aServerGetsEverythingEvenIfItComesLate() throws {
        try prepared { task, tool in
            let port = Int.random(in: 20_000..<40_000)
            let uri = "http://127.0.0.1:\(port)"
            var tool = tool
            tool.environment["MLFLOW_TRACKING_URI"] = uri
            let alone = try tool.run(["train", "000"] + ChainTests.short)
            #expect(alone.status == 0, "\(alone.errors)")
            #expect(alone.errors.contains("could not be sent"), "\(alone.errors)")

            // A start without the server does not touch what waits for it.
            let unserved = try task.tool.run(["train", "000"] + ChainTests.short)
            #expect(unserved.status == 1 && unserved.errors.contains("finished"), "\(unserved.errors)")

            let server = try process([
                "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", "\(port)", "--workers", "1", "--backend-store-uri",
                "sqlite:///\(task.root.path)/mlflow.db", "--default-artifact-root", task.root.appendingPathComponent("artifacts").path,
            ])
            server.standardOutput = FileHandle.nullDevice
            server.standardError = FileHandle.nullDevice
            try server.run()
            // The server has children: the whole group goes.
            defer { kill(-server.processIdentifier, SIGKILL) }
            let wait = try process(["-c", Self.waiter, "\(uri)/health"])
            try wait.run()
            wait.waitUntilExit()
            try #require(wait.terminationStatus == 0, "the server did not start")

            // A finished run is not trained again, but what was not delivered is.
            let later = try tool.run(["train", "000"] + ChainTests.short)
            #expect(later.status == 1 && later.errors.contains("finished"), "\(later.errors)")
            try expectComplete(read(uri), run(task))
        }
    }
}
