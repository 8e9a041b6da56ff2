import Core
import Foundation
import Support
import TestSupport
import Testing

/// Training that was killed, wherever it was, ends with the weights of one that was not.
@Suite struct KilledTrainingTests {
    private let model = "RetinaUNetV001_D3V001_3d"
    private let options =
        ["train", "000"] + ChainTests.tiny + [
            "trainer_cfg.max_num_epochs=2", "trainer_cfg.swa_epochs=2", "trainer_cfg.num_train_batches_per_epoch=6",
            // A GPU gives the same bits only where it is told to.
            "trainer_cfg.deterministic=\(TestDevice.all.count > 1)",
        ]

    private func run(_ task: TinyTask, _ tag: String) -> RunFolder {
        ModelFolder(root: task.root.appendingPathComponent("models"), task: TinyTask.name, model: model + tag).fold(0)
    }

    private func weights(_ run: RunFolder) throws -> [[String: Data]] {
        try [Checkpoint.final, .last, .best].map { try Safetensors.read(run.weights($0)).entries.mapValues(\.bytes) }
    }

    private func text(_ url: URL) -> String { (try? String(contentsOf: url, encoding: .utf8)) ?? "" }

    @Test func endsWithTheSameBits() throws {
        try TinyTask.prepared { (task: TinyTask) throws in
            #expect(try task.tool.run(options).status == 0)
            let expected = try weights(run(task, ""))

            // The state is saved at every step, so that kills leave states from all over the run.
            let often = options + ["exp.tag=_k", "train.checkpoint_minutes=0.000001"]
            let run = run(task, "_k")
            let checkpoint = run.file("checkpoint.safetensors")
            var known: (date: Date?, iteration: Int) = (nil, -1)
            func iteration() -> Int {
                // Whoever asks all the time would take the processor from the training.
                let date = try? FileManager.default.attributesOfItem(atPath: checkpoint.path)[.modificationDate] as? Date
                guard date != known.date else { return known.iteration }
                known = (date, read())
                return known.iteration
            }
            func read() -> Int {
                // Read while it is replaced: the old one or the new one is there, never a part.
                guard let file = try? Safetensors.read(checkpoint), let text = file.metadata["progress"],
                    let progress = try? JSONDecoder().decode([String: Document].self, from: Data(text.utf8)),
                    case .integer(let iteration)? = progress["iteration"]
                else { return -1 }
                return iteration
            }
            // In the first epoch, in the second, and twice in the averaging.
            for target in [2, 8, 14, 20] {
                #expect(try task.tool.killed(often) { iteration() >= target }, "killed at \(target)")
                #expect(iteration() >= target && iteration() < 24)
            }
            // While the checkpoint is being written: a file that may not become that large ends the program in the middle of it.
            let size = try #require(FileManager.default.attributesOfItem(atPath: checkpoint.path)[.size] as? Int)
            var tool = task.tool
            tool.program = URL(fileURLWithPath: "/bin/bash")
            let before = iteration()
            let command = ([task.tool.program.path] + often).map { "'\($0)'" }.joined(separator: " ")
            let cut = try tool.run(["-c", "ulimit -c 0; ulimit -f \(size / 1024 - 2); exec env --default-signal=XFSZ \(command)"])
            #expect(cut.status != 0 && iteration() == before, "\(cut.errors)")
            let half = try FileManager.default.contentsOfDirectory(atPath: run.url.path).filter { $0.hasPrefix(".tmp-") }
            #expect(half.contains { $0.hasSuffix("checkpoint.safetensors") }, "\(half)")

            let end = try task.tool.run(often)
            #expect(end.status == 0 && end.output.contains("going on at iteration \(before) of 24"), "\(end.errors)")
            #expect(try weights(run) == expected)
            let epochs = text(run.file("metrics.csv")).split(separator: "\n").dropFirst().map { $0.split(separator: ",")[0] }
            #expect(epochs == ["0", "1", "2", "3"])
        }
    }

    /// Before there is any checkpoint, and after the last one.
    @Test func anywhereElseTheSameCommandWorks() throws {
        try TinyTask.prepared { (task: TinyTask) throws in
            let first = run(task, "")
            let isKilled = try task.tool.killed(options) { self.text(first.log("train")).contains("training fold 0") }
            #expect(isKilled && !FileManager.default.fileExists(atPath: first.file("checkpoint.safetensors").path))
            #expect(try task.tool.run(options).status == 0)
            let expected = try weights(first)
            // An epoch's kill while the validation runs.
            let again = options + ["exp.tag=_v", "trainer_cfg.num_val_batches_per_epoch=1"]
            let second = run(task, "_v")
            _ = try task.tool.killed(again) { self.text(second.log("train")).contains("epoch 3/4 (averaging)") }
            #expect(try task.tool.run(again).status == 0)
            #expect(try weights(second) == expected)
        }
    }
}
