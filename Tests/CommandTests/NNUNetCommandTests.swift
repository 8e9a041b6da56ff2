import Boxes
import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// `nndet nnunet export` and `import`: every option has its effect.
@Suite struct NNUNetCommandTests {
    /// Four training cases with objects of two classes, two test cases; `prep`'s evaluation labels beside them.
    private func withTask(
        name: String = "Task900_Fixture", classes: [String] = ["a", "b"], _ body: (TaskFolder, CommandLineTool, URL) throws -> Void
    ) throws {
        try withTemporaryFolder { (root: URL) throws in
            let fixture = try TaskFixture(in: root.appendingPathComponent("data"), name: name, classes: classes, testLabels: true)
            for (index, id) in ["c1", "c2", "c3", "c4", "t1", "t2"].enumerated() {
                let split: TaskFolder.Split = index < 4 ? .train : .test
                let lower = SIMD3(2 + index % 2, 3, 4)
                try fixture.add(
                    id, split, spacing: SIMD3(2, 1, 0.5),
                    objects: [
                        .init(lower, lower &+ 3), .init(SIMD3(8, 9, 9), SIMD3(10, 11, 13), label: classes.count - 1),
                    ], seed: UInt64(index))
                let map = try ImageReader().readLabels(fixture.label(id, split)).volume
                let labels = try CaseLabels.read(fixture.task.labelJSON(of: id, split)).instances
                let boxes = map.instanceBoxes()
                try GroundTruth(boxes: boxes.map(\.box), labels: boxes.map { labels[$0.id] ?? 0 })
                    .write(id, in: fixture.task.evaluationLabels(split))
            }
            try body(fixture.task, CommandLineTool(in: root), root)
        }
    }

    private func describe(_ task: TaskFolder, _ keys: [String: Document]) throws {
        let file = task.url.appendingPathComponent("dataset.json")
        try JSONFile.write(Document.read(file).merging(.map(keys)), to: file)
    }

    private func names(_ folder: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }

    // MARK: Export

