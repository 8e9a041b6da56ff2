import Core
import Foundation
import Imaging
import Inference
import Pipeline
import Support
import TestSupport
import Testing
import Torch

/// What `nndet train` can be asked for, each with what it changes.
@Suite struct TrainCommandTests {
    private let model = "RetinaUNetV001_D3V001_3d"

    /// A prepared task of two folds.
    private func prepared<Result>(_ body: (TinyTask) throws -> Result) throws -> Result {
        try TinyTask.prepared(train: 6, folds: 2, body)
    }

    private func train(
        _ task: TinyTask, _ options: [String] = [], _ overrides: [String] = [], settings: [String] = ChainTests.tiny, fails: Bool = false
    ) throws -> CommandLineTool.Result {
        let result = try task.tool.run(["train", "000"] + options + settings + overrides)
        #expect((result.status == 0) != fails, "\(result.errors)")
        if fails { #expect(result.errorLines.count == 1, "\(result.errors)") }
        return result
    }

    private func run(_ task: TinyTask, fold: Int = 0, tag: String = "") -> RunFolder {
        ModelFolder(root: task.root.appendingPathComponent("models"), task: TinyTask.name, model: model + tag).fold(fold)
    }

    private func weights(_ run: RunFolder, _ kind: Checkpoint = .final) throws -> [String: Data] {
        try Safetensors.read(run.weights(kind)).entries.mapValues(\.bytes)
    }

    @Test func aDryRunTellsWhatItTakesAndWritesNothing() throws {
        try prepared { (task: TinyTask) throws in
            let result = try train(
                task, ["--dry-run", "--devices", "cpu"], ["augment_cfg.patch_size=[16, 24, 32]", "augment_cfg.batch_size=3"])
            for word in [
                "patch     16 × 24 × 32, batch 3", "3 for training, 3 for validation", "predicted", "measured", "images/s",
                "1 + 1 epochs of 3 batches, 1 validation batches each: 6 steps", "hours per fold", "for all 2", "disk", "cls", "seg_dice",
            ] { #expect(result.output.contains(word), "\(word): \(result.output)") }
            #expect(!FileManager.default.fileExists(atPath: task.root.appendingPathComponent("models").path))
            #expect(try train(task, ["--dry-run", "--fold", "7"], fails: true).errors.contains("the folds are 0 to 1"))
        }
    }

    @Test func everyFileOfARunIsThere() throws {
        try prepared { (task: TinyTask) throws in
            let options = ["--fold", "1", "--devices", "cpu"]
            let result = try train(task, options, ["trainer_cfg.deterministic=true"])
            let run = run(task, fold: 1)
            for name in [
                "config.yaml", "config_resolved.yaml", "plan.json", "plan_debug.json", "splits.json", "meta.json", "network.txt",
                "train.log", "mlruns",
                "model_best.safetensors", "model_last.safetensors", "model_final.safetensors", "checkpoint.safetensors", "metrics.csv",
                "training.png", "training.svg",
            ] { #expect(FileManager.default.fileExists(atPath: run.file(name).path), "\(name)") }
            #expect(result.output.contains("cpu, float32, deterministic"))
            let log = try String(contentsOf: run.log("train"), encoding: .utf8)
            for word in ["epoch 1/2: train loss", "epoch 2/2 (averaging)", "images/s", "waiting for data", "processor time", "left"] {
                #expect(log.contains(word), "\(word): \(log)")
            }
            // The plan as it was made, and as the network was built.
            let (made, used) = try (Plan.read(from: run.plan), Plan.read(from: run.planDebug))
            #expect(made.architecture.startChannels != 4 && used.architecture.startChannels == 4)
            let meta = try Document.read(run.meta)
            for key in ["date", "torch_version", "device", "training_data"] { #expect(meta[key] != nil, "\(key)") }
            // The program of the tests lies in its checkout, or in none at all.
            let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            #expect(meta.value(at: ["git", "hash"]) == GitState(around: program).map { .text($0.hash) })
            let svg = try String(contentsOf: run.file("training.svg"), encoding: .utf8)
            #expect(svg.hasPrefix("<?xml") && svg.count > 5000)
            #expect(try Data(contentsOf: run.file("training.png")).starts(with: [0x89, 0x50, 0x4E, 0x47]))

            // What a kill after the last checkpoint left undone is done by the next start, which trains nothing.
            let before = try weights(run)
            for name in ["metrics.csv", "training.png"] { try FileManager.default.removeItem(at: run.file(name)) }
            _ = try train(task, options, ["trainer_cfg.deterministic=true"], fails: true)
            for name in ["metrics.csv", "training.png"] { #expect(FileManager.default.fileExists(atPath: run.file(name).path), "\(name)") }
            #expect(try weights(run) == before)

            // What the other tests take for a training is like a real one.
            let likeness = try TrainedTask.install(
                in: task, fold: 1, options: ChainTests.tiny, overrides: ["trainer_cfg.deterministic=true", "exp.tag=_like"])
            let config = try String(contentsOf: run.config, encoding: .utf8)
            #expect(try String(contentsOf: likeness.config, encoding: .utf8).replacing("tag: _like", with: "tag: \"\"") == config)
            for file in [\RunFolder.plan, \.planDebug, \.splits] {
                #expect(try Data(contentsOf: likeness[keyPath: file]) == Data(contentsOf: run[keyPath: file]), "\(run[keyPath: file])")
            }
            for kind in Checkpoint.allCases {
                let (theirs, ours) = try (Safetensors.read(run.weights(kind)), Safetensors.read(likeness.weights(kind)))
                #expect(ours.entries.mapValues(\.shape) == theirs.entries.mapValues(\.shape), "\(kind)")
            }

            let fastest = try train(task, options, ["exp.tag=_b", "trainer_cfg.benchmark=true"])
            #expect(fastest.output.contains(", convolutions tried out"))
            #expect(
                try train(task, options, ["trainer_cfg.deterministic=true", "trainer_cfg.benchmark=true"], fails: true).errors
                    .contains("trainer_cfg.benchmark: has no effect with trainer_cfg.deterministic"))
        }
    }

    @Test func progressTellsLossesRateAndSpeed() throws {
        try prepared { (task: TinyTask) throws in
            var loud = task
            loud = TinyTask(root: task.root, tool: CommandLineTool(in: task.root, verbose: true))
            let result = try train(loud)
            for word in ["epoch 1/2: 3/3", "loss ", "cls ", "seg_ce ", " lr ", "images/s", "% waiting for data", "to the end"] {
                #expect(result.errors.contains(word), "\(word): \(result.errors)")
            }
            let silent = try train(task, ["--overwrite"])
            #expect(silent.errors.isEmpty)
        }
    }

    @Test func aTimeBudgetShortensTheSchedule() throws {
        try prepared { (task: TinyTask) throws in
            let long = ["trainer_cfg.max_num_epochs=500", "trainer_cfg.swa_epochs=100", "trainer_cfg.warm_iterations=300"]
            let short = try train(task, ["--time-budget", "1ms"], long, fails: true)
            #expect(short.errors.contains("train.time_budget: '1ms' is no span of time"), "\(short.errors)")
            #expect(try train(task, ["--time-budget", "0.1s"], long, fails: true).errors.contains("is too short"))

            let log = run(task).log("train")
            let options = ["--time-budget", "8s", "--devices", "cpu"]
            let stopped = try task.tool.run(
                ["train", "000"] + options + ChainTests.tiny + long,
                interruptedWhen: { ((try? String(contentsOf: log, encoding: .utf8)) ?? "").contains("epoch 2/") })
            #expect(stopped.status == 130, "\(stopped.errors)")
            let fitted = try Configuration.read(
                run(task).config, environment: Environment(dataFolder: task.root, modelsFolder: task.root))
            let epochs = fitted.trainerCfg.maxNumEpochs
            #expect(epochs < 500 && fitted.trainerCfg.swaEpochs < 100 && fitted.trainerCfg.swaEpochs > 0)
            #expect(fitted.trainerCfg.warmIterations < 300 && fitted.trainerCfg.initialLR == 0.01)
            // Going on keeps the schedule that was fitted first.
            let rest = try train(task, options, long)
            #expect(rest.output.contains("going on at iteration") && !rest.output.contains("in place of"))
            #expect(rest.output.contains("epoch \(epochs + fitted.trainerCfg.swaEpochs)/\(epochs + fitted.trainerCfg.swaEpochs)"))
            #expect(try train(task, [], long, fails: true).errors.contains("another configuration"))
        }
    }

    /// Folds side by side end with the weights of folds one after the other.
    @Test func allFoldsAreTrainedThatAreNotFinished() throws {
        try prepared { (task: TinyTask) throws in
            _ = try train(task, ["--fold", "1", "--devices", "cpu"])
            let first = try weights(run(task, fold: 1))
            let rest = try train(task, ["--fold", "all", "--devices", "cpu"])
            #expect(rest.output.contains("fold 1 of \(model) for \(TinyTask.name) is finished"))
            #expect(rest.output.contains("training fold 0 of") && !rest.output.contains("training fold 1 of"))
            #expect(try weights(run(task, fold: 1)) == first)
            #expect(
                try train(task, ["--fold", "all", "--devices", "cpu"]).output.contains(
                    "fold 0 of \(model) for \(TinyTask.name) is finished"))

            let both = try train(task, ["--fold", "all", "--devices", "cpu,cpu"], ["exp.tag=_b"])
            #expect(both.output.contains("fold 0: training fold 0 of") && both.output.contains("fold 1: training fold 1 of"))
            for fold in 0..<2 { #expect(try weights(run(task, fold: fold, tag: "_b")) == weights(run(task, fold: fold)), "fold \(fold)") }
        }
    }

    @Test func aFoldThatFailsDoesNotStopTheOthers() throws {
        try prepared { (task: TinyTask) throws in
            _ = try train(task, ["--fold", "0"], ["seed=1"])
            let result = try train(task, ["--fold", "all"], fails: true)
            #expect(result.errors.contains("warning: fold 0: ") && result.errors.contains("another configuration"))
            #expect(FileManager.default.fileExists(atPath: run(task, fold: 1).weights(.final).path))
        }
    }

    @Test func trainingBeginsWithTheWeightsOfAModel() throws {
        try prepared { (task: TinyTask) throws in
            _ = try train(task)
            let trained = try weights(run(task))
            // Without any learning, what was loaded comes out again.
            let still = ["trainer_cfg.initial_lr=0", "trainer_cfg.warm_lr=0"]
            let same = try train(task, ["--init-from", run(task).url.path], still + ["exp.tag=_b"])
            #expect(same.output.contains("weights from \(run(task).weights(.final).path)") && !same.output.contains("not used"))
            #expect(try weights(run(task, tag: "_b")) == trained)

            let wider = [
                "exp.tag=_c", "model_cfg.plan_arch_overwrites={start_channels: 4, fpn_channels: 16, head_channels: 32}",
                "model_cfg.head_regressor_kwargs.learn_scale=false", "model_cfg.head_classifier_kwargs.num_convs=2",
            ]
            let part = try train(task, ["--init-from", run(task).weights(.last).path], still + wider)
            #expect(part.output.contains("are not used, of another shape than in the network: model.head.classifier."), "\(part.output)")
            #expect(part.output.contains("are not used, unknown to the network: model.head.regressor.scales.0.scale"), "\(part.output)")
            #expect(part.output.contains("begin at random: model.head.classifier.conv_internal.c_internal1.conv.weight"), "\(part.output)")
            let name = "model.encoder.stages.0.convs.0.0.conv.weight"
            #expect(try weights(run(task, tag: "_c"))[name] == weights(run(task), .last)[name])

            // Other weights to begin with are another run.
            #expect(
                try train(task, ["--init-from", run(task, tag: "_c").url.path], still + ["exp.tag=_b"], fails: true).errors
                    .contains("another configuration"))
            #expect(try train(task, ["--init-from", "/nowhere"], ["exp.tag=_d"], fails: true).errors.contains("/nowhere does not exist"))
            #expect(
                try train(task, ["--init-from", task.root.path], ["exp.tag=_d"], fails: true).errors.contains("model_final.safetensors"))
        }
    }

    @Test func sweepingScoresTheValidationCases() throws {
        try prepared { (task: TinyTask) throws in
            let settings = ChainTests.short + ["augment_cfg.batch_size=1"]
            let result = try train(task, ["--sweep"], ["debug.num_cases_val=2"], settings: settings)
            let run = run(task)
            #expect(result.output.contains("sweep of fold 0 over 2 validation cases, model_final.safetensors"))
            for name in [
                "sweep.log", "sweep", "sweep_predictions", "plan_inference.json", "val_predictions", "val_predictions_preprocessed",
                "val_results/results_boxes.json", "val_results_preprocessed/results_boxes.json", "val_results/boxes/examples.png",
            ] { #expect(FileManager.default.fileExists(atPath: run.file(name).path), "\(name)") }
            #expect(CasePrediction.caseIDs(in: run.predictions(.val)).count == 2)
            let other = try train(task, ["--sweep", "--fold", "1"], ["trainer_cfg.sweep_ckpt=best"], settings: settings)
            #expect(other.output.contains("sweep of fold 1 over 3 validation cases, model_best.safetensors"))
            // All models of the fold together.
            func networks(_ run: RunFolder) throws -> Set<Int> {
                let id = try #require(CasePrediction.caseIDs(in: run.predictions(.val)).first)
                return Set(try RawPredictions.load(id, from: run.sweepPredictions).members.map(\.model))
            }
            let options = ["exp.tag=_all", "debug.num_cases_val=2", "trainer_cfg.sweep_ckpt=all"]
            let together = try train(task, ["--sweep"], options, settings: settings)
            #expect(
                together.output.contains(
                    "over 2 validation cases, model_final.safetensors, model_last.safetensors, model_best.safetensors"))
            #expect(try networks(self.run(task, tag: "_all")) == [0, 1, 2] && networks(run) == [0])
        }
    }

    /// Where the processor has bfloat16, it is chosen unless 32 bits are asked for; else all is float32.
    @Test func precisionIsChosen() throws {
        try prepared { (task: TinyTask) throws in
            let settings = ChainTests.short + ["augment_cfg.batch_size=1"]
            let half = Device.cpu.supportsBFloat16
            let name = half ? "bfloat16" : "float32"
            #expect(try train(task, ["--devices", "cpu"], settings: settings).output.contains("cpu, \(name)"))
            let full = ["exp.tag=_32", "trainer_cfg.precision=32"]
            #expect(try train(task, ["--devices", "cpu"], full, settings: settings).output.contains("cpu, float32"))
            #expect(try (weights(run(task)) != weights(run(task, tag: "_32"))) == half)
            // The network of either finds objects in its own precision.
            for tag in ["", "_32"] {
                _ = try task.tool.run(["sweep", "000", model + tag, "0"])
                #expect(FileManager.default.fileExists(atPath: run(task, tag: tag).planInference.path))
            }
        }
    }

    /// A network of one of two modalities trains, is swept and predicts; the other modality counts for nothing.
    @Test func channelsAreChosen() throws {
        try TinyTask.with { (task: TinyTask) throws in
            for index in 0..<5 {
                try FileManager.default.copyItem(at: task.image((index + 1) % 5), to: task.image(index, modality: 1))
            }
            let file = task.file("dataset.json")
            let info = try String(contentsOf: file, encoding: .utf8)
            let two = info.replacing("\"0\" : \"MRI\"", with: "\"0\" : \"MRI\", \"1\" : \"T2\"")
                .replacing("\"0\": \"MRI\"", with: "\"0\": \"MRI\", \"1\": \"T2\"")
            try #require(two != info)
            try Data(two.utf8).write(to: file)
            for command in [["prep", "000"], ["unpack", "000"]] {
                let result = try task.tool.run(command)
                #expect(result.status == 0, "\(result.errors)")
            }
            _ = try train(task, ["--sweep"], ["augmentation.selected_data_channels=[0]"], settings: ChainTests.short)
            let name = "model.encoder.stages.0.convs.0.0.conv.weight"
            let entries = try Safetensors.read(run(task).weights(.final)).entries
            #expect(entries[name]?.shape.prefix(2) == [4, 1])
            #expect(!CasePrediction.caseIDs(in: run(task).predictions(.val)).isEmpty)
            let other = try train(task, [], ["augmentation.selected_data_channels=[2]", "exp.tag=_b"], fails: true)
            #expect(other.errors.contains("the cases have channels 0 to 1"))
        }
    }

    @Test func batchesAreMadeAsAsked() throws {
        try prepared { (task: TinyTask) throws in
            let settings = ChainTests.tiny + ["augment_cfg.batch_size=2"]
            _ = try train(task, ["--devices", "cpu"], settings: settings)
            // Where batches are made changes nothing.
            _ = try train(task, ["--devices", "cpu"], ["exp.tag=_b", "augment_cfg.multiprocessing=False"], settings: settings)
            #expect(try weights(run(task, tag: "_b")) == weights(run(task)))
            for (index, change) in [
                "augment_cfg.dataloader=DataLoader{}DFast", "augment_cfg.oversample_foreground_percent=1", "augment_cfg.batch_size=1",
                "augmentation=noaug", "seed=4", "trainer_cfg.weight_decay=0.5", "trainer_cfg.poly_gamma=3",
            ].enumerated() {
                _ = try train(
                    task, ["--devices", "cpu"], ["exp.tag=_\(index)", "trainer_cfg.max_num_epochs=2", change], settings: settings)
                #expect(try weights(run(task, tag: "_\(index)")) != weights(run(task)), "\(change)")
            }
            let other = task.file("preprocessed/mine.json")
            try JSONFile.write(
                Splits(folds: [.init(train: ["case_0", "case_1", "case_2", "case_3"], val: ["case_4", "case_5"])]), to: other)
            #expect(
                try train(task, ["--devices", "cpu"], ["exp.tag=_s", "augment_cfg.splits=mine"]).output.contains(
                    "4 training and 2 validation cases"))
            // A name that is mistyped makes no split of its own.
            let typo = try train(task, ["--devices", "cpu"], ["exp.tag=_t", "augment_cfg.splits=mne"], fails: true)
            #expect(typo.errors.contains("augment_cfg.splits: is 'mne'"), "\(typo.errors)")
            #expect(!task.exists("preprocessed/mne.json"))
        }
    }

    /// What is wrong is found before the old run is touched, or its first step fails: `--overwrite` never leaves nothing.
    @Test func aMistakeReplacesNoRun() throws {
        try prepared { (task: TinyTask) throws in
            _ = try train(task)
            let before = try weights(run(task))
            let description = try Data(contentsOf: run(task).config)
            for (override, message) in [
                ("augment_cfg.patch_size=[50,48,48]", "augment_cfg.patch_size: is [50, 48, 48]"),
                ("augment_cfg.patch_size=[48,48]", "augment_cfg.patch_size: is [48, 48]"),
                ("augment_cfg.patch_size=[a,b,c]", "augment_cfg.patch_size: is [a, b, c], it must be a list of integers"),
                ("trainer_cfg.monitor_key=mAP", "trainer_cfg.monitor_key: is 'mAP', which no epoch measures (did you mean "),
                ("trainer_cfg.monitor_key=val_nothing", "trainer_cfg.monitor_key: is 'val_nothing'"),
                ("exp.tag=../../x", "exp.tag: is '../../x'"), ("exp.id=.", "exp.id: is '.'"),
            ] {
                let failed = try train(task, ["--overwrite"], [override], fails: true)
                #expect(failed.errors.contains(message), "\(override): \(failed.errors)")
            }
            for uri in ["sqlite:///x.db", "databricks", "nonsense:/x"] {
                var tool = task.tool
                tool.environment["MLFLOW_TRACKING_URI"] = uri
                let failed = try tool.run(["train", "000", "--overwrite"] + ChainTests.tiny)
                #expect(failed.status == 1 && failed.errors.contains("MLFLOW_TRACKING_URI: is '\(uri)'"), "\(failed.errors)")
            }
            #expect(try weights(run(task)) == before)
            #expect(try Data(contentsOf: run(task).config) == description)
        }
    }

    @Test func dataThatChangedMakesAnotherRun() throws {
        try prepared { (task: TinyTask) throws in
            _ = try train(task)
            /// Changes an image, and prepares it anew.
            func change(_ index: Int, _ change: (inout [Float]) -> Void) throws {
                var image = try ImageReader().read(task.image(index))
                change(&image.volume.voxels)
                try ImageWriter.write(image, to: task.image(index))
                for command in [["prep", "000"], ["unpack", "000"]] { #expect(try task.tool.run(command).status == 0) }
            }
            // So little that the plan stays.
            try change(2) { $0[7] += 0.25 }
            let finished = try train(task, fails: true)
            #expect(finished.errors.contains("images or labels have changed since: case_2"), "\(finished.errors)")
            try change(3) { $0 = $0.map { 2 * $0 + 1 } }
            let planned = try train(task, fails: true)
            #expect(planned.errors.contains("plan: intensity_properties") && planned.errors.contains("other data: case_0, case_1"))
            // What differs in the configuration is listed with both values.
            let other = try train(task, [], ["trainer_cfg.initial_lr=0.002", "trainer_cfg.num_val_batches_per_epoch=2"], fails: true)
            #expect(
                other.errors.contains("trainer_cfg.initial_lr 0.01 → 0.002") && other.errors.contains("num_val_batches_per_epoch 1 → 2"))
            _ = try train(task, ["--overwrite"])
        }
    }

    @Test func aCaseThatCannotBeReadIsNamed() throws {
        try prepared { (task: TinyTask) throws in
            let file = task.file("preprocessed/D3V001_3d/imagesTr/case_2.npy")
            let whole = try Data(contentsOf: file)
            try whole.prefix(whole.count / 2).write(to: file)
            #expect(try train(task, fails: true).errors.contains("case_2"))
            try whole.write(to: file)
            _ = try train(task)
            let before = try weights(run(task))
            try whole.prefix(whole.count / 2).write(to: file)
            #expect(try train(task, ["--overwrite"], fails: true).errors.contains("case_2"))
            #expect(try weights(run(task)) == before)
            try FileManager.default.removeItem(at: file)
            #expect(try train(task, [], ["exp.tag=_b"], fails: true).errors.contains("case_2"))
        }
    }

    @Test(arguments: [
        (["--overwrite", "--resume"], 2, "exclude each other"), (["--dry-run", "--sweep"], 2, "exclude each other"),
        (["--devices", "0,1"], 2, "give --fold all"), (["--fold", "all", "--resume"], 2, "--resume is about one fold"),
        (["--fold", "first"], 2, "first"), (["--devices", "gpu"], 2, "gpu"), (["--time-budget", "soon"], 1, "no span of time"),
    ])
    func whatCannotBeAskedForIsOneLine(options: [String], status: Int, message: String) throws {
        try TinyTask.with { (task: TinyTask) throws in
            let result = try task.tool.run(["train", "000"] + options)
            #expect(Int(result.status) == status && result.errorLines.count == 1, "\(result.errors)")
            #expect(result.errors.contains(message), "\(result.errors)")
        }
    }

    @Test func aDeviceThatIsNotThereIsNamed() throws {
        try prepared { (task: TinyTask) throws in
            for options in [["--devices", "63"], ["--fold", "all", "--devices", "cpu,63"]] {
                #expect(try train(task, options, fails: true).errors.contains("device 'cuda:63'"))
            }
            #expect(!FileManager.default.fileExists(atPath: run(task).weights(.final).path))
        }
    }
}
