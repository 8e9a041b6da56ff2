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

    private func expectComplete(_ run: Recorded) {
        #expect(run.status == "FINISHED" && run.steps == [0, 1])
        for key in ["train_loss", "val_loss", "train_cls", "seg_dice", "lr-SGD/pg1", "lr-SGD/pg2", "AP_IoU_0.10_MaxDet_100"] {
            #expect(run.metrics[key]?.count == 2, "\(key)")
        }
        #expect(run.params["trainer.max_num_epochs"] == "1" && run.params["model.matcher_kwargs.num_candidates"] == "4")
        #expect(run.tags["fold"] == "0" && run.tags["task"] == TinyTask.name && run.tags["mlflow.runName"] == model)
    }

    private func prepared(_ body: (TinyTask, CommandLineTool) throws -> Void) throws {
        try TinyTask.with { (task: TinyTask) throws in
            #expect(try task.tool.run("prep", "000").status == 0)
            #expect(try task.tool.run("unpack", "000").status == 0)
            try body(task, task.tool)
        }
    }

    @Test(.enabled(if: python != nil, "needs MLflow: make test"))
    func theFileStoreIsOneThatMLflowReads() throws {
        try prepared { task, tool in
            let result = try tool.run(["train", "000"] + ChainTests.short)
            #expect(result.status == 0, "\(result.errors)")
            expectComplete(try read(task.root.appendingPathComponent("models/\(TinyTask.name)/\(model)/fold0/mlruns").path))
        }
    }

    /// Training goes through while the server is down; the numbers arrive when it is there at the next start.
    @Test(.enabled(if: python != nil, "needs MLflow: make test"))
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
            expectComplete(try read(uri))
        }
    }
}