    @Test func exportForVersion1() throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool, root: URL) throws in
            var tool = tool
            tool.environment["nnUNet_raw"] = nil
            tool.environment["nnUNet_raw_data_base"] = root.appendingPathComponent("base").path
            let run = try tool.run("nnunet", "export", "900")
            #expect(run.status == 0 && run.output.contains("4 training and 2 test cases for nnU-Net 1"), "\(run.errors)")
            let target = root.appendingPathComponent("base/nnUNet_raw_data/Task900_Fixture")
            #expect(names(target.appendingPathComponent("imagesTr")) == ["c1", "c2", "c3", "c4"].map { "\($0)_0000.nii.gz" })
            #expect(names(target.appendingPathComponent("imagesTs")) == ["t1", "t2"].map { "\($0)_0000.nii.gz" })
            #expect(
                try Data(contentsOf: target.appendingPathComponent("imagesTr/c1_0000.nii.gz"))
                    == Data(contentsOf: task.images(.train).appendingPathComponent("c1_0000.nii.gz")))
            let label = try ImageReader().readLabels(target.appendingPathComponent("labelsTr/c2.nii.gz"))
            let original = try ImageReader().readLabels(task.labelFile(of: "c2", .train))
            #expect(label.geometry.isClose(to: original.geometry) && label.volume == original.volume)
            let description = try Document.read(target.appendingPathComponent("dataset.json"))
            #expect(description["labels"]?["2"] == .text("b") && description["numTest"] == .integer(2))
            #expect(FileManager.default.fileExists(atPath: target.appendingPathComponent("nnunet_export.log").path))

            // Again: nothing to do; a changed label is exported again, a case that is gone goes.
            #expect(try tool.run("nnunet", "export", "Fixture").output.contains("6 of them there already"))
            try JSONFile.write(CaseLabels(instances: [1: 1, 2: 1]), to: task.labelJSON(of: "c2", .train))
            for file in [try task.imageFiles(of: "c4", .train)[0], try task.labelFile(of: "c4", .train)] {
                try FileManager.default.removeItem(at: file)
            }
            #expect(try tool.run("nnunet", "export", "900", "-np", "1").output.contains("4 of them there already"))
            #expect(
                try ImageReader().readLabels(target.appendingPathComponent("labelsTr/c2.nii.gz")).volume.voxels.allSatisfy {
                    $0 == 0 || $0 == 2
                })
            #expect(names(target.appendingPathComponent("labelsTr")) == ["c1.nii.gz", "c2.nii.gz", "c3.nii.gz"])
            #expect(try Document.read(target.appendingPathComponent("dataset.json"))["numTraining"] == .integer(3))
            // What is not ours is not trained on.
            try Data().write(to: target.appendingPathComponent("imagesTr/other_0000.nii.gz"))
            let stranger = try tool.run("nnunet", "export", "900")
            #expect(stranger.status == 1 && stranger.errorLines.count == 1 && stranger.errors.contains("other_0000.nii.gz: is of no case"))
        }
    }

    @Test func exportForVersion2WithStuffAndNewNames() throws {
        try withTask(name: "Task900D3_Fixture") { (task: TaskFolder, tool: CommandLineTool, root: URL) throws in
            var tool = tool
            tool.environment["nnUNet_raw_data_base"] = nil
            tool.environment["nnUNet_raw"] = root.appendingPathComponent("raw").path
            let letters = try tool.run("nnunet", "export", "900D3")
            #expect(letters.status == 1 && letters.errors.contains("--new_tasks, for example Dataset100_Fixture"))
            let none = try tool.run("nnunet", "export", "900D3", "-nt", "Dataset950_X", "--stuff")
            #expect(none.status == 1 && none.errors.contains("'labels_stuff'"))

            try describe(task, ["labels_stuff": .map(["1": .text("organ")])])
            let missing = try tool.run("nnunet", "export", "900D3", "-nt", "Dataset950_X", "--stuff")
            #expect(missing.status == 1 && missing.errors.contains("has no map of its stuff"))
            for id in ["c1", "c2", "c3", "c4"] {
                let map = try ImageReader().readLabels(task.labelFile(of: id, .train))
                var stuff = Volume<Int32>(shape: map.volume.shape, filledWith: 0)
                stuff[0, 0, 0] = 1
                stuff[8, 9, 9] = 1
                try ImageWriter.write(
                    Image(volume: stuff, geometry: map.geometry), to: task.labels(.train).appendingPathComponent("\(id)_stuff.nii.gz"))
            }
            let run = try tool.run("nnunet", "export", "900D3", "--new_tasks", "Dataset950_X", "--stuff")
            #expect(run.status == 0 && run.output.contains("for nnU-Net 2"), "\(run.errors)")
            let target = root.appendingPathComponent("raw/Dataset950_X")
            let label = try ImageReader().readLabels(target.appendingPathComponent("labelsTr/c1.nii.gz")).volume
            #expect(label[0, 0, 0] == 3 && label[8, 9, 9] == 3 && label[8, 9, 10] == 2 && label[2, 3, 4] == 1)
            #expect(
                try Document.read(target.appendingPathComponent("dataset.json"))["labels"]
                    == .map(["background": .integer(0), "a": .integer(1), "b": .integer(2), "organ": .integer(3)]))
            // Without --stuff the maps are made again.
            #expect(try tool.run("nnunet", "export", "900D3", "-nt", "Dataset950_X").status == 0)
            #expect(try ImageReader().readLabels(target.appendingPathComponent("labelsTr/c1.nii.gz")).volume[0, 0, 0] == 0)

            // Both variables set: the version must be said.
            tool.environment["nnUNet_raw_data_base"] = root.appendingPathComponent("base").path
            #expect(try tool.run("nnunet", "export", "900D3", "-nt", "950_X").errors.contains("--format: both nnUNet_raw and"))
            #expect(try tool.run("nnunet", "export", "900D3", "-nt", "950_X", "--format", "v1").status == 0)
            #expect(FileManager.default.fileExists(atPath: root.appendingPathComponent("base/nnUNet_raw_data/Task950_X/dataset.json").path))
            #expect(try tool.run("nnunet", "export", "900D3", "-nt", "950_X", "951_Y").errors.contains("names 2 tasks for 1"))
            #expect(try tool.run("nnunet", "export", "900D3", "--format", "v3").status == 2)
            #expect(try tool.run("nnunet", "export", "900D3", "-np", "0").status == 2)
            tool.environment["nnUNet_raw"] = nil
            tool.environment["nnUNet_raw_data_base"] = nil
            #expect(try tool.run("nnunet", "export", "900D3", "-nt", "950_X").errors.contains("nnUNet_raw: is not set"))
            // Another root by an override.
            tool.environment["nnUNet_raw"] = root.appendingPathComponent("raw2").path
            tool.environment["det_data"] = "/nowhere"
            let override = "host.parent_data=\(task.url.deletingLastPathComponent().path)"
            #expect(try tool.run("nnunet", "export", "900D3", "-nt", "950_X", "-o", override).status == 0)
        }
    }

    @Test func imagesOfOtherFormatsBecomeNIfTI() throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool, root: URL) throws in
            var tool = tool
            tool.environment["nnUNet_raw_data_base"] = nil
            tool.environment["nnUNet_raw"] = root.appendingPathComponent("raw").path
            let file = try task.imageFiles(of: "c1", .train)[0]
            let image = try ImageReader().read(file)
            try FileManager.default.removeItem(at: file)
            let whole = Volume<Float>(shape: image.volume.shape, voxels: image.volume.voxels.map { ($0 * 100).rounded() })
            try ImageWriter.write(
                Image(volume: whole, geometry: image.geometry), to: task.images(.train).appendingPathComponent("c1_0000.mha"))
            #expect(try tool.run("nnunet", "export", "900").status == 0)
            let copy = try ImageReader().read(root.appendingPathComponent("raw/Dataset900_Fixture/imagesTr/c1_0000.nii.gz"))
            #expect(copy.volume == whole && copy.geometry.isClose(to: image.geometry))
        }
    }

    // MARK: Import

    private func prediction(_ id: String, _ root: URL, _ folder: String = "nnUNet/consolidated/val_predictions") throws -> CasePrediction {
        try CasePrediction.read(id, in: root.appendingPathComponent("models/Task900_Fixture/\(folder)"))
    }

    @Test(arguments: [NNUNetResults.Version.v1, .v2]) func searchEvaluationAndTestCases(version: NNUNetResults.Version) throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool, root: URL) throws in
            // Single voxels that are surer than the objects: only their size tells them.
            var results = NNUNetResults(task: task, version: version)
            results.noise = [(SIMD3(6, 2, 2), 0.95), (SIMD3(6, 6, 14), 0.97)]
            let trainer = root.appendingPathComponent("results/Task900_Fixture/trainer")
            try results.writeTrainer(trainer)
            let run = try tool.run("nnunet", "import", "-d", trainer.path, "-m", "val")
            #expect(run.status == 0 && run.output.contains("min_num_voxel_5"), "\(run.errors)")
            let model = root.appendingPathComponent("models/Task900_Fixture/nnUNet")
            let settings = try Document.read(model.appendingPathComponent("consolidated/postprocessing.json"))
            #expect(settings["min_num_voxel"] == .integer(5) && settings["aggregation"] == .text("max") && settings["min_threshold"] == nil)
            let summary: [[String: Double]] = try JSONFile.read(from: model.appendingPathComponent("consolidated/summary.json"))
            #expect(
                summary.count == 15 && (summary[0]["min_num_voxel_0"] ?? 1) < 0.9 && abs((summary[1]["min_num_voxel_5"] ?? 0) - 1) < 1e-9)
            #expect(FileManager.default.fileExists(atPath: model.appendingPathComponent("import.log").path))
            let found = try prediction("c1", root)
            #expect(found.detections.count == 2 && found.isRestored && abs(found.detections.scores[0] - 0.9) < 1e-3)
            let image = try ImageReader().geometry(task.imageFiles(of: "c1", .train)[0])
            #expect(found.geometry.isClose(to: image))
            let truth = try GroundTruth.read("c1", in: task.evaluationLabels(.train))
            #expect(Set(found.detections.boxes) == Set(truth.boxes))
            // In the space of the images only: there is no other.
            let eval = try tool.run("eval", "900", "nnUNet", "-1", "--boxes")
            #expect(eval.status == 0 && !eval.output.contains("preprocessed space"), "\(eval.errors)")
            let scores: [String: Double] = try JSONFile.read(
                from: model.appendingPathComponent("consolidated/val_results/results_boxes.json"))
            #expect(abs((scores["AP_IoU_0.50_MaxDet_100"] ?? 0) - 1) < 1e-9)

            let predictions = root.appendingPathComponent("predicted")
            for id in ["t1", "t2"] { try results.write(id, .test, in: predictions) }
            #expect(try tool.run("nnunet", "import", "-d", predictions.path, "-m", "test").errors.contains("names a task"))
            let test = try tool.run("nnunet", "import", "-d", predictions.path, "-m", "test", "-t", "900")
            #expect(test.status == 0, "\(test.errors)")
            #expect(try prediction("t2", root, "nnUNet/consolidated/test_predictions").detections.count == 2)
            let scored = try tool.run("eval", "900", "nnUNet", "-1", "--test")
            #expect(scored.status == 0, "\(scored.errors)")
        }
    }

    @Test func thresholdsWorkWithOneClass() throws {
        try withTask(classes: ["only"]) { (task: TaskFolder, tool: CommandLineTool, root: URL) throws in
            // Objects that never win against the background.
            let results = NNUNetResults(task: task, version: .v2, certainty: 0.35)
            let trainer = root.appendingPathComponent("results/Dataset900_Fixture/trainer")
            try results.writeTrainer(trainer)
            let run = try tool.run("nnunet", "import", "--nnunet", trainer.path, "--mode", "val", "--num_workers", "1")
            #expect(run.status == 0, "\(run.errors)")
            let settings = try Document.read(
                root.appendingPathComponent("models/Task900_Fixture/nnUNet/consolidated/postprocessing.json"))
            #expect(settings["min_threshold"] == .number(0.1))
            #expect(try prediction("c1", root).detections.count == 2)
        }
    }

    @Test func simpleSettingsPrefixAndMaps() throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool, root: URL) throws in
            var results = NNUNetResults(task: task)
            results.noise = [(SIMD3(6, 2, 2), 0.95), (SIMD3(6, 2, 3), 0.95), (SIMD3(6, 2, 4), 0.95), (SIMD3(6, 2, 5), 0.95)]
            let trainer = root.appendingPathComponent("results/trainer")
            try results.writeTrainer(trainer)
            // No annotated objects are needed.
            try FileManager.default.removeItem(at: task.evaluationLabels(.train))
            let plus = try tool.run("nnunet", "import", "-d", trainer.path, "-m", "val", "-t", "900")
            #expect(plus.status == 1 && plus.errors.contains("add --simple"))
            let run = try tool.run("nnunet", "import", "-d", trainer.path, "-m", "val", "-t", "900", "--simple")
            #expect(run.status == 0 && run.output.contains("5 voxels and more, threshold none, max"), "\(run.errors)")
            let folder = root.appendingPathComponent("models/Task900_Fixture/nnUNet_Simple/consolidated")
            #expect(try prediction("c3", root, "nnUNet_Simple/consolidated/val_predictions").detections.count == 2)
            #expect(names(folder.appendingPathComponent("val_predictions")).allSatisfy { $0.contains("_boxes.") })

            let maps = try tool.run(
                "nnunet", "import", "-d", trainer.path, "-m", "val", "-t", "900", "--simple", "-pf", "other", "--save_seg", "--save_iseg")
            #expect(maps.status == 0, "\(maps.errors)")
            let other = folder.appendingPathComponent("other_predictions")
            let segmentation = try SegmentationPrediction.read("c3", in: other).labels
            #expect(segmentation[6, 2, 3] == 1 && segmentation[8, 9, 9] == 2 && segmentation[0, 0, 0] == 0)
            let (map, classes) = try InstanceListing.read("c3", in: other)
            #expect(classes.count == 2 && map[6, 2, 3] == 0 && classes[Int(map[8, 9, 9])] == 1 && classes[Int(map[2, 3, 4])] == 0)
            let seg = try tool.run(
                "nnunet", "import", "-d", trainer.path, "-m", "val", "-t", "900", "--simple", "--prefix", "third", "--save-seg")
            #expect(seg.status == 0)
            let third = names(folder.appendingPathComponent("third_predictions"))
            #expect(third.contains("c1_seg.npz") && !third.contains("c1_instances.json"))
            #expect(try tool.run("nnunet", "import", "-d", trainer.path, "-m", "val", "--prefix", "a/b").status == 2)
            #expect(try tool.run("nnunet", "import", "-d", trainer.path, "-m", "val", "--num_workers", "0").status == 2)
            #expect(try tool.run("nnunet", "import", "-m", "val").status == 2)
            #expect(try tool.run("nnunet", "import", "-d", trainer.path, "-m", "both").status == 2)
        }
    }

    @Test func severalModelsAreJoinedAndStuffIsLeftOut() throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool, root: URL) throws in
            try describe(task, ["labels_stuff": .map(["1": .text("organ")])])
            let (first, second) = (root.appendingPathComponent("Task900_Fixture/a"), root.appendingPathComponent("b"))
            try NNUNetResults(task: task, version: .v1, certainty: 0.9, stuffClasses: 1).writeTrainer(first)
            try NNUNetResults(task: task, version: .v2, certainty: 0.6, stuffClasses: 1).writeTrainer(second, folds: 3)
            let run = try tool.run("nnunet", "import", "-d", first.path, second.path, "-m", "val")
            #expect(run.status == 0 && run.output.contains("2 models"), "\(run.errors)")
            let found = try prediction("c1", root).detections
            #expect(found.count == 2 && abs(found.scores[0] - 0.75) < 1e-3)

            // Again with one of them: other files, other objects.
            #expect(try tool.run("nnunet", "import", "-d", second.path, "-m", "val", "-t", "900").status == 0)
            #expect(try abs(prediction("c1", root).detections.scores[0] - 0.6) < 1e-3)

            try FileManager.default.removeItem(at: second.appendingPathComponent("fold_0/validation/c1.npz"))
            let missing = try tool.run("nnunet", "import", "-d", first.path, second.path, "-m", "val")
            #expect(missing.status == 1 && missing.errorLines.count == 1 && missing.errors.contains("has not the cases of"))
            #expect(missing.errors.contains("c1"))
            let some = try tool.run("nnunet", "import", "-d", second.path, "-m", "val", "-t", "900")
            #expect(some.status == 0 && some.errors.contains("not predicted by nnU-Net: c1"))
            #expect(
                !FileManager.default.fileExists(
                    atPath: CasePrediction.file(
                        of: "c1", in: root.appendingPathComponent("models/Task900_Fixture/nnUNet/consolidated/val_predictions")
                    ).path))
        }
    }

    @Test func mistakesAreOneLine() throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool, root: URL) throws in
            func fails(_ arguments: [String], _ text: String) throws {
                let run = try tool.run(["nnunet", "import"] + arguments)
                #expect(run.status == 1 && run.errorLines.count == 1 && run.errors.contains(text), "\(run.errors)")
            }
            let trainer = root.appendingPathComponent("trainer")
            try fails(["-d", trainer.path, "-m", "val", "-t", "900"], "no such folder")
            try AtomicFile.createFolder(trainer)
            try fails(["-d", trainer.path, "-m", "val", "-t", "900"], "holds no folds")
            try fails(["-d", trainer.path, "-m", "test", "-t", "900"], "holds no probabilities (.npz)")
            try AtomicFile.createFolder(trainer.appendingPathComponent("fold_0/validation_raw"))
            try fails(["-d", trainer.path, "-m", "val", "-t", "900"], "train with --npz")
            let results = NNUNetResults(task: task)
            try results.writeTrainer(trainer)
            try fails(["-d", trainer.path, "-m", "val", "-t", "901"], "task '901'")
            try fails(["-d", trainer.path, "-m", "test", "-t", "900"], "holds no probabilities")
            let raw = trainer.appendingPathComponent("fold_0/validation_raw")
            try fails(["-d", raw.path, "-m", "test", "-t", "900"], "2 of 2 cases are no test cases of Task900_Fixture: c1, c3")
            let predictions = root.appendingPathComponent("predictions")
            for id in ["t1", "t2"] { try results.write(id, .test, in: predictions) }
            try fails(["-d", predictions.path, "-m", "test", "-t", "900"], "run with --mode val first")
            // The same case in two folds, a pickle cut off, too few classes.
            try results.write("c1", .train, in: trainer.appendingPathComponent("fold_1/validation_raw"))
            try fails(["-d", trainer.path, "-m", "val", "-t", "900"], "also in another fold")
            try FileManager.default.removeItem(at: trainer.appendingPathComponent("fold_1/validation_raw/c1.npz"))
            let pickle = raw.appendingPathComponent("c1.pkl")
            let whole = try Data(contentsOf: pickle)
            try whole.prefix(40).write(to: pickle)
            try fails(["-d", trainer.path, "-m", "val", "-t", "900"], "c1.pkl: is truncated or damaged")
            try whole.write(to: pickle)
            let file = raw.appendingPathComponent("c1.npz")
            let arrays = try NPZ.read(file)
            let softmax = try #require(arrays["softmax"])
            try NPZ.write(["softmax": NPYArray(softmax.floats().map { 3 * $0 - 1 }, shape: softmax.shape)], to: file)
            try fails(["-d", trainer.path, "-m", "val", "-t", "900"], "holds values that are no probabilities of classes")
            try NPZ.write(arrays, to: file)
            try describe(task, ["labels": .map(["0": .text("a"), "1": .text("b"), "2": .text("c")])])
            try fails(["-d", trainer.path, "-m", "val", "-t", "900"], "holds 3 classes with background, 4 are expected")
        }
    }
}
