import Core
import Foundation
import Imaging
import Preprocessing
import Support
import TestSupport
import Testing
import Torch

/// A model folder of the original with its data; nil where the conformance data is absent.
private let original: URL? = {
    let folder = SeedFolder.root.appendingPathComponent("interop")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
}()

/// `import-python`, `export-python`, and the original's data and predictions in the other commands, with a model of the original.
@Suite(.serialized, .enabled(if: original != nil, "needs the conformance data"))
struct PythonCommandTests {
    private static let python = ProcessInfo.processInfo.environment["NNDET_TEST_PYTHON"]
    private let task = "Task000D3_Example"

    private func folder() throws -> URL { try #require(original) }

    @discardableResult
    private func run(_ tool: CommandLineTool, _ arguments: [String], fails: Bool = false) throws -> CommandLineTool.Result {
        let result = try tool.run(arguments)
        #expect((result.status == 0) != fails, "\(arguments.joined(separator: " ")): \(result.errors)")
        if fails { #expect(result.errorLines.count == 1, "\(result.errors)") }
        return result
    }

    private func imported(_ body: (_ tool: CommandLineTool, _ model: URL, _ root: URL) throws -> Void) throws {
        try withTemporaryFolder { (root: URL) throws in
            let tool = CommandLineTool(in: root)
            let model = root.appendingPathComponent("model")
            try run(tool, ["import-python", "--model", folder().appendingPathComponent("consolidated").path, "--output", model.path])
            try body(tool, model, root)
        }
    }

    @Test func aModelIsImportedOnce() throws {
        try imported { tool, model, root in
            let info = try run(tool, ["model", "info", model.path]).output
            for text in ["0 Square, 1 SquareHole", "D3V001_3d", "model_fold0.safetensors", "tuned on validation cases", "as stored"] {
                #expect(info.contains(text), "\(text)")
            }
            let source = try folder().appendingPathComponent("consolidated").path
            #expect(try run(tool, ["import-python", "--model", source, "--output", model.path]).output.contains("imported already"))
            // A file that is missing is made again.
            let weights = model.appendingPathComponent("model_fold0.safetensors")
            let content = try Data(contentsOf: weights)
            try FileManager.default.removeItem(at: weights)
            try run(tool, ["import-python", "--model", source, "--output", model.path, "--overwrite"])
            #expect(try Data(contentsOf: weights) == content)
            // Another model is not replaced without being asked.
            let copy = root.appendingPathComponent("copy")
            try FileManager.default.copyItem(at: URL(fileURLWithPath: source), to: copy)
            let config = copy.appendingPathComponent("config.yaml")
            let text = try String(contentsOf: config, encoding: .utf8)
            try chmod(copy)
            try Data((text + "seed: 3\n").utf8).write(to: config)
            #expect(
                try run(tool, ["import-python", "--model", copy.path, "--output", model.path], fails: true).errors.contains("--overwrite"))
            try run(tool, ["import-python", "--model", copy.path, "--output", model.path, "--overwrite"])
            // It packs as any other.
            try run(tool, ["model", "pack", model.path, "--output", root.appendingPathComponent("m.nndet").path])

            // What has no counterpart is named.
            try Data((text + "my_own_key: 3\n").utf8).write(to: config)
            #expect(
                try run(tool, ["import-python", "--model", copy.path, "--output", root.path + "/x"], fails: true).errors.contains(
                    "my_own_key"))
            try Data(text.replacing("head_channels: 32", with: "head_channels: 16").utf8).write(to: config)
            #expect(
                try run(tool, ["import-python", "--model", copy.path, "--output", root.path + "/y"], fails: true).errors.contains(
                    "model_fold0.ckpt"))
            #expect(
                try run(tool, ["import-python", "--model", root.path, "--output", root.path + "/z"], fails: true).errors.contains(
                    "model_last.ckpt"))
            try Data("cos\nsystem\n(S'id'\ntR.".utf8).write(to: copy.appendingPathComponent("plan.pkl"))
            #expect(
                try run(tool, ["import-python", "--model", copy.path, "--output", root.path + "/w"], fails: true).errors.contains(
                    "os.system"))
        }
    }

    /// A folder from elsewhere may say anything: nothing is written beside the output, no number ends the program.
    @Test func strangeConfigurationsAreNamed() throws {
        try withTemporaryFolder { (root: URL) throws in
            let tool = CommandLineTool(in: root)
            let copy = root.appendingPathComponent("copy")
            try FileManager.default.copyItem(at: folder().appendingPathComponent("consolidated"), to: copy)
            try chmod(copy)
            let config = copy.appendingPathComponent("config.yaml")
            let text = try String(contentsOf: config, encoding: .utf8)
            for (known, strange, named) in [
                ("task: Task000D3_Example", "task: ../../evil/Task000_X", "'task'"), ("num_convs: 1", "num_convs: 1000000000", "num_convs"),
            ] {
                try Data(text.replacing(known, with: strange).utf8).write(to: config)
                #expect(text.contains(known))
                let arguments = try ["import-python", "--model", copy.path, "--output", root.path + "/in/x", "--data", folder().path]
                #expect(try run(tool, arguments, fails: true).errors.contains(named))
            }
            #expect(!FileManager.default.fileExists(atPath: root.appendingPathComponent("evil").path))
        }
    }

    /// The original's numbers are those of float32, whatever the model was trained in.
    @Test func referenceBehaviourPredictsInFullPrecision() throws {
        try withTemporaryFolder { (root: URL) throws in
            let tool = CommandLineTool(in: root)
            let (copy, model) = (root.appendingPathComponent("copy"), root.appendingPathComponent("model"))
            try FileManager.default.copyItem(at: folder().appendingPathComponent("consolidated"), to: copy)
            try chmod(copy)
            let config = copy.appendingPathComponent("config.yaml")
            let text = try String(contentsOf: config, encoding: .utf8)
            try Data(text.replacing("precision: 32", with: "precision: 16").utf8).write(to: config)
            try run(tool, ["import-python", "--model", copy.path, "--output", model.path])
            func predict(_ name: String, _ options: [String]) throws -> (output: String, found: CasePrediction) {
                let (images, output) = (try folder().appendingPathComponent("imagesTs"), root.appendingPathComponent(name))
                let arguments = ["predict", "--model", model.path, "--input", images.path, "--output", output.path, "--num_tta", "1"]
                let text = try run(tool, arguments + options).output
                return (text, try CasePrediction.read("case_10", in: output))
            }
            let half = try predict("half", [])
            #expect(half.output.contains("bfloat16") == Device.cpu.supportsBFloat16)
            let reference = try predict("reference", ["--reference-behaviour"])
            let single = try predict("single", ["--reference-behaviour", "-o", "trainer_cfg.precision=32"])
            #expect(!reference.output.contains("bfloat16") && reference.found == single.found)
        }
    }

    /// Weights that came from elsewhere are not trained over unasked.
    @Test func anImportedFoldIsNotTrainedOver() throws {
        try withTemporaryFolder { (root: URL) throws in
            let tool = CommandLineTool(in: root)
            let place = root.appendingPathComponent("data/\(task)")
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            for name in ["preprocessed", "dataset.json"] {
                try FileManager.default.copyItem(at: folder().appendingPathComponent(name), to: place.appendingPathComponent(name))
            }
            try chmod(place)
            let split = "[{\"train\": [\"case_1\"], \"val\": [\"case_7\"]}]"
            try Data(split.utf8).write(to: place.appendingPathComponent("preprocessed/splits_final.json"))
            try run(tool, ["unpack", "000"])
            let fold = root.appendingPathComponent("models/\(task)/RetinaUNetV001_D3V001_3d/fold0")
            try run(tool, ["import-python", "--model", folder().appendingPathComponent("consolidated").path, "--output", fold.path])
            let weights = try #require(
                try FileManager.default.contentsOfDirectory(atPath: fold.path).first { $0.hasSuffix(".safetensors") })
            try FileManager.default.moveItem(
                at: fold.appendingPathComponent(weights), to: fold.appendingPathComponent("model_final.safetensors"))
            let kept = try Data(contentsOf: fold.appendingPathComponent("model_final.safetensors"))
            #expect(try run(tool, ["train", "000"] + ChainTests.short, fails: true).errors.contains("--overwrite"))
            #expect(try Data(contentsOf: fold.appendingPathComponent("model_final.safetensors")) == kept)
        }
    }

    /// Killed without a warning at any moment, the same command ends with the model and data of one that was left alone.
    @Test func aKilledImportGoesOn() throws {
        try withTemporaryFolder { (root: URL) throws in
            let tool = CommandLineTool(in: root)
            let (calm, model) = (root.appendingPathComponent("calm"), root.appendingPathComponent("model"))
            let source = try folder()
            func command(_ output: URL) -> [String] {
                let weights = source.appendingPathComponent("consolidated").path
                return ["import-python", "--model", weights, "--output", output.path, "--data", source.path]
            }
            try run(tool, command(calm))
            let written = ["meta.json", "config.yaml", "plan.json", "model_fold0.safetensors", "data/\(task)/dataset.json"]
            var kills = 0
            for file in written {
                let place = model.appendingPathComponent(file).path
                kills += try tool.killed(command(model)) { FileManager.default.fileExists(atPath: place) } ? 1 : 0
            }
            #expect(kills > 0)
            try run(tool, command(model))
            let files = CommandLineTool.finishedFiles(in: calm)
            #expect(CommandLineTool.finishedFiles(in: model) == files && files.contains("model_fold0.safetensors"))
            for file in files where file != "meta.json" && !file.hasPrefix("data") || file.hasSuffix(".npz") {
                let (one, other) = (calm.appendingPathComponent(file), model.appendingPathComponent(file))
                #expect(try Data(contentsOf: one) == Data(contentsOf: other), "\(file)")
            }
        }
    }

    /// The conformance data may be read-only, and so are its copies.
    private func chmod(_ folder: URL) throws {
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        for path in [folder.path] + names.map({ folder.appendingPathComponent($0).path }) {
            let isFolder = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType == .typeDirectory
            try FileManager.default.setAttributes([.posixPermissions: isFolder ? 0o755 : 0o644], ofItemAtPath: path)
        }
    }

    /// Pickled predictions are scored as ours with the same numbers are.
    @Test func pickledPredictionsAreEvaluated() throws {
        try withTemporaryFolder { (root: URL) throws in
            let tool = CommandLineTool(in: root)
            let (labels, ours) = (root.appendingPathComponent("labels"), root.appendingPathComponent("ours"))
            let theirs = try folder().appendingPathComponent("test_predictions")
            for id in CasePrediction.caseIDs(in: theirs) {
                let classes = try CaseLabels.read(folder().appendingPathComponent("labelsTs/\(id).json")).instances
                let map = try ImageReader().readLabels(folder().appendingPathComponent("labelsTs/\(id).nii.gz")).volume
                try EvaluationLabels(segmentation: map, classes: classes).truth.write(id, in: labels)
                try CasePrediction.read(id, in: theirs).write(in: ours)
            }
            let results = try [theirs, ours].enumerated().map { index, predictions -> [String: Double] in
                let output = root.appendingPathComponent("results\(index)")
                try run(tool, ["eval", "--predictions", predictions.path, "--labels", labels.path, "--output", output.path])
                return try JSONFile.read(from: output.appendingPathComponent("results_boxes.json"))
            }
            #expect(results[0] == results[1])
            #expect(try #require(results[0]["AP_IoU_0.10_MaxDet_100"]) > 0)
        }
    }

    /// The original's preprocessed folder in its place is unpacked and trained on; `--data` makes a task of it elsewhere.
    @Test func preprocessedDataIsTrainedOn() throws {
        try withTemporaryFolder { (root: URL) throws in
            let tool = CommandLineTool(in: root)
            let place = root.appendingPathComponent("data/\(task)")
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                at: folder().appendingPathComponent("preprocessed"), to: place.appendingPathComponent("preprocessed"))
            try FileManager.default.copyItem(
                at: folder().appendingPathComponent("dataset.json"), to: place.appendingPathComponent("dataset.json"))
            try chmod(place)
            let training = ["train", "000"] + ChainTests.short
            #expect(try run(tool, training, fails: true).errors.contains("not among the preprocessed cases"))
            // Of ten cases two are here: a split of their own.
            let split = "[{\"train\": [\"case_1\"], \"val\": [\"case_7\"]}]"
            try Data(split.utf8).write(to: place.appendingPathComponent("preprocessed/splits_final.json"))
            try run(tool, ["unpack", "000"])
            try run(tool, training)
            let weights = root.appendingPathComponent("models/\(task)/RetinaUNetV001_D3V001_3d/fold0/model_final.safetensors")
            #expect(FileManager.default.fileExists(atPath: weights.path))

            let model = root.appendingPathComponent("model")
            let importing = try [
                "import-python", "--model", folder().appendingPathComponent("consolidated").path, "--output", model.path, "--data",
                folder().path,
            ]
            #expect(try run(tool, importing).output.contains("3 cases"))
            #expect(try run(tool, importing).output.contains("0 files made"))
            var other = tool
            other.environment["det_data"] = model.appendingPathComponent("data").path
            try Data(split.utf8).write(to: model.appendingPathComponent("data/\(task)/preprocessed/splits_final.json"))
            try run(other, ["unpack", "000"])
            try run(other, training + ["exp.tag=_again"])
        }
    }

    /// What Python sees of the export: the names, shapes and numbers of the original's own checkpoint, in a module of that shape.
    private static let loader = """
        import sys, types, collections, torch
        sys.path.insert(0, sys.argv[1])
        from nndet_files import load_weights, load_predictions
        # The checkpoint names a class of Lightning, which is not needed.
        for name in ["pytorch_lightning", "pytorch_lightning.callbacks", "pytorch_lightning.callbacks.model_checkpoint"]:
            sys.modules[name] = types.ModuleType(name)
        sys.modules["pytorch_lightning.callbacks.model_checkpoint"].ModelCheckpoint = type("ModelCheckpoint", (), {})
        state = torch.load(sys.argv[2], map_location="cpu", weights_only=False)["state_dict"]
        root = torch.nn.Module()
        for name, value in state.items():
            module, *rest = root, *name.split(".")
            for part in rest[:-1]:
                if not hasattr(module, part):
                    module.add_module(part, torch.nn.Module())
                module = getattr(module, part)
            module.register_parameter(rest[-1], torch.nn.Parameter(torch.zeros_like(value)))
        weights = load_weights(sys.argv[1] + "/model_fold0.safetensors")
        print(root.load_state_dict(weights, strict=True))
        assert all(torch.equal(value, state[name]) for name, value in root.state_dict().items())
        found = load_predictions(sys.argv[3])
        print(found["pred_boxes"].shape, found["pred_scores"].dtype, found["restore"], len(found["itk_direction"]))
        """

    @Test(.enabled(if: python != nil, "needs PyTorch: make test-full"))
    func pythonReadsWhatIsExported() throws {
        try imported { tool, model, root in
            let exported = root.appendingPathComponent("exported")
            try run(tool, ["export-python", "--model", model.path, "--output", exported.path])
            for file in ["model_fold0.safetensors", "plan.json", "plan_inference.json", "config.yaml", "nndet_files.py"] {
                #expect(FileManager.default.fileExists(atPath: exported.appendingPathComponent(file).path), "\(file)")
            }
            let predictions = root.appendingPathComponent("predictions")
            let theirs = try folder().appendingPathComponent("test_predictions")
            try CasePrediction.read("case_10", in: theirs).write(in: predictions)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = try [
                "python3", "-c", Self.loader, exported.path, folder().appendingPathComponent("consolidated/model_fold0.ckpt").path,
                predictions.appendingPathComponent("case_10_boxes.npz").path,
            ]
            var environment = ProcessInfo.processInfo.environment
            environment["PYTHONPATH"] = Self.python
            process.environment = environment
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            #expect(text.contains("All keys matched"), "\(text)")
            #expect(text.contains("(4, 6) float32 True 9"), "\(text)")
        }
    }
}
