import Boxes
import Core
import Foundation
import Imaging
import Pipeline
import Support
import TestSupport
import Testing

/// Predicting images given by path with one short training: every option has its effect.
@Suite struct PredictImagesTests {
    private let name = "RetinaUNetV001_D3V001_3d"

    private struct Listing: Decodable {
        struct Entry: Decodable {
            let score: Float
            let center_mm_lps: [Double]
            let size_mm: [Double]
            let above_operating_point: Bool?
        }
        let notices: [String]
        let detections: [Entry]
    }

    private func run(_ task: TinyTask, _ arguments: [String], fails: Bool = false) throws -> CommandLineTool.Result {
        let result = try task.tool.run(arguments)
        #expect((result.status == 0) != fails, "\(arguments.joined(separator: " ")): \(result.errors)")
        if fails { #expect(result.errorLines.count == 1, "\(result.errors)") }
        return result
    }

    private func names(_ folder: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }

    private func scores(_ id: String, _ folder: URL) throws -> [Float] {
        try CasePrediction.read(id, in: folder).detections.scores
    }

    @Test func everythingOfOneModel() throws {
        try TinyTask.prepared(train: 5, test: 2) { (task: TinyTask) throws in
            let description = task.file("dataset.json")
            try JSONFile.write(Document.read(description).merging(.map(["licence": .text("CC BY 4.0")])), to: description)
            let fold = try TrainedTask.install(in: task).url
            _ = try run(task, ["sweep", "000", name, "0"])
            try sweepIsShown(task, fold)
            let model = try packed(task, fold)
            try images(task, model)
            try options(task, fold)
            try changes(task, fold)
            try slices(task, fold)
            try testSetOptions(task, fold)
            try library(task, model)
            try turnedImages(task, fold)
        }
    }

    private func sweepIsShown(_ task: TinyTask, _ fold: URL) throws {
        for file in ["sweep/sweep.csv", "sweep/sweep.png", "sweep/sweep.svg"] {
            #expect(FileManager.default.fileExists(atPath: fold.appendingPathComponent(file).path))
        }
        let table = try String(contentsOf: fold.appendingPathComponent("sweep/sweep.csv"), encoding: .utf8).split(separator: "\n")
        #expect(table.count == 29 && table.filter { $0.hasSuffix(",1") }.count == 5)
        let plan = fold.appendingPathComponent("plan_inference.json")
        #expect(try String(contentsOf: plan, encoding: .utf8).contains("fp-per-scan=1"))
        _ = try run(task, ["sweep", "000", name, "0", "--operating-point", "f1", "--metric", "AP_IoU_0.10_MaxDet_100"])
        #expect(try String(contentsOf: plan, encoding: .utf8).contains("\"criterion\" : \"f1\""))
        #expect(
            try String(contentsOf: fold.appendingPathComponent("sweep/sweep.csv"), encoding: .utf8)
                .hasPrefix("parameter,value,AP_IoU_0.10_MaxDet_100,best"))
        _ = try run(task, ["sweep", "000", name, "0", "--metric", "nonsense"], fails: true)
        #expect(try run(task, ["sweep", "000", name, "0", "--operating-point", "most"], fails: true).status == 2)
        _ = try run(task, ["sweep", "000", name, "0", "--operating-point", "fp-per-scan=2"])
    }

    private func packed(_ task: TinyTask, _ fold: URL) throws -> URL {
        let file = task.root.appendingPathComponent("toy.nndet")
        let info = try run(task, ["model", "info", fold.path]).output
        for text in ["0 Square, 1 SquareHole", "fp-per-scan=2", "D3V001_3d", "model_final.safetensors", "training data"] {
            #expect(info.contains(text))
        }
        func row(_ name: String) -> String? { info.split(separator: "\n").first { $0.contains(name) }.map(String.init) }
        #expect(row("licence of the data")?.hasSuffix(" CC BY 4.0") == true, "\(info)")
        #expect(row("libtorch")?.contains(" 2.11.0") == true, "\(info)")
        _ = try run(task, ["model", "pack", fold.path, "--output", file.path])
        #expect(try run(task, ["model", "pack", fold.path, "--output", file.path], fails: true).errors.contains("--overwrite"))
        #expect(try run(task, ["model", "info", file.path]).output.contains("fp-per-scan=2"))
        // The folder of the model stands for its only fold.
        #expect(try run(task, ["model", "info", fold.deletingLastPathComponent().path]).output == info)
        var damaged = try Data(contentsOf: file)
        damaged[damaged.count / 2] ^= 0xFF
        let broken = task.root.appendingPathComponent("broken.nndet")
        try damaged.write(to: broken)
        #expect(try run(task, ["model", "info", broken.path], fails: true).errors.contains("broken.nndet"))
        #expect(try run(task, ["model", "info", task.image(0).path], fails: true).errors.contains("zip archive"))
        return file
    }

