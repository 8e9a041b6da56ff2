import Foundation
import Support
import TestSupport
import Testing
import Training

/// A server that is slow, or that is not there for a while, neither holds up training nor misses a number.
@Suite(.serialized) struct TrackingServerTests {
    private let run = TrackedRun(
        experiment: "Task000D3_Example", name: "RetinaUNet", parameters: ["trainer.initial_lr": "0.01", "model.regressor": "GIoU"],
        tags: ["fold": "0", "host": "here"])

    private func history(_ count: Int) -> [EpochMetrics] {
        (0..<count).map { EpochMetrics(epoch: $0, values: ["train_loss": 1 / Double($0 + 1), "lr": 0.01]) }
    }

    /// Every number of `history` once, and the description of the run once.
    private func expectComplete(_ told: FakeTrackingServer.Told, _ history: [EpochMetrics]) {
        for epoch in history {
            for (key, value) in epoch.values where value.isFinite && key != "lr" {
                let found = told.metrics.filter { $0.key == key && $0.step == epoch.epoch }
                #expect(found.count == 1 && abs(found[0].value - value) <= 1e-12 * abs(value), "\(key) of epoch \(epoch.epoch): \(found)")
            }
            #expect(told.metrics.count { $0.key == "lr-SGD/pg2" && $0.step == epoch.epoch } == 1)
        }
        #expect(Set(told.metrics.map(\.step)) == Set(history.map(\.epoch)))
        #expect(told.experiments == [run.experiment] && told.calls.count { $0 == "runs/create" } == 1)
        #expect(told.parameters == run.parameters && told.tags == run.tags && told.tags["mlflow.runName"] == run.name)
        #expect(told.status == "FINISHED")
    }

    @Test func aSlowServerIsNotWaitedFor() throws {
        try withTemporaryFolder { folder in
            let server = try FakeTrackingServer(delay: 0.4)
            defer { server.stop() }
            let tracking = try TrackingServer(
                run, at: server.uri, journal: folder.appendingPathComponent("tracking.json"), optimiser: "SGD", variables: [:],
                report: { Issue.record("\($0)") })
            // Ten calls and more than ten answers of 0.4 s.
            let spent = ContinuousClock().measure { for count in 0...10 { tracking.record(history(count)) } }
            #expect(spent < .seconds(2), "\(spent)")
            #expect(server.state.metrics.isEmpty)
            tracking.finish(.finished)
            expectComplete(server.state, history(10))
        }
    }

    /// The server comes after the second epoch of a real training, and has everything before the last one.
    @Test func aServerThatComesDuringTheRunGetsEverything() throws {
        /// Starts the server behind an epoch, and waits for it to have the numbers of the next.
        final class Late: RunTracker {
            let port: UInt16
            var server: FakeTrackingServer?
            var reached = false

            init(port: UInt16) { self.port = port }

            func record(_ history: [EpochMetrics]) {
                if history.count == 2 { server = try? FakeTrackingServer(port: port) }
                guard history.count == 3, let server else { return }
                for _ in 0..<1000 where !reached {
                    reached = Set(server.state.metrics.map(\.step)) == [0, 1, 2]
                    Thread.sleep(forTimeInterval: 0.01)
                }
            }
            func finish(_ status: TrackedStatus) {}
        }
        final class Reports: @unchecked Sendable {
            private let lock = NSLock()
            private var lines: [String] = []
            func add(_ line: String) { lock.withLock { lines.append(line) } }
            var all: [String] { lock.withLock { lines } }
        }
        try withTemporaryFolder { (folder: URL) throws in
            // A port that nobody answers on.
            let nobody = try FakeTrackingServer()
            nobody.stop()
            let (late, reports) = (Late(port: nobody.port), Reports())
            let tracking = try TrackingServer(
                run, at: nobody.uri, journal: folder.appendingPathComponent("tracking.json"), optimiser: "SGD", variables: [:],
                report: { reports.add($0) })
            var trainer = try SmallTraining.trainer(folder, trackers: [tracking, late])
            let progress = try trainer.run(SmallTraining.sources)
            let server = try #require(late.server)
            defer { server.stop() }
            #expect(late.reached)
            expectComplete(server.state, progress.history)
            #expect(reports.all.count == 2, "\(reports.all)")
            #expect(reports.all.first?.contains("numbers are kept") == true && reports.all.last?.contains("answers again") == true)
        }
    }
}
