import Foundation
import Support
import TestSupport
import Testing
import Training

@Suite struct FileStoreTests {
    private let run = TrackedRun(
        experiment: "Task000D3_Example", name: "RetinaUNet's", parameters: ["trainer.initial_lr": "0.01"], tags: ["fold": "0"])

    private func history(_ count: Int) -> [EpochMetrics] {
        (0..<count).map { EpochMetrics(epoch: $0, values: ["train_loss": 1 / Double($0 + 1), "lr": 0.01, "AP": .nan]) }
    }

    private func lines(_ folder: URL, _ key: String) throws -> [[String]] {
        let file = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL }.first {
            $0.path.hasSuffix("/metrics/\(key)")
        }
        return try String(contentsOf: try #require(file), encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: " ").map(String.init)
        }
    }

    @Test func everyEpochStandsThereOnce() throws {
        try withTemporaryFolder { folder in
            let (store, journal) = (folder.appendingPathComponent("mlruns"), folder.appendingPathComponent("tracking.json"))
            func open() throws -> FileStore {
                try FileStore(run, in: store, journal: journal, optimiser: "SGD", report: { Issue.record("\($0)") })
            }
            let first = try open()
            first.record(history(1))
            first.record(history(2))
            first.finish(.killed)
            // A later start tells everything again; a kill has left half of an epoch.
            let loss = try lines(store, "train_loss")
            let half = try #require(
                FileManager.default.enumerator(at: store, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL }.first {
                    $0.path.hasSuffix("/metrics/train_loss")
                })
            try Data(((loss + [["5", "7", "2"]]).map { $0.joined(separator: " ") }.joined(separator: "\n") + "\n17").utf8).write(to: half)
            let second = try open()
            second.record(history(4))
            second.finish(.finished)

            #expect(try lines(store, "train_loss").map { $0[2] } == ["0", "1", "2", "3"])
            #expect(try lines(store, "train_loss").map { Double($0[1]) } == [1, 0.5, 1 / 3, 0.25])
            #expect(try lines(store, "lr-SGD/pg2").count == 4)
            #expect(!FileManager.default.fileExists(atPath: half.deletingLastPathComponent().appendingPathComponent("AP").path))
            // Without its journal a run is a new one.
            try FileManager.default.removeItem(at: journal)
            try open().record(history(1))
            let experiment = try #require(FileManager.default.contentsOfDirectory(atPath: store.path).first)
            let runs = try FileManager.default.contentsOfDirectory(atPath: store.appendingPathComponent(experiment).path)
            #expect(runs.filter { $0 != "meta.yaml" }.count == 2)
        }
    }

    @Test(arguments: ["../x", "", "a/b"])
    func theRunIsAFolderOfTheStore(id: String) throws {
        try withTemporaryFolder { folder in
            let journal = folder.appendingPathComponent("tracking.json")
            try JSONFile.write(["run_id": id], to: journal)
            #expect { try FileStore(run, in: folder, journal: journal, optimiser: "SGD", report: { _ in }) } throws: {
                "\($0)".contains("tracking.json: has no 'run_id' of hexadecimal digits")
            }
        }
    }

    @Test func anAddressThatIsNoneIsRefused() throws {
        _ = try withTemporaryFolder { folder in
            #expect(throws: Problem.self) {
                try TrackingServer(
                    run, at: "http//nowhere", journal: folder.appendingPathComponent("j.json"), optimiser: "SGD", variables: [:],
                    report: { _ in })
            }
        }
    }
}