    private func images(_ task: TinyTask, _ model: URL) throws {
        let folder = task.file("raw_splitted/imagesTs")
        let output = task.root.appendingPathComponent("found")
        var tool = task.tool
        // Neither a task nor variables are needed.
        for variable in ["det_data", "det_models"] { tool.environment[variable] = nil }
        let common = ["--model", model.path, "--output", output.path, "--num_tta", "1", "--score", "all"]
        let first = try tool.run(["predict", "--input", folder.path] + common, in: task.root)
        #expect(first.status == 0, "\(first.errors)")
        #expect(!first.errors.contains("det_data"))
        #expect(
            names(output) == [
                "case_5_boxes.csv", "case_5_boxes.json", "case_5_boxes.npz", "case_6_boxes.csv", "case_6_boxes.json", "case_6_boxes.npz",
                "keys.jsonl",
            ])
        let again = try tool.run(["predict", "--input", folder.path] + common, in: task.root)
        #expect(again.output.contains("2 of 2 cases are predicted already"))
        // Everything that can be asked for beside, of one image.
        let asked = ["--seg", "--instances", "--box-image", "--slicer", "--overview"]
        let image = folder.appendingPathComponent("case_5_0000.nii.gz")
        _ = try run(task, ["predict", "--input", image.path] + common + asked)
        for ending in ["seg.npz", "seg.nii.gz", "instances.nii.gz", "instances.json", "boxes.nii.gz", "boxes.mrk.json", "boxes.png"] {
            #expect(FileManager.default.fileExists(atPath: output.appendingPathComponent("case_5_\(ending)").path), "\(ending)")
        }
        let raw = try ImageReader().geometry(image)
        let segmentation = try ImageReader().readLabels(output.appendingPathComponent("case_5_seg.nii.gz"))
        #expect(segmentation.geometry.isClose(to: raw) && segmentation.volume.voxels.allSatisfy { $0 == 0 || $0 == 1 })
        let instances = try ImageReader().readLabels(output.appendingPathComponent("case_5_instances.nii.gz"))
        #expect(zip(instances.volume.voxels, segmentation.volume.voxels).allSatisfy { $0 == 0 || $1 > 0 })
        // Parts are shared out, and together are everything.
        let parts = (1...2).map { task.root.appendingPathComponent("part\($0)") }
        for (index, part) in parts.enumerated() {
            _ = try run(
                task,
                [
                    "predict", "--input", folder.path, "--model", model.path, "--output", part.path, "--num_tta", "1", "--part",
                    "\(index + 1)/2",
                ])
        }
        #expect(parts.map { CasePrediction.caseIDs(in: $0) } == [["case_5"], ["case_6"]])
        try mistakes(task, model, folder)
    }

    private func mistakes(_ task: TinyTask, _ model: URL, _ folder: URL) throws {
        let output = task.root.appendingPathComponent("mixed")
        let mixed = task.root.appendingPathComponent("mixed-in")
        try FileManager.default.createDirectory(at: mixed, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: folder.appendingPathComponent("case_6_0000.nii.gz"), to: mixed.appendingPathComponent("b.nii.gz"))
        try Data("no image".utf8).write(to: mixed.appendingPathComponent("a.nii.gz"))
        let failed = try run(
            task, ["predict", "--input", mixed.path, "--model", model.path, "--output", output.path, "--num_tta", "1"], fails: true)
        #expect(failed.errors.contains("a.nii.gz") && failed.errors.contains("1 of 2 cases"))
        // What was noticed about an image stands beside its detections.
        func listing(_ id: String) throws -> Listing { try JSONFile.read(from: output.appendingPathComponent("\(id)_boxes.json")) }
        #expect(try listing("b").notices.isEmpty)
        var image = try ImageReader().read(mixed.appendingPathComponent("b.nii.gz"))
        image.volume.voxels[7] = .nan
        try ImageWriter.write(image, to: mixed.appendingPathComponent("b.nii.gz"))
        try Data("no longer an image".utf8).write(to: output.appendingPathComponent("a_boxes.npz"))
        let again = try run(
            task, ["predict", "--input", mixed.path, "--model", model.path, "--output", output.path, "--num_tta", "1"], fails: true)
        #expect(again.errors.contains("a_boxes.npz is of an earlier run"), "\(again.errors)")
        try FileManager.default.removeItem(at: output.appendingPathComponent("a_boxes.npz"))
        #expect(try listing("b").notices == ["b.nii.gz: 1 voxel is NaN, read as 0"])
        #expect(CasePrediction.caseIDs(in: output) == ["b"])
        for (arguments, text) in [
            (["--input", task.root.appendingPathComponent("none").path], "no such file"),
            (["--input", task.file("raw_splitted/labelsTr").appendingPathComponent("case_0.json").path], "not an image"),
        ] {
            let result = try task.tool.run(["predict", "--model", model.path, "--output", output.path] + arguments)
            #expect(result.status == 1 && result.errors.contains("error:"), "\(text): \(result.errors)")
        }
        #expect(try task.tool.run("predict", "--model", model.path).status == 2)
        #expect(try task.tool.run("predict", "000", name, "--output", "x").status == 2)
        #expect(try task.tool.run("predict", "000", name, "--model", model.path).status == 2)
        #expect(try task.tool.run("predict", "--model", model.path, "--input", "x", "--output", "y", "--part", "3/2").status == 2)
    }

    /// Each option changes what is found.
    private func options(_ task: TinyTask, _ fold: URL) throws {
        let image = task.file("raw_splitted/imagesTs/case_5_0000.nii.gz").path
        func predicted(_ label: String, _ arguments: [String]) throws -> [Float] {
            let output = task.root.appendingPathComponent("option-\(label)")
            _ = try run(task, ["predict", "--model", fold.path, "--input", image, "--output", output.path] + arguments)
            return try scores("case_5", output)
        }
        func boxes(_ label: String) throws -> [Box] {
            try CasePrediction.read("case_5", in: task.root.appendingPathComponent("option-\(label)")).detections.boxes
        }
        let plain = try predicted("plain", ["--num_tta", "1", "--score", "all"])
        #expect(plain.count > 1)
        let onProcessor = try predicted("device", ["--num_tta", "1", "--score", "all", "--device", "cpu"])
        #expect(onProcessor == plain || TestDevice.all.count > 1)
        #expect(
            try run(task, ["predict", "--model", fold.path, "--input", image, "--output", "x", "--device", "cuda:7"], fails: true).errors
                .contains("cuda:7"))
        #expect(try predicted("mirrored", ["--num_tta", "4", "--score", "all"]) != plain)
        let other = task.root.appendingPathComponent("no-last")
        try FileManager.default.copyItem(at: fold, to: other)
        try FileManager.default.removeItem(at: other.appendingPathComponent("model_last.safetensors"))
        let arguments = ["predict", "--model", other.path, "--input", image, "--output", task.root.appendingPathComponent("y").path]
        #expect(try run(task, arguments + ["--ckpt", "last"], fails: true).errors.contains("model_last.safetensors"))
        _ = try run(task, arguments + ["--num_tta", "1", "--ckpt", "best"])
        // The original moves boxes of mirrored views by a voxel.
        let original = try predicted("original", ["--num_tta", "1", "--score", "all", "--reference-behaviour"])
        // By class, not by score.
        #expect(original != original.sorted(by: >) && plain == plain.sorted(by: >))
        _ = try predicted("original-mirrored", ["--num_tta", "4", "--score", "all", "--reference-behaviour"])
        #expect(try boxes("original-mirrored").sorted(by: isBefore) != boxes("mirrored").sorted(by: isBefore))
        // Patches smaller than the image, so that there are several tiles.
        let tiles = ["--num_tta", "1", "--score", "all", "-o", "augment_cfg.patch_size=[32,32,32]"]
        let halves = try predicted("halves", tiles)
        #expect(halves != plain)
        #expect(try predicted("overlap", tiles + ["inference_kwargs.overlap=0.95"]) != halves)
        // Weights count where several views are joined.
        let views = ["--num_tta", "4"] + tiles.dropFirst(2)
        #expect(try predicted("views", views) != predicted("falloff", views + ["inference_kwargs.box_ensembler=BoxEnsembler"]))
        try air(task, fold)
        #expect(
            try run(task, arguments + ["-o", "inference_kwargs.box_ensembler=Median"], fails: true).errors.contains("BoxEnsemblerSelective")
        )
        let middle = plain[plain.count / 2]
        #expect(try predicted("score", ["--num_tta", "1", "--score", "\(middle)"]) == plain.filter { $0 >= middle })
        _ = try predicted("operating", ["--num_tta", "1"])
        let listing: Listing = try JSONFile.read(from: task.root.appendingPathComponent("option-operating/case_5_boxes.json"))
        #expect(listing.detections.allSatisfy { $0.above_operating_point == true })
        let all: Listing = try JSONFile.read(from: task.root.appendingPathComponent("option-plain/case_5_boxes.json"))
        #expect(all.detections.filter { $0.above_operating_point == true }.count == listing.detections.count)
    }

    private func isBefore(_ a: Box, _ b: Box) -> Bool { a.flat().lexicographicallyPrecedes(b.flat()) }

    /// Into the same folder, only what would come out otherwise is predicted again.
    private func changes(_ task: TinyTask, _ fold: URL) throws {
        let folder = task.root.appendingPathComponent("changing")
        try FileManager.default.copyItem(at: task.file("raw_splitted/imagesTs"), to: folder)
        let output = task.root.appendingPathComponent("changes")
        let skipped = "of 2 cases are predicted already"
        func predict(_ options: [String] = []) throws -> String {
            try run(
                task, ["predict", "--model", fold.path, "--input", folder.path, "--output", output.path, "--score", "all"] + options
            ).output
        }
        let once = ["--num_tta", "1"]
        #expect(try !predict(once).contains(skipped))
        #expect(try predict(once).contains("2 \(skipped)"))
        let file = folder.appendingPathComponent("case_5_0000.nii.gz")
        let (before, other) = (try scores("case_5", output), try scores("case_6", output))
        var image = try ImageReader().read(file)
        image.volume = image.volume.reoriented(axes: SIMD3(0, 1, 2), flips: [true, false, false])
        try ImageWriter.write(image, to: file)
        #expect(try predict(once).contains("1 \(skipped)"))
        #expect(try scores("case_5", output) != before && scores("case_6", output) == other)
        // Every option counts of which the result may depend, once.
        for options in [
            ["--num_tta", "4"], once + ["--skip-air"], once + ["-o", "inference_kwargs.overlap=0.6"], once + ["--ckpt", "best"],
        ] {
            #expect(try !predict(options).contains(skipped), "\(options)")
            #expect(try predict(options).contains("2 \(skipped)"), "\(options)")
        }
        // Segmentations can be asked for in the configuration.
        #expect(!names(output).contains { $0.hasSuffix("_seg.npz") || $0.hasSuffix("_seg.nii.gz") })
        _ = try predict(once + ["-o", "inference_kwargs.do_seg=true"])
        for ending in ["_seg.npz", "_seg.nii.gz"] { #expect(names(output).contains("case_6" + ending)) }
        let elsewhere = ["-o", "inference_kwargs.device=cuda:63"]
        let arguments = ["predict", "--model", fold.path, "--input", folder.path, "--output", output.path] + elsewhere
        #expect(try run(task, arguments, fails: true).errors.contains("device 'cuda:63'"))
    }

    private static let scan = sharedFolder.appendingPathComponent("data/totalsegmentator/example_ct_dicom")

    /// A folder of DICOM slices gives what the same voxels give as one file.
    private func slices(_ task: TinyTask, _ fold: URL) throws {
        let raw = RawDataset(root: task.root, tool: task.tool)
        let image = try ImageReader().read(task.file("raw_splitted/imagesTs/case_5_0000.nii.gz"))
        let volume = Volume<Float>(shape: image.volume.shape, voxels: image.volume.voxels.map { ($0 * 1000).rounded() })
        let (origin, spacing) = (SIMD3(-10.0, -20, 30), SIMD3(1.0, 1, 1))
        try raw.series(volume, "slices", uid: "1.2.3.4", patient: "SECRET", origin: origin, spacing: spacing)
        let grid = RawDataset.seriesGrid(volume.shape, origin: origin, spacing: spacing)
        try raw.write(volume, grid, to: "single/slices.nii.gz")
        func found(_ input: URL, _ label: String, _ options: [String] = []) throws -> CasePrediction {
            let output = task.root.appendingPathComponent("slices-\(label)")
            let common = ["--model", fold.path, "--output", output.path, "--num_tta", "1", "--score", "all"]
            _ = try run(task, ["predict", "--input", input.path] + common + options)
            for name in names(output) where !name.hasSuffix(".npz") {
                #expect(try !String(contentsOf: output.appendingPathComponent(name), encoding: .utf8).contains("SECRET"), "\(name)")
            }
            return try CasePrediction.read(input.lastPathComponent.replacing(".nii.gz", with: ""), in: output)
        }
        let (series, file) = (try found(raw.file("slices"), "series"), try found(raw.file("single/slices.nii.gz"), "file"))
        #expect(series.detections.count > 1 && series.detections == file.detections)
        #expect(series.geometry.isClose(to: grid) && file.geometry.isClose(to: grid))

        // A scan as it came from a scanner.
        guard FileManager.default.fileExists(atPath: Self.scan.path) else { return }
        let real = try found(Self.scan, "real", ["-o", "inference_kwargs.overlap=0"])
        let expected = try ImageReader().read(Self.scan).geometry
        #expect(real.geometry.isClose(to: expected) && real.isRestored && !real.detections.isEmpty)
        let size = SIMD3<Float>(expected.size)
        #expect(real.detections.boxes.allSatisfy { $0.lower.min() >= -2 && ($0.upper - size).max() <= 2 })
    }

    /// Tiles of nothing but air are looked at, unless `--skip-air` is given.
    private func air(_ task: TinyTask, _ fold: URL) throws {
        var image = try ImageReader().read(task.file("raw_splitted/imagesTs/case_5_0000.nii.gz"))
        image.volume = image.volume.padded(lower: .zero, upper: SIMD3(60, 0, 0), with: -10)
        image.geometry.size = image.volume.shape
        let file = task.root.appendingPathComponent("air.nii.gz")
        try ImageWriter.write(image, to: file)
        func highest(_ arguments: [String]) throws -> Float {
            let output = task.root.appendingPathComponent("air\(arguments.count)")
            _ = try run(
                task,
                [
                    "predict", "--model", fold.path, "--input", file.path, "--output", output.path, "--num_tta", "1", "--score", "all",
                    "-o",
                    "augment_cfg.patch_size=[32,32,32]",
                ] + arguments)
            return try CasePrediction.read("air", in: output).detections.boxes.map(\.upper.x).max() ?? 0
        }
        #expect(try highest([]) > 68)
        #expect(try highest(["--skip-air"]) <= 68)
    }

    private func testSetOptions(_ task: TinyTask, _ fold: URL) throws {
        let predictions = fold.appendingPathComponent("test_predictions")
        let base = ["predict", "000", name, "-f", "0", "-ntta", "1"]
        _ = try run(task, base + ["--seg", "--instances", "--check", "--num_models", "1"])
        #expect(names(predictions).contains("case_6_seg.npz") && names(predictions).contains("case_6_instances.nii.gz"))
        _ = try run(task, ["boxes2nii", "000", name, "--fold", "0", "--test", "--threshold", "0"])
        _ = try run(task, ["seg2nii", "000", name, "--fold", "0", "--test"])
        let pictures = fold.appendingPathComponent("test_predictions_nii")
        #expect(
            names(pictures) == [
                "case_5_boxes.json", "case_5_boxes.nii.gz", "case_5_seg.nii.gz", "case_6_boxes.json", "case_6_boxes.nii.gz",
                "case_6_seg.nii.gz",
            ])
        let painted: [String: Document] = try Self.keys(pictures.appendingPathComponent("case_5_boxes.json"))
        #expect(painted.count == (try scores("case_5", predictions)).count)
        _ = try run(task, ["boxes2nii", "000", name, "--fold", "0", "--test", "--threshold", "1"])
        #expect(try Self.keys(pictures.appendingPathComponent("case_5_boxes.json")).isEmpty)
        _ = try run(task, ["boxes2nii", "000", name])
        #expect(!names(fold.appendingPathComponent("val_predictions_nii")).isEmpty)
        #expect(try run(task, ["seg2nii", "000", name], fails: true).errors.contains("--seg"))
        // Settings are taken, and change nothing.
        let drawn = try Data(contentsOf: pictures.appendingPathComponent("case_6_seg.nii.gz"))
        try FileManager.default.removeItem(at: pictures)
        _ = try run(task, ["seg2nii", "000", name, "--test", "-o", "exp.fold=1", "inference_kwargs.do_seg=false"])
        #expect(names(pictures) == ["case_5_seg.nii.gz", "case_6_seg.nii.gz"])
        #expect(try Data(contentsOf: pictures.appendingPathComponent("case_6_seg.nii.gz")) == drawn)

        // The configuration must be of the model that is asked for.
        let other = fold.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Other/fold0")
        try FileManager.default.createDirectory(at: other.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: fold, to: other)
        #expect(try run(task, ["predict", "000", "Other", "-f", "0", "-ntta", "1"], fails: true).errors.contains("--force_args"))
        _ = try run(task, ["predict", "000", "Other", "-f", "0", "-ntta", "1", "--force_args"])

        // Held-out cases that the split names.
        #expect(try run(task, base + ["--test_split"], fails: true).errors.contains("--no_preprocess"))
        #expect(try run(task, base + ["--test_split", "--no_preprocess"], fails: true).errors.contains("names no test cases"))
        let file = fold.appendingPathComponent("splits.json")
        var splits: Splits = try JSONFile.read(from: file)
        splits.folds[0].test = ["case_0"]
        try JSONFile.write(splits, to: file)
        _ = try run(task, base + ["--test_split", "--no_preprocess"])
        #expect(CasePrediction.caseIDs(in: predictions).contains("case_0"))

        // A damaged test image is told by --check before anything is predicted.
        try Data("damaged".utf8).write(to: task.file("raw_splitted/imagesTs/case_6_0000.nii.gz"))
        #expect(try run(task, base + ["--check"], fails: true).errors.contains("case_6_0000.nii.gz"))
    }

    private static func keys(_ file: URL) throws -> [String: Document] {
        guard case .map(let map) = try Document.read(file) else { return [:] }
        return map
    }

    /// With all mirrorings, what is found in a mirrored image is the mirror image of what is found in the image; what is found in an image
    /// that was saved along other axes lies at the same places of the patient.
    private func turnedImages(_ task: TinyTask, _ fold: URL) throws {
        var options = ObjectDetector.Options()
        options.score = .all
        let detector = try ObjectDetector(modelAt: try inFloat32(task, fold), options: options)
        let image = try ImageReader().read(task.file("raw_splitted/imagesTs/case_5_0000.nii.gz"))
        let found = try detector.detect(in: [image])
        for axis in 0..<3 {
            var mirrored = image
            mirrored.volume = image.volume.reoriented(axes: SIMD3(0, 1, 2), flips: (0..<3).map { $0 == axis })
            var other = try detector.detect(in: [mirrored]).detections
            let last = Float(image.geometry.size[axis] - 1)
            for index in other.boxes.indices {
                let box = other.boxes[index]
                (other.boxes[index].lower[axis], other.boxes[index].upper[axis]) = (last - box.upper[axis], last - box.lower[axis])
            }
            // Overlaps that equal the threshold are decided by rounding.
            let partners = partners(other, found.detections)
            #expect(Double(partners) >= 0.98 * Double(max(other.count, found.detections.count)), "\(partners) of \(other.count)")
        }
        let turned = try detector.detect(in: [resaved(image, axes: SIMD3(2, 0, 1), flips: [true, false, true])])
        #expect(turned.detections.count == found.detections.count)
        let centers = turned.places.map(\.center)
        for place in found.places { #expect(centers.contains { ($0 - place.center).max() < 1e-3 && (place.center - $0).max() < 1e-3 }) }
        try storedOrientation(task, fold, resaved(image, axes: SIMD3(2, 0, 1), flips: [true, false, true]))
    }

    /// The original does not turn images: it finds in a turned one what it would find in the same voxels saved as they are to be.
    private func storedOrientation(_ task: TinyTask, _ fold: URL, _ turned: Image<Float>) throws {
        var straight = turned
        straight.geometry.direction = Geometry.identity
        var found: [Detections] = []
        for (index, image) in [turned, straight, turned].enumerated() {
            let (file, output) = (
                task.root.appendingPathComponent("turned\(index).nii.gz"), task.root.appendingPathComponent("turned\(index)")
            )
            try ImageWriter.write(image, to: file)
            let arguments = [
                "predict", "--model", fold.path, "--input", file.path, "--output", output.path, "--num_tta", "1", "--score", "all",
            ]
            _ = try run(task, arguments + (index < 2 ? ["--reference-behaviour"] : []))
            found.append(try CasePrediction.read("turned\(index)", in: output).detections)
        }
        #expect(found[0] == found[1] && !found[0].isEmpty)
        #expect(found[0].sortedByScore().scores != found[2].scores)
    }

    /// How many detections have a partner of their score and class whose corners are no more than a thousandth of a voxel away.
    private func partners(_ a: Detections, _ b: Detections) -> Int {
        a.boxes.indices.count { i in
            b.boxes.indices.contains { j in
                let (low, high) = (a.boxes[i].lower - b.boxes[j].lower, a.boxes[i].upper - b.boxes[j].upper)
                return a.labels[i] == b.labels[j] && abs(a.scores[i] - b.scores[j]) < 1e-4
                    && max(low.max(), -low.min(), high.max(), -high.min()) < 1e-3
            }
        }
    }

    /// A copy of the model that computes in float32: in bfloat16 many scores are equal, and which of two equal boxes stays depends on their order.
    private func inFloat32(_ task: TinyTask, _ fold: URL) throws -> URL {
        let copy = RunFolder(url: task.root.appendingPathComponent("float32"))
        try FileManager.default.copyItem(at: fold, to: copy.url)
        let text = try String(contentsOf: copy.config, encoding: .utf8)
        try #require(text.contains("precision: bf16\n"))
        try Data(text.replacing("precision: bf16\n", with: "precision: 32\n").utf8).write(to: copy.config)
        return copy.url
    }

    /// The same image along other axes: axis i of the result is axis `axes[i]`, backwards where `flips[i]`.
    private func resaved(_ image: Image<Float>, axes: SIMD3<Int>, flips: [Bool]) -> Image<Float> {
        let old = image.geometry
        var new = old
        for axis in 0..<3 {
            let source = axes[axis]
            new.size[axis] = old.size[source]
            new.spacing[axis] = old.spacing[source]
            for row in 0..<3 {
                // ITK's axes count the other way round.
                let cosine = old.direction[3 * row + 2 - source]
                new.direction[3 * row + 2 - axis] = flips[axis] ? -cosine : cosine
                if flips[axis] { new.origin[row] += cosine * old.spacing[source] * Double(old.size[source] - 1) }
            }
        }
        return Image(volume: image.volume.reoriented(axes: axes, flips: flips), geometry: new)
    }

    /// The example of the documentation, and what else the library says.
    private func library(_ task: TinyTask, _ model: URL) throws {
        let scan = task.file("raw_splitted/imagesTs/case_5_0000.nii.gz")
        func written(_ label: String) throws -> [Listing.Entry] {
            try JSONFile.read(Listing.self, from: task.root.appendingPathComponent("option-\(label)/case_5_boxes.json")).detections
        }
        /// The listing rounds to a thousandth.
        func isClose(_ a: SIMD3<Double>, _ b: [Double]) -> Bool { b.count == 3 && (0..<3).allSatisfy { abs(a[$0] - b[$0]) < 1e-3 } }
        let (shown, listed) = (try objects(in: scan, by: model), try written("operating"))
        #expect(shown.map(\.score) == listed.map(\.score))
        #expect(zip(shown, listed).allSatisfy { isClose($0.center, $1.center_mm_lps) && isClose($0.size, $1.size_mm) })

        var options = ObjectDetector.Options()
        options.mirrorings = 1
        options.score = .all
        let detector = try ObjectDetector(modelAt: model, options: options)
        let image = try ImageReader().read(scan)
        let found = try detector.detect(in: [image])
        #expect(detector.classes == ["Square", "SquareHole"] && detector.modalities.count == 1)
        #expect(found.detections.scores == (try scores("case_5", task.root.appendingPathComponent("option-plain"))))
        #expect(found.places.count == found.detections.count)
        #expect(try zip(found.places, written("plain")).allSatisfy { isClose($0.center, $1.center_mm_lps) && isClose($0.size, $1.size_mm) })
        // Within the image, whose voxels are 1 mm wide.
        #expect(found.places.allSatisfy { $0.center.min() >= -1 && $0.center.max() <= 36 } && found.places.contains { $0.size.min() > 1 })
        #expect(throws: Problem.self) { try detector.detect(in: [image, image]) }
    }
}
