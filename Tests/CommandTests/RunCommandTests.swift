import Core
import Foundation
import Inference
import Pipeline
import Support
import TestSupport
import Testing

/// `nndet run` and `nndet status`: everything for a task, stopped and gone on with, and what is told of it meanwhile.
@Suite struct RunCommandTests {
    private let model = "RetinaUNetV001_D3V001_3d"

    private func run(_ task: TinyTask, _ options: [String] = [], _ overrides: [String] = [], fails: Bool = false) throws
        -> CommandLineTool.Result
    {
        let result = try task.tool.run(["run", "000"] + options + ChainTests.short + overrides)
        #expect((result.status == 0) != fails, "\(result.errors)")
        if fails { #expect(result.errorLines.count == 1, "\(result.errors)") }
        return result
    }

    private func status(_ task: TinyTask) throws -> String {
        let result = try task.tool.run("status", "000")
        #expect(result.status == 0, "\(result.errors)")
        return result.output
    }

    private func models(_ task: TinyTask) -> ModelFolder {
        ModelFolder(root: task.root.appendingPathComponent("models"), task: TinyTask.name, model: model)
    }

    /// The line of `status` that begins with `name`.
    private func line(_ name: String, _ status: String) -> String {
        status.split(separator: "\n").first { $0.hasPrefix("  \(name) ") }.map(String.init) ?? ""
    }

    @Test func fromImagesToAReportStoppedOnTheWay() throws {
        try TinyTask.with(train: 6, test: 2) { (task: TinyTask) throws in
            let before = try status(task)
            #expect(before.contains("no model yet") && line("prep", before).contains("missing"), "\(before)")

            let wish = ["--folds", "2", "--devices", "cpu", "--num-tta", "4", "--operating-point", "f1"]
            let dry = try run(task, wish + ["--dry-run"])
            for word in [
                "what it will take", "memory       about", "1 + 1 epochs of 3 batches: 6 steps of about", "per fold, 2 folds",
                "together     about",
                "2 test images",
            ] { #expect(dry.output.contains(word), "\(word): \(dry.output)") }
            #expect(!FileManager.default.fileExists(atPath: models(task).url.path) && !task.exists("preprocessed/D3V001_3d/imagesTr"))
            #expect(line("prep of D3V001_3d", try status(task)).contains("0 of 6 cases"))

            // Without --devices, cases would be predicted on a GPU that is not there.
            let long = ["trainer_cfg.num_train_batches_per_epoch=8", "augment_cfg.batch_size=1", "inference_kwargs.device=cuda:63"]
            let log = models(task).fold(0).log("train")
            var meanwhile = ""
            let stopped = try task.tool.run(
                ["run", "000"] + wish + ChainTests.short + long,
                interruptedWhen: {
                    guard ((try? String(contentsOf: log, encoding: .utf8)) ?? "").contains("epoch 1/2") else { return false }
                    meanwhile = (try? status(task)) ?? ""
                    return true
                })
            #expect(stopped.status == 130, "\(stopped.errors)")
            #expect(stopped.errors.contains("run the same command again to go on"))
            #expect(
                line("fold 0", meanwhile).contains("running  epoch 2 of 2") && line("fold 1", meanwhile).contains("missing"), "\(meanwhile)"
            )
            #expect(line("fold 0", meanwhile).contains(" left") && meanwhile.contains("of work left"), "\(meanwhile)")
            #expect(line("fold 0", try status(task)).contains("stopped"))

            let rest = try run(task, wish, long)
            #expect(rest.output.contains("going on at iteration") && rest.output.contains("2 models × 4 mirrorings, cpu"))
            let consolidated = models(task).consolidated
            for name in [
                "model_fold0.safetensors", "model_fold1.safetensors", "plan_inference.json", "val_results/results_boxes.json",
                "val_results/report.html", "test_results/results_boxes.json", "test_results/report.html", "val_analysis", "test_analysis",
            ] { #expect(FileManager.default.fileExists(atPath: consolidated.file(name).path), "\(name)") }
            #expect(CasePrediction.caseIDs(in: consolidated.predictions(.test)) == ["case_6", "case_7"])
            for folder in [models(task).fold(1), consolidated] {
                let inference: InferencePlan = try JSONFile.read(from: folder.planInference)
                #expect(inference.operatingPoint?.criterion.description == "f1")
            }

            let done = try status(task)
            for name in ["fold 0", "fold 1", "consolidation", "validation scores", "test predictions", "test scores"] {
                #expect(line(name, done).contains("done"), "\(name): \(done)")
            }
            #expect(line("test scores", done).contains("mAP ") && !done.contains("left"), "\(done)")
            #expect(rest.output.hasSuffix(done))

            let again = try run(task, wish, long)
            for stage in [
                "sweep of fold 0", "sweep of fold 1", "consolidation", "evaluation of the validation cases",
                "evaluation of the test images",
            ] {
                #expect(again.output.contains("\(stage): done already"), "\(stage): \(again.output)")
            }
            #expect(again.output.contains("2 of 2 cases are predicted already") && !again.output.contains("epoch "))

            // What was put in the place of a stage's results by hand is replaced.
            #expect(try task.tool.run("consolidate", "000", model, "-c", "copy", "--num_folds", "2").status == 0)
            let joined = try run(task, wish, long).output
            #expect(!joined.contains("consolidation: done already") && joined.contains("sweep of fold 1: done already"))

            // Results that are lost are made again, and what follows from them.
            try FileManager.default.removeItem(at: consolidated.planInference)
            let repaired = try run(task, wish, long)
            #expect(!repaired.output.contains("consolidation: done already") && repaired.output.contains("sweep of fold 1: done already"))
            #expect(try run(task, wish, ["seed=3"], fails: true).errors.contains("another configuration"))

            let json = try task.tool.run("status", "000", model, "--json")
            let read = try JSONDecoder().decode(TaskStatus.self, from: Data(json.output.utf8))
            #expect(read.models.map(\.name) == [model] && read.models[0].secondsLeft == 0)
            #expect(read.models[0].items.first?.name == "fold 0" && read.models[0].items.first?.state == .done)
        }
    }

    /// Killed at any stage, the same command ends with everything done.
    @Test func aKilledRunGoesOn() throws {
        try TinyTask.with(train: 5, test: 1) { (task: TinyTask) throws in
            let run = models(task).consolidated
            for file in [
                task.file("raw_cropped/imagesTr/case_1.npz"), task.file("preprocessed/D3V001_3d/imagesTr/case_1_unpacked.json"),
                models(task).fold(0).file("checkpoint.safetensors"), models(task).fold(0).sweepPredictions,
                models(task).fold(1).planInference, run.sweep, run.predictions(.test),
            ] {
                _ = try task.tool.killed(["run", "000", "--folds", "2"] + ChainTests.short + ["augment_cfg.batch_size=1"]) {
                    FileManager.default.fileExists(atPath: file.path)
                }
            }
            _ = try self.run(task, ["--folds", "2"], ["augment_cfg.batch_size=1"])
            #expect(FileManager.default.fileExists(atPath: run.results(.test).appendingPathComponent("report.html").path))
            #expect(line("test scores", try status(task)).contains("done"))
        }
    }

    @Test func aBudgetIsForEverything() throws {
        try TinyTask.prepared { (task: TinyTask) throws in
            let long = [
                "trainer_cfg.max_num_epochs=500", "trainer_cfg.swa_epochs=100", "trainer_cfg.num_train_batches_per_epoch=20",
                "augment_cfg.patch_size=[24, 24, 24]", "augment_cfg.batch_size=1",
            ]
            #expect(try run(task, ["--time-budget", "0.01s"], long, fails: true).errors.contains("is too short"))
            let start = ContinuousClock.now
            let result = try run(task, ["--folds", "1", "--time-budget", "20s"], long)
            // Loose: the machine may be busy; the whole schedule would take many minutes.
            #expect(ContinuousClock.now - start < .seconds(120))
            #expect(result.output.contains("no test images in"))
            let stored = try Configuration.read(
                models(task).fold(0).config, environment: Environment(dataFolder: task.root, modelsFolder: task.root))
            #expect(stored.trainerCfg.maxNumEpochs < 500 && stored.train.timeBudget.map { $0 < 20 } == true)
            // The same wish keeps to what was decided for it.
            #expect(try run(task, ["--folds", "1", "--time-budget", "20s"], long).output.contains("is finished"))
        }
    }

    @Test(arguments: [
        (["--folds", "9"], [], 1, "the split has 5 folds"), (["--folds", "0"], [], 2, "--folds must be positive"),
        (["--time-budget", "soon"], [], 1, "no span of time"), ([], ["exp.fold=2"], 1, "use --folds"),
        ([], ["train.mode=overwrite"], 1, "choose another exp.tag"), ([], ["prep=plan"], 1, "use 'nndet prep'"),
        (["--devices", "63"], [], 1, "device 'cuda:63'"),
    ])
    func whatCannotBeAskedForIsOneLine(options: [String], overrides: [String], status: Int, message: String) throws {
        try TinyTask.prepared { (task: TinyTask) throws in
            let result = try task.tool.run(["run", "000"] + options + ChainTests.short + overrides)
            #expect(Int(result.status) == status && result.errorLines.count == 1, "\(result.errors)")
            #expect(result.errors.contains(message), "\(result.errors)")
        }
    }

    /// Two trainings of one fold at a time would write over each other.
    @Test func aFoldIsTrainedOnceAtATime() throws {
        try TinyTask.prepared { (task: TinyTask) throws in
            let train = ["train", "000"] + ChainTests.short + ["trainer_cfg.num_train_batches_per_epoch=40"]
            let log = models(task).fold(0).log("train")
            var second: CommandLineTool.Result?
            let first = try task.tool.run(
                train,
                interruptedWhen: {
                    guard FileManager.default.fileExists(atPath: log.path) else { return false }
                    second = try? task.tool.run(train)
                    return true
                })
            #expect(first.status == 130)
            #expect(second?.status == 1 && second?.errors.contains("another program is training here") == true, "\(second?.errors ?? "")")
        }
    }
}
