import Core
import Foundation
import Inference
import Support
import TestSupport
import Testing

/// `nndet consolidate`, and what predicts with its result: two short trainings of one task.
@Suite struct ConsolidateCommandTests {
    private let name = "RetinaUNetV001_D3V001_3d"

    @discardableResult
    private func run(_ task: TinyTask, _ arguments: [String], fails: Bool = false) throws -> CommandLineTool.Result {
        let result = try task.tool.run(arguments)
        #expect((result.status == 0) != fails, "\(arguments.joined(separator: " ")): \(result.output) \(result.errors)")
        if fails { #expect(result.errorLines.count == 1, "\(result.errors)") }
        return result
    }

    private func names(_ folder: URL, _ beginning: String = "") -> [String] {
        TaskFolder.names(in: folder).filter { $0.hasPrefix(beginning) }.sorted()
    }

    private func contents(_ folder: URL) throws -> [String: Data] {
        try names(folder).reduce(into: [:]) { $0[$1] = try Data(contentsOf: folder.appendingPathComponent($1)) }
    }

    private func log(_ name: String, _ run: RunFolder) throws -> String { try String(contentsOf: run.log(name), encoding: .utf8) }

    @Test func twoFolds() throws {
        try TinyTask.prepared(train: 6, test: 2) { (task: TinyTask) throws in
            let model = ModelFolder(root: task.root.appendingPathComponent("models"), task: TinyTask.name, model: name)
            for fold in 0..<2 {
                try TrainedTask.install(in: task, fold: fold, seed: UInt64(fold))
                try run(task, ["sweep", "000", name, "\(fold)"])
            }
            try exported(task, model)
            try predicted(task, model)
            try weighted(task, model)
            try drawn(task, model)
            try fewerFolds(task, model)
            try copied(task, model)
            try asTheOriginal(task, model)
        }
    }

    private var consolidate: [String] { ["consolidate", "000", name, "--num_folds", "2", "--sweep_boxes"] }

    private func exported(_ task: TinyTask, _ model: ModelFolder) throws {
        let target = model.consolidated
        try run(task, consolidate + ["--no_model"])
        #expect(names(target.url, "model_").isEmpty)
        #expect(try run(task, ["predict", "000", name], fails: true).errors.contains("without --no_model"))

        func weights(_ run: RunFolder, _ checkpoint: Checkpoint) throws -> Data { try Data(contentsOf: run.weights(checkpoint)) }
        try #require(try weights(model.fold(1), .best) != weights(model.fold(1), .final))
        for (options, checkpoint) in [(["--ckpt", "best"], .best), ([], .final)] as [([String], Checkpoint)] {
            try run(task, consolidate + options)
            for fold in 0..<2 {
                #expect(try Data(contentsOf: target.model(fold: fold)) == weights(model.fold(fold), checkpoint), "\(checkpoint) \(fold)")
            }
        }

        func criterion() throws -> String? {
            try JSONFile.read(InferencePlan.self, from: target.planInference).operatingPoint?.criterion.description
        }
        #expect(try criterion() == "fp-per-scan=1")
        try run(task, consolidate + ["--operating-point", "f1"])
        #expect(try criterion() == "f1")
        let lines = try log("consolidate", target)
        #expect(lines.contains("sweep over 3 validation cases of 2 folds") && lines.contains("operating point for f1"))
    }

    private func predicted(_ task: TinyTask, _ model: ModelFolder) throws {
        let target = model.consolidated
        let predictions = target.predictions(.test)
        let base = ["predict", "000", name]
        func scores() throws -> [Float] { try CasePrediction.read("case_6", in: predictions).detections.scores }

        let both = try run(task, base + ["-ntta", "1", "-npp", "1"]).output
        #expect(both.contains("with 2 models × 1 mirrorings") && both.contains("test images: 2 preprocessed, 0 unchanged, 1 at a time"))
        let joined = try scores()
        #expect(try run(task, base + ["-ntta", "1", "--num_models", "1", "-npp", "2"]).output.contains("with 1 model × 1 mirrorings"))
        #expect(try scores() != joined)
        let mirrored = try run(task, base + ["-ntta", "4"]).output
        #expect(mirrored.contains("2 models × 4 mirrorings") && mirrored.contains("0 preprocessed, 2 unchanged, 3 at a time"))
        let lines = try log("inference", target)
        #expect(lines.contains("1 model × 1 mirrorings") && lines.contains("2 models × 4 mirrorings"))

        #expect(!names(predictions).contains("case_6_seg.npz"))
        try run(task, base + ["-ntta", "1", "-o", "inference_kwargs.do_seg=true"])
        #expect(names(predictions).contains("case_6_seg.npz"))
        let elsewhere = base + ["-ntta", "1", "-o", "inference_kwargs.device=cuda:63"]
        #expect(try run(task, elsewhere, fails: true).errors.contains("device 'cuda:63'"))
        try run(task, elsewhere + ["--device", "cpu"])
        let split = base + ["--test_split", "--no_preprocess", "--check"]
        #expect(try run(task, split, fails: true).errors.contains("--check with raw ones"))
    }

    /// Weights of models count where suppression keeps the weights of boxes.
    private func weighted(_ task: TinyTask, _ model: ModelFolder) throws {
        let file = model.consolidated.planInference
        let tuned = try Data(contentsOf: file)
        var inference: InferencePlan = try JSONFile.read(from: file)
        inference.parameters = InferenceParameters(modelSuppression: .plain)
        try JSONFile.write(inference, to: file)
        func detections(_ weights: String) throws -> [Float] {
            try run(task, ["predict", "000", name, "-ntta", "1", "-o", "inference_kwargs.model_weights=\(weights)"])
            return try CasePrediction.read("case_6", in: model.consolidated.predictions(.test)).detections.scores
        }
        #expect(try detections("[1, 1]") != detections("[1, 0.1]"))
        #expect(
            try run(task, ["predict", "000", name, "-o", "inference_kwargs.model_weights=[1]"], fails: true).errors
                .contains("1 weights for 2 models"))
        try tuned.write(to: file)
    }

