import Boxes
import Core
import Foundation
import Imaging
import Inference
import Support
import Testing

/// Segmentations and masks of validation cases: written by sweep and consolidate, scored by eval, tuned by `--sweep_instances`.
@Suite struct MaskCommandTests {
    private let name = "RetinaUNetV001_D3V001_3d"

    private func run(_ task: TinyTask, _ arguments: [String], fails: Bool = false) throws -> CommandLineTool.Result {
        let result = try task.tool.run(arguments)
        #expect((result.status == 0) != fails, "\(arguments.joined(separator: " ")): \(result.output) \(result.errors)")
        if fails { #expect(result.errorLines.count == 1, "\(result.errors)") }
        return result
    }

    private func maps(_ run: RunFolder, _ ending: String) -> [[String]] {
        [false, true].map { preprocessed in
            TaskFolder.names(in: run.predictions(.val, preprocessed: preprocessed)).filter { $0.hasSuffix(ending) }
        }
    }

    @Test func validationCasesGetMasks() throws {
        try TinyTask.prepared(train: 5, test: 1) { (task: TinyTask) throws in
            let model = ModelFolder(root: task.root.appendingPathComponent("models"), task: TinyTask.name, model: name)
            try TrainedTask.install(in: task)
            try writtenOnRequest(task, model)
            try tuned(task, model)
            try usedByPredict(task, model)
        }
    }

    private func writtenOnRequest(_ task: TinyTask, _ model: ModelFolder) throws {
        let fold = model.fold(0)
        _ = try run(task, ["sweep", "000", name, "0"])
        #expect(maps(fold, "_seg.npz") == [[], []])
        let consolidate = ["consolidate", "000", name, "--num_folds", "1"]
        #expect(try run(task, consolidate + ["--sweep_boxes", "--sweep_instances"], fails: true).errors.contains("--instances"))
        #expect(try run(task, ["eval", "000", name, "0", "--seg"], fails: true).errors.contains("_seg.npz"))

        _ = try run(task, ["sweep", "000", name, "0", "--seg"])
        #expect(maps(fold, "_seg.npz").allSatisfy { $0.count == 1 } && maps(fold, "_instances.nii.gz") == [[], []])
        let scores: [String: Double] = try JSONFile.read(from: fold.results(.val).appendingPathComponent("results_seg.json"))
        #expect(!scores.isEmpty)
        // On the grids of the image and of the preprocessed case.
        for preprocessed in [false, true] {
            let folder = fold.predictions(.val, preprocessed: preprocessed)
            let map = try SegmentationPrediction.read(SegmentationPrediction.caseIDs(in: folder)[0], in: folder)
            #expect(map.isRestored == !preprocessed && map.labels.shape == SIMD3(36, 36, 36))
        }
        _ = try run(task, ["seg2nii", "000", name])
        for id in SegmentationPrediction.caseIDs(in: fold.predictions(.val)) {
            let map = try SegmentationPrediction.read(id, in: fold.predictions(.val))
            let picture = try ImageReader().readLabels(fold.file("val_predictions_nii/\(id)_seg.nii.gz"))
            #expect(picture.volume.voxels == map.labels.voxels.map(Int32.init) && picture.geometry.isClose(to: map.geometry))
        }
        // What belongs to other predictions goes.
        _ = try run(task, ["sweep", "000", name, "0"])
        #expect(maps(fold, "_seg.npz") == [[], []])

        _ = try run(task, ["sweep", "000", name, "0", "--instances"])
        #expect(maps(fold, "_instances.nii.gz").allSatisfy { $0.count == 1 } && maps(fold, "_seg.npz") == [[], []])
        _ = try run(task, ["eval", "000", name, "0", "--instances"])
        for preprocessed in [false, true] {
            let results = fold.results(.val, preprocessed: preprocessed).appendingPathComponent("results_instances.json")
            #expect(FileManager.default.fileExists(atPath: results.path))
        }
        #expect(!FileManager.default.fileExists(atPath: fold.sweep.appendingPathComponent("sweep_instances.csv").path))
        _ = try run(task, ["sweep", "000", name, "0", "--sweep-instances"])
        #expect(maps(fold, "_instances.nii.gz").allSatisfy { $0.count == 1 })
        for ending in ["csv", "png", "svg"] {
            #expect(FileManager.default.fileExists(atPath: fold.sweep.appendingPathComponent("sweep_instances.\(ending)").path))
        }
    }

    /// Made-up predictions, of which the best parameters are known: the object is seen at 0.35, its surroundings at 0.25; a second box of a
    /// lower score lies where there is nothing.
    private func tuned(_ task: TinyTask, _ model: ModelFolder) throws {
        let folder = model.fold(0).sweepPredictions
        let id = String(try #require(TaskFolder.names(in: folder).first { $0.hasSuffix("_raw.npz") }).dropLast("_raw.npz".count))
        let labels = task.file("preprocessed/D3V001_3d/labelsTr")
        let (truth, truths) = (try TruthMaps.instances(id, in: labels), try GroundTruth.read(id, in: labels))
        var raw = try RawPredictions.load(id, from: folder)
        var probabilities = Volume<Float>(shape: raw.shape, voxels: truth.volume.voxels.map { $0 > 0 ? 0.35 : 0.25 })
        let (far, object) = (Box(lower: SIMD3(-1, -1, -1), upper: SIMD3(3, 3, 3)), truths.boxes[0])
        for i in 0..<3 {
            for j in 0..<3 { for k in 0..<3 { probabilities.voxels[(i * raw.shape.y + j) * raw.shape.z + k] = 0.35 } }
        }
        raw.members = [
            RawPredictions.Member(
                model: 0, transform: 0,
                detections: Detections(boxes: [object, far], scores: [0.55, 0.45], labels: [truths.labels[0], truths.labels[0]]),
                weights: [1, 1], tiles: [0, 0])
        ]
        try raw.save(id, in: folder)
        try ClassProbabilities([probabilities]).save(id, in: folder)
        let consolidate = ["consolidate", "000", name, "--num_folds", "1"]
        _ = try run(task, consolidate + ["--sweep_boxes", "--sweep_instances"])
        let inference: InferencePlan = try JSONFile.read(from: model.consolidated.planInference)
        #expect(inference.instances == InstanceParameters(scoreThreshold: 0.5, foregroundThreshold: 0.3))
        let table = try String(contentsOf: model.consolidated.sweep.appendingPathComponent("sweep_instances.csv"), encoding: .utf8)
        #expect(table.contains("instance_score_thresh,0.5,") && table.contains("instance_foreground_thresh,0.3,"))
        // The masks are those of the tuned parameters: exactly the annotated object.
        let masks = try InstanceListing.read(id, in: model.consolidated.predictions(.val, preprocessed: true))
        #expect(masks.classes == [1: truths.labels[0]])
        #expect(zip(masks.map.voxels, truth.volume.voxels).allSatisfy { ($0 > 0) == ($1 > 0) })
        // Copied predictions keep the parameters of boxes, and get those of masks where they are asked for.
        _ = try run(task, consolidate + ["-c", "copy"])
        let copied: InferencePlan = try JSONFile.read(from: model.consolidated.planInference)
        #expect(copied.instances != inference.instances)
        _ = try run(task, consolidate + ["-c", "copy", "--sweep_instances"])
        #expect(try JSONFile.read(InferencePlan.self, from: model.consolidated.planInference).instances.foregroundThreshold == 0.3)
    }

    /// Both parameters change the masks of new images.
    private func usedByPredict(_ task: TinyTask, _ model: ModelFolder) throws {
        let image = task.file("raw_splitted/imagesTs/case_5_0000.nii.gz").path
        func objects(_ score: Double, _ foreground: Double) throws -> (Int, Int) {
            let plan = model.fold(0).planInference
            var inference: InferencePlan = try JSONFile.read(from: plan)
            inference.instances = InstanceParameters(scoreThreshold: score, foregroundThreshold: foreground)
            try JSONFile.write(inference, to: plan)
            let output = task.root.appendingPathComponent("masks")
            _ = try run(
                task,
                [
                    "predict", "--model", model.fold(0).url.path, "--input", image, "--output", output.path, "--instances", "--num_tta",
                    "1",
                    "--score", "all",
                ])
            let masks = try InstanceListing.read("case_5", in: output)
            return (masks.classes.count, masks.map.voxels.count { $0 > 0 })
        }
        let all = try objects(0, 0)
        #expect(all.0 > 1 && all.1 > 0)
        #expect(try objects(1.1, 0) == (0, 0))
        let none = try objects(0, 1)
        #expect(none.0 == all.0 && none.1 == 0)
    }
}
