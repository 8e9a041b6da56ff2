import Core
import Foundation
import Support
import TestSupport
import Testing

/// All commands one after another on tiny data, each going on from the files of the one before.
@Suite struct ChainTests {
    private let model = "RetinaUNetV001_D3V001_3d"
    /// Two short epochs of a tiny network.
    static let short = [
        "-o", "train=toy", "trainer_cfg.max_num_epochs=1", "trainer_cfg.swa_epochs=1", "trainer_cfg.num_train_batches_per_epoch=3",
        "trainer_cfg.num_val_batches_per_epoch=1", "trainer_cfg.warm_iterations=1",
        "model_cfg.plan_arch_overwrites={start_channels: 4, fpn_channels: 16, head_channels: 16}",
    ]

    /// For tests to which only the training itself matters: most of what is left of the time is the start of libtorch. Not where cases are swept or
    /// predicted: small patches are many tiles.
    static let tiny = short + ["augment_cfg.patch_size=[16, 16, 16]", "augment_cfg.batch_size=1", "trainer_cfg.precision=32"]

    private func run(_ task: TinyTask, _ arguments: [String], fails: Bool = false) throws -> CommandLineTool.Result {
        let result = try task.tool.run(arguments)
        #expect((result.status == 0) != fails, "\(arguments.joined(separator: " ")): \(result.errors)")
        if fails { #expect(result.errorLines.count == 1, "\(result.errors)") }
        return result
    }

    @Test func fromImagesToScores() throws {
        try TinyTask.with(train: 6, test: 3) { (task: TinyTask) throws in
            let models = ModelFolder(root: task.root.appendingPathComponent("models"), task: TinyTask.name, model: model)
            _ = try run(task, ["prep", "000"])

            #expect(try run(task, ["train", "000"] + Self.short, fails: true).errors.contains("nndet unpack"))
            _ = try run(task, ["unpack", "000"])
            #expect(try run(task, ["train", "000", "--resume"] + Self.short, fails: true).errors.contains("no run to resume"))
            for fold in ["0", "1"] { _ = try run(task, ["train", "000"] + Self.short + ["exp.fold=\(fold)"]) }
            #expect(try run(task, ["train", "000"] + Self.short, fails: true).errors.contains("finished"))
            #expect(try run(task, ["train", "000"] + Self.short + ["seed=1"], fails: true).errors.contains("another configuration"))
            #expect(try run(task, ["train", "000"] + Self.short + ["exp.fold=9"], fails: true).errors.contains("the folds are 0 to 4"))
            let stored = try Document.read(models.fold(1).config)
            #expect(stored.value(at: ["exp", "fold"]) == .integer(1))
            for kind in ["final", "last", "best"] {
                #expect(FileManager.default.fileExists(atPath: models.fold(0).file("model_\(kind).safetensors").path))
            }

            #expect(try run(task, ["eval", "000", model, "0"], fails: true).errors.contains("nndet sweep"))
            #expect(
                try run(task, ["consolidate", "000", model, "--num_folds", "2", "--sweep_boxes"], fails: true).errors.contains("sweep"))
            for fold in ["0", "1"] { _ = try run(task, ["sweep", "000", model, fold]) }
            #expect(try run(task, ["eval", "000", model, "0", "--boxes"]).output.contains("validation, preprocessed space: 2 cases"))
            let consolidate = ["consolidate", "000", model, "--num_folds", "2", "--sweep_boxes"]
            let score = "trainer_cfg.eval_score_key=AP_IoU_0.10_MaxDet_100"
            #expect(try run(task, consolidate + ["-o", score]).output.contains("   AP_IoU_0.10_MaxDet_100 "))
            #expect(try run(task, consolidate).output.contains("   mAP_IoU_0.10_0.50_0.05_MaxDet_100 "))
            #expect(try run(task, ["eval", "000", model, "-1"]).output.contains("validation, image space: "))
            let joined = models.consolidated.predictions(.val)
            let lost = CasePrediction.file(of: try #require(CasePrediction.caseIDs(in: joined).first), in: joined)
            let kept = try Data(contentsOf: lost)
            try FileManager.default.removeItem(at: lost)
            #expect(try run(task, ["eval", "000", model, "-1"], fails: true).errors.contains("have no prediction"))
            try kept.write(to: lost)

            #expect(try run(task, ["eval", "000", model, "-1", "--test"], fails: true).errors.contains("nndet predict"))
            _ = try run(task, ["predict", "000", model, "-f", "-1", "-ntta", "1"])
            let predictions = models.consolidated.predictions(.test)
            #expect(CasePrediction.caseIDs(in: predictions) == ["case_6", "case_7", "case_8"])
            let before = try Data(contentsOf: CasePrediction.file(of: "case_7", in: predictions))
            #expect(try run(task, ["predict", "000", model, "-ntta", "1"]).output.contains("3 of 3 cases are predicted already"))
            #expect(try Data(contentsOf: CasePrediction.file(of: "case_7", in: predictions)) == before)

            let result = try run(task, ["eval", "000", model, "-1", "--test", "--boxes"])
            #expect(result.output.contains("test, image space: 3 cases"))
            let results = models.consolidated.results(.test)
            let scores: [String: Double] = try JSONFile.read(from: results.appendingPathComponent("results_boxes.json"))
            #expect((scores["AP_IoU_0.10_MaxDet_100"] ?? -1) >= 0)
            #expect(FileManager.default.fileExists(atPath: results.appendingPathComponent("boxes/examples.png").path))

            // A new test image is predicted alone; the others stay.
            let raw = task.file("raw_splitted")
            for (folder, ending) in [("imagesTs", "_0000.nii.gz"), ("labelsTs", ".nii.gz"), ("labelsTs", ".json")] {
                try FileManager.default.copyItem(
                    at: raw.appendingPathComponent("\(folder)/case_6\(ending)"), to: raw.appendingPathComponent("\(folder)/case_9\(ending)")
                )
            }
            #expect(try run(task, ["predict", "000", model, "-ntta", "1"]).output.contains("3 of 4 cases are predicted already"))
        }
    }

    /// What `host` says about folders counts for prep, for training, and for all that follows from the trained model.
    @Test func foldersMayLieElsewhere() throws {
        try TinyTask.with { (task: TinyTask) throws in
            func place(_ name: String) -> String { task.root.appendingPathComponent("fast/\(name)").path }
            try FileManager.default.createDirectory(atPath: place(""), withIntermediateDirectories: true)
            try FileManager.default.moveItem(at: task.file("raw_splitted"), to: URL(fileURLWithPath: place("raw")))
            let host = [
                "host.splitted_4d_output_dir=\(place("raw"))", "host.cropped_output_dir=\(place("cropped"))",
                "host.preprocessed_output_dir=\(place("arrays"))",
            ]
            _ = try run(task, ["prep", "000", "-o"] + host)
            let exists = FileManager.default.fileExists(atPath:)
            #expect(exists(place("cropped/imagesTr/case_0.npz")) && exists(place("arrays/D3V001_3d/imagesTr/case_0.npz")))
            #expect(!task.exists("raw_cropped") && !task.exists("preprocessed"))
            _ = try run(task, ["unpack", place("arrays/D3V001_3d/imagesTr"), "2"])
            try FileManager.default.moveItem(atPath: place("arrays/D3V001_3d.json"), toPath: place("my_plan.json"))
            #expect(try run(task, ["train", "000"] + Self.short + host, fails: true).errors.contains("no such plan"))
            _ = try run(
                task, ["train", "000"] + Self.short + host + ["augment_cfg.batch_size=1", "host.plan_path=\(place("my_plan.json"))"])
            _ = try run(task, ["sweep", "000", model, "0"])
            #expect(try run(task, ["eval", "000", model, "0"]).output.contains("validation, image space: 1 case"))
            // Models go elsewhere, too.
            let results = ["exp.tag=_far", "host.plan_path=\(place("my_plan.json"))", "host.parent_results=\(place("results"))"]
            _ = try run(task, ["train", "000"] + Self.tiny + host + results)
            #expect(exists(place("results/\(TinyTask.name)/\(model)_far/fold0/model_final.safetensors")))
            #expect(!exists(task.root.appendingPathComponent("models/\(TinyTask.name)/\(model)_far").path))
            #expect(try run(task, ["prep", "000", "-o", "host.raw_output_dir=/x"], fails: true).errors.contains("host.raw_output_dir"))
        }
    }

    @Test func anInterruptedTrainingGoesOn() throws {
        try TinyTask.prepared { (task: TinyTask) throws in
            let long = ["train", "000"] + Self.tiny + ["trainer_cfg.num_train_batches_per_epoch=30"]
            let run = ModelFolder(root: task.root.appendingPathComponent("models"), task: TinyTask.name, model: model).fold(0)
            let log = run.log("train")
            let result = try task.tool.run(long, interruptedWhen: { FileManager.default.fileExists(atPath: run.meta.path) })
            #expect(result.status == 130, "\(result.errors)")
            #expect(result.errors.contains("the state is saved, run the same command again to go on"))
            func text() -> String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }
            // Those who insist on going on are stopped once more, then not; each goes on where the one before was.
            let resumed = try task.tool.run(long + ["train.mode=resume"], interruptedWhen: { text().contains("going on at iteration") })
            #expect(resumed.status == 130, "\(resumed.errors)")
            let again = try self.run(task, ["train", "000", "--resume"] + long.dropFirst(2))
            #expect(again.output.contains("finished:"))
            let starts = text().matches(of: /going on at iteration ([0-9]+) of 60/).compactMap { Int($0.1) }
            #expect(starts.count == 2 && starts[0] < starts[1] && starts[1] < 60, "\(starts)")
            // After the end there is nothing to go on with.
            let late = try self.run(task, ["train", "000", "--resume"] + long.dropFirst(2), fails: true)
            #expect(late.errors.contains("this run is finished"), "\(late.errors)")
        }
    }

    @Test func aMissingLibtorchIsOneLine() throws {
        try TinyTask.prepared { (task: TinyTask) throws in
            for variable in ["NNDET_LIBTORCH", "NNDET_CTORCH"] {
                var tool = task.tool
                tool.environment[variable] = "/nowhere"
                let result = try tool.run(["train", "000"] + Self.short)
                #expect(result.status == 1 && result.errorLines.count == 1 && result.errors.contains("/nowhere"), "\(result.errors)")
                // What needs no network works without it.
                #expect(try tool.run("prep", "000").status == 0)
                let description = try tool.run("env")
                #expect(description.status == 0 && description.output.contains("not usable: "))
            }
        }
    }
}
