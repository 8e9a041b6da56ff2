import Core
import Foundation
import Pipeline
import Support
import TestSupport
import Testing
import Torch
import Training

/// Every key of `trainer_cfg` reaches what trains; what the trainer makes of it is for `TrainerTests`.
@Suite struct TrainerKeyTests {
    private func configuration(_ overrides: [String]) throws -> Configuration {
        try Configuration.compose(
            overrides.map { "trainer_cfg.\($0)" },
            environment: Environment(dataFolder: URL(fileURLWithPath: "data"), modelsFolder: URL(fileURLWithPath: "models")))
    }

    /// Everything that a trainer is told, in words.
    private func settings(_ overrides: [String]) throws -> String {
        let configuration = try configuration(overrides)
        var words = ""
        dump(TrainerSettings(configuration, try Compute(configuration.trainerCfg, device: "cpu"), verbose: false), to: &words)
        return words
    }

    /// For each key: what must be on for it to count, and another value.
    private static let effects: [(key: String, needs: [String], value: String)] = [
        ("monitor_key", [], "AP_IoU_0.10_MaxDet_100"), ("monitor_mode", [], "min"), ("max_num_epochs", [], "7"),
        ("num_train_batches_per_epoch", [], "11"), ("num_val_batches_per_epoch", [], "3"), ("optimizer", [], "adamw"),
        ("initial_lr", [], "0.2"), ("sgd_momentum", [], "0.5"), ("sgd_nesterov", [], "false"), ("weight_decay", [], "0.1"),
        ("adamw_betas", ["optimizer=adamw"], "[0.5, 0.9]"), ("adamw_eps", ["optimizer=adamw"], "0.1"), ("gradient_clip_val", [], "12"),
        ("warm_iterations", [], "5"), ("warm_lr", [], "0.1"), ("poly_gamma", [], "2"), ("swa_epochs", [], "1"),
    ]

    /// Keys that do not go to the trainer, each with the test that looks at it.
    private static let elsewhere = [
        "gpus": "gpusAreUsedUnlessNoneShallBe", "precision": "precisionsAreThoseOfTheDevice",
        "deterministic": "TrainCommandTests.everyFileOfARunIsThere", "benchmark": "TrainCommandTests.everyFileOfARunIsThere",
        "sweep_ckpt": "TrainCommandTests.sweepingScoresTheValidationCases", "eval_score_key": "ChainTests.fromImagesToScores",
    ]

    @Test func everyKeyHasItsEffect() throws {
        for (key, needs, value) in Self.effects {
            #expect(try settings(needs) != settings(needs + ["\(key)=\(value)"]), "\(key)")
        }
    }

    @Test func noKeyIsForgotten() throws {
        guard case .map(let keys) = try configuration([]).resolved["trainer_cfg"] else {
            Issue.record("there is no trainer_cfg")
            return
        }
        #expect(Set(keys.keys) == Set(Self.effects.map(\.key)).union(Self.elsewhere.keys))
    }

    @Test func lengthsOfEpochsAreThoseOfTheLoaders() throws {
        let environment = Environment(dataFolder: URL(fileURLWithPath: "data"), modelsFolder: URL(fileURLWithPath: "models"))
        let configuration = try Configuration.compose(
            ["augment_cfg.num_train_batches_per_epoch=11", "augment_cfg.num_val_batches_per_epoch=3"], environment: environment)
        let settings = TrainerSettings(configuration, try Compute(configuration.trainerCfg, device: "cpu"), verbose: false)
        #expect(settings.schedule.iterationsPerEpoch == 11 && settings.validationBatches == 3)
    }

    @Test func shortageOfMemoryIsOneClearProblem() throws {
        let compute = try Compute(configuration([]).trainerCfg, device: "cpu")
        func told(_ message: String) -> String {
            let error = #expect(throws: (any Error).self) {
                try compute.withinMemory { throw TorchError(operation: "aten::conv3d", message: message) }
            }
            return error.map { "\($0)" } ?? ""
        }
        for message in [
            "CUDA out of memory. Tried to allocate 2.00 GiB.\nSee …", "GET was unable to find an engine to execute this computation",
            "cuDNN error: CUDNN_STATUS_ALLOC_FAILED", "DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes",
        ] {
            let text = told(message)
            #expect(
                text.hasPrefix("memory of cpu: is too small") && text.contains("augment_cfg.batch_size") && !text.contains("\n"), "\(text)")
        }
        #expect(told("sizes must match").hasPrefix("libtorch: aten::conv3d"))
    }

    @Test func gpusAreUsedUnlessNoneShallBe() throws {
        for (gpus, expected) in [("1", Device.cuda(0)), ("0", .cpu)] {
            #expect(try Compute.device(configuration(["gpus=\(gpus)"]).trainerCfg) { .cuda(0) } == expected)
        }
    }

    @Test func precisionsAreThoseOfTheDevice() throws {
        let half: DType? = Device.cpu.supportsBFloat16 ? .bfloat16 : nil
        for (name, onProcessor, onGPU) in [
            ("16", half, DType.float16), ("bf16", half, Device.cuda(0).supportsBFloat16 ? .bfloat16 : nil), ("32", nil, nil),
        ] as [(String, DType?, DType?)] {
            let precision = try configuration(["precision=\(name)"]).trainerCfg.precision
            #expect(Compute.autocast(precision, .cpu) == onProcessor && Compute.autocast(precision, .cuda(0)) == onGPU, "\(name)")
        }
    }

    /// Without git, from its files: a checkout, a worktree of it, packed branches, no branch.
    @Test func checkoutsAreRead() throws {
        try withTemporaryFolder { (root: URL) throws in
            let hashes = ["a", "b", "c"].map { String(repeating: $0, count: 40) }
            func write(_ text: String, _ path: String) throws {
                let url = root.appendingPathComponent(path)
                try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: url)
            }
            func state(_ path: String) -> GitState? { GitState(around: root.appendingPathComponent(path)) }
            #expect(state("nowhere/program") == nil)
            try write("ref: refs/heads/main\n", "one/.git/HEAD")
            try write("# pack-refs\n\(hashes[1]) refs/heads/main\n\(hashes[2]) refs/heads/side/line\n", "one/.git/packed-refs")
            #expect(state("one/.build/release/program")?.hash == hashes[1])
            try write("\(hashes[0])\n", "one/.git/refs/heads/main")
            let main = try #require(state("one/.build/release/program"))
            #expect(main.hash == hashes[0] && main.activeBranch == "main" && main.gitdir.hasSuffix("one/.git"))
            try write("gitdir: ../one/.git/worktrees/two\n", "two/.git")
            try write("ref: refs/heads/side/line\n", "one/.git/worktrees/two/HEAD")
            try write("../..\n", "one/.git/worktrees/two/commondir")
            let side = try #require(state("two/program"))
            #expect(side.hash == hashes[2] && side.activeBranch == "side/line")
            try write("\(hashes[2])\n", "one/.git/HEAD")
            #expect(state("one")?.activeBranch == nil && state("one")?.hash == hashes[2])
        }
    }
}