    private func drawn(_ task: TinyTask, _ model: ModelFolder) throws {
        func pictures(_ run: RunFolder) -> URL { run.file("val_predictions_nii") }
        func cases(_ run: RunFolder) -> [String] { CasePrediction.caseIDs(in: run.predictions(.val)) }
        try run(task, ["boxes2nii", "000", name, "--fold", "1", "--threshold", "0"])
        #expect(names(pictures(model.fold(0))).isEmpty)
        let drawn = try contents(pictures(model.fold(1)))
        #expect(drawn.keys.sorted() == cases(model.fold(1)).flatMap { ["\($0)_boxes.json", "\($0)_boxes.nii.gz"] })
        // Settings are taken, and change nothing.
        try FileManager.default.removeItem(at: pictures(model.fold(1)))
        try run(task, ["boxes2nii", "000", name, "-f", "1", "--threshold", "0", "-o", "exp.fold=0", "trainer_cfg.gpus=0"])
        #expect(try contents(pictures(model.fold(1))) == drawn)
        try run(task, ["boxes2nii", "000", name, "-f", "-1", "--threshold", "0"])
        #expect(names(pictures(model.consolidated)).count == 2 * cases(model.consolidated).count)
    }

    /// Nothing stays of folds that do not belong to the model any more.
    private func fewerFolds(_ task: TinyTask, _ model: ModelFolder) throws {
        let target = model.consolidated
        let one = ["consolidate", "000", name, "--num_folds", "1", "--sweep_boxes"]
        let models = ["model_fold0.safetensors", "model_fold1.safetensors"]
        // Without copies of models, those that are there stay.
        try run(task, one + ["--no_model"])
        #expect(names(target.url, "model_") == models)
        try run(task, one)
        #expect(names(target.url, "model_") == [models[0]])
        #expect(CasePrediction.caseIDs(in: target.predictions(.val)) == CasePrediction.caseIDs(in: model.fold(0).predictions(.val)))
        #expect(try run(task, ["predict", "000", name, "-ntta", "1"]).output.contains("with 1 model × 1 mirrorings"))
    }

    private func copied(_ task: TinyTask, _ model: ModelFolder) throws {
        let target = model.consolidated
        let copy = ["consolidate", "000", name, "-c", "copy", "--num_folds"]
        for folds in [2, 1] {
            try run(task, copy + ["\(folds)"])
            #expect(names(target.url, "model_").count == folds)
            for preprocessed in [false, true] {
                let sources = try (0..<folds).map { try contents(model.fold($0).predictions(.val, preprocessed: preprocessed)) }
                #expect(sources.allSatisfy { !$0.isEmpty })
                let expected: [String: Data] = sources.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
                #expect(try contents(target.predictions(.val, preprocessed: preprocessed)) == expected, "\(folds) folds")
            }
        }
    }

    private func sweptAsTheOriginal(_ fold: RunFolder) throws {
        for id in CasePrediction.caseIDs(in: fold.predictions(.val)) {
            var raw = try RawPredictions.load(id, from: fold.sweepPredictions)
            raw.referenceBehaviour = true
            try raw.save(id, in: fold.sweepPredictions)
        }
    }

    /// The original's restoration and order: by class, then by the best box of each cluster.
    private func asTheOriginal(_ task: TinyTask, _ model: ModelFolder) throws {
        func predictions(_ options: [String]) throws -> [Detections] {
            try run(task, consolidate + options)
            let folder = model.consolidated.predictions(.val)
            return try CasePrediction.caseIDs(in: folder).map { try CasePrediction.read($0, in: folder).detections }
        }
        let other = try run(task, consolidate + ["--reference-behaviour"], fails: true).errors
        #expect(other.contains("was predicted without --reference-behaviour (run 'nndet sweep' for fold 0 with it"), "\(other)")
        for found in try predictions([]) { #expect(Set(found.labels).count == 2 && found.scores == found.scores.sorted(by: >)) }
        // As if one fold had been swept as the original would, then both.
        try sweptAsTheOriginal(model.fold(1))
        #expect(try run(task, consolidate, fails: true).errors.contains("for fold 1 without it, or consolidate with it"))
        try sweptAsTheOriginal(model.fold(0))
        for found in try predictions(["--reference-behaviour"]) {
            #expect(Set(found.labels).count == 2 && found.labels == found.labels.sorted() && found.scores != found.scores.sorted(by: >))
        }
    }
}
