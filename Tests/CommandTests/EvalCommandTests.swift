import Boxes
import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// A toy task with predictions as commands before `eval` would leave them: the annotated boxes themselves, with a weaker one elsewhere.
struct PredictedTask {
    static let model = "RetinaUNetV001_D3V001_3d"
    let task: TinyTask
    let run: RunFolder

    init(_ task: TinyTask) throws {
        self.task = task
        let prepared = try task.tool.run("prep", "000")
        guard prepared.status == 0 else { throw Problem("prep", prepared.errors) }
        run = ModelFolder(root: task.root.appendingPathComponent("models"), task: TinyTask.name, model: Self.model).fold(0)
    }

    var folder: TaskFolder { get throws { try TaskFolder(task.folder) } }

    func predict(_ subset: RunFolder.Subset, leavingOut: Int = 0, score: Float = 0.9) throws {
        let split: TaskFolder.Split = subset == .test ? .test : .train
        let task = try folder
        let plan = try Plan.read(from: task.planFile("D3V001_3d"))
        for isRestored in subset == .test ? [true] : [true, false] {
            let labels = isRestored ? task.evaluationLabels(split) : task.preprocessedLabels(plan.dataIdentifier)
            for id in GroundTruth.caseIDs(in: labels).dropLast(leavingOut) {
                let truth = try GroundTruth.read(id, in: labels)
                let elsewhere = Box(lower: SIMD3(0, 0, 0), upper: SIMD3(3, 3, 3))
                let detections = Detections(
                    boxes: truth.boxes + [elsewhere], scores: truth.boxes.map { _ in score } + [0.2], labels: truth.labels + [0])
                let geometry = try ImageReader().geometry(task.imageFiles(of: id, split)[0])
                let target = run.predictions(subset, preprocessed: !isRestored)
                try CasePrediction(caseID: id, detections: detections, geometry: geometry, isRestored: isRestored)
                    .write(in: target, legend: ClassLegend(names: task.info.labels))
                let map = try TruthMaps.segmentation(id, in: labels)
                let grid = Geometry(size: map.shape, spacing: geometry.spacing)
                let values = Volume(shape: map.shape, voxels: map.voxels.map { UInt8($0) })
                try SegmentationPrediction(caseID: id, labels: values, geometry: grid).write(in: target)
                let objects = try TruthMaps.instances(id, in: labels)
                // Numbers of the map from 1, as they are listed.
                let order = objects.classes.keys.sorted()
                let numbers = Dictionary(uniqueKeysWithValues: order.enumerated().map { (Int32($1), Int32($0 + 1)) })
                let found = Detections(
                    boxes: order.map { _ in elsewhere }, scores: order.map { _ in 0.5 }, labels: order.map { objects.classes[$0] ?? 0 })
                let instances = Volume<Int32>(shape: map.shape, voxels: objects.volume.voxels.map { numbers[$0] ?? 0 })
                try InstanceListing.write((instances, found), grid, dimension: 3, to: target.appendingPathComponent("\(id)_instances"))
            }
        }
        try AtomicFile.write(Data(contentsOf: task.planFile("D3V001_3d")), to: run.plan)
    }

    static func with(train: Int = 5, test: Int = 2, _ body: (PredictedTask) throws -> Void) throws {
        try TinyTask.with(train: train, test: test) { try body(PredictedTask($0)) }
    }

    @discardableResult
    func eval(_ arguments: String..., fails: Bool = false) throws -> CommandLineTool.Result {
        let result = try task.tool.run(["eval", "000", Self.model, "0"] + arguments)
        #expect((result.status == 0) != fails, "\(arguments): \(result.errors)")
        if fails { #expect(result.errorLines.count == 1, "\(result.errors)") }
        return result
    }
}

@Suite struct EvalCommandTests {
    private func scores(_ folder: URL, _ name: String) throws -> [String: Double] {
        try JSONFile.read([String: Double?].self, from: folder.appendingPathComponent("results_\(name).json")).compactMapValues { $0 }
    }

    private func names(_ folder: URL) throws -> Set<String> { Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)) }

    @Test func perfectPredictionsScoreOne() throws {
        try PredictedTask.with(test: 8) { (predicted: PredictedTask) throws in
            try predicted.predict(.test)
            let result = try predicted.eval("--test", "--boxes", "--case", "--seg", "--instances", "--analyze_boxes")
            #expect(result.errors.isEmpty && result.output.contains("AP@.1") && result.output.contains("SquareHole"))
            #expect(result.output.contains("95 % interval") && result.output.contains("size"))
            let folder = predicted.run.results(.test)
            let boxes = try scores(folder, "boxes")
            #expect(boxes["AP_IoU_0.10_MaxDet_100"].map { abs($0 - 1) < 1e-12 } == true)
            #expect(boxes["0_AP_IoU_0.10_MaxDet_100"] != nil && boxes["FROC_score_IoU_0.10"] == 1)
            #expect(try scores(folder, "case")["acc_case"] == 1)
            #expect(try scores(folder, "seg")["seg_dice"] == 1 && scores(folder, "seg")["dice_cls_0"] == 1)
            #expect(try scores(folder, "instances")["pq"] == 1 && scores(folder, "instances")["matched_dice"] == 1)
            #expect(
                try names(folder) == [
                    "boxes", "results_boxes.json", "curves_boxes.json", "intervals_boxes.json", "sizes_boxes.json", "operating_boxes.json",
                    "records_boxes.npz", "results_case.json", "curves_case.json", "results_seg.json", "cases_seg.json",
                    "results_instances.json", "cases_instances.json",
                ])
            let pictures = try names(folder.appendingPathComponent("boxes"))
            for name in ["FROC", "FROC_cls_IoU_0_10", "PR_IoU_0_50", "pred_hist_IoU@0_1", "cl_1_pred_hist_IoU@0_5"] {
                #expect(pictures.contains("\(name).png") && pictures.contains("\(name).svg"), "\(name)")
            }
            let picture = try Data(contentsOf: folder.appendingPathComponent("boxes/examples.png"))
            #expect(picture.count > 20_000 && picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            let analysis = predicted.run.analysis(.test).appendingPathComponent("boxes")
            #expect(try names(analysis) == ["iou_0.1_score_0.1", "iou_0.1_score_0.5", "iou_0.5_score_0.1", "iou_0.5_score_0.5"])
            #expect(
                try names(analysis.appendingPathComponent("iou_0.5_score_0.1")).isSuperset(of: [
                    "analysis.json", "analysis.csv", "analysis_ids.json", "confusion_matrix.png", "joint_iou_score.png", "sizes.png",
                    "sizes_bar.png", "sizes_bar_100.svg",
                ]))
        }
    }

    @Test func validationIsScoredInBothSpaces() throws {
        try PredictedTask.with { (predicted: PredictedTask) throws in
            try predicted.predict(.val)
            let output = try predicted.eval("--boxes", "--case", "--seg", "--instances", "--analyze-boxes").output
            for (space, preprocessed) in [("image space", false), ("preprocessed space", true)] {
                #expect(output.contains("validation, \(space): 5 cases"))
                let folder = predicted.run.results(.val, preprocessed: preprocessed)
                for name in ["boxes", "case", "seg", "instances"] { #expect(try !scores(folder, name).isEmpty) }
                #expect(try scores(folder, "seg")["dice"] == 1)
                #expect(try names(folder).contains("boxes"))
                #expect(try names(predicted.run.analysis(.val, preprocessed: preprocessed).appendingPathComponent("boxes")).count == 4)
            }
            #expect(predicted.run.results(.val, preprocessed: true).lastPathComponent == "val_results_preprocessed")
            #expect(predicted.run.analysis(.val, preprocessed: true).lastPathComponent == "val_analysis_preprocessed")
        }
    }

    @Test func onlyWhatIsAskedFor() throws {
        try PredictedTask.with { (predicted: PredictedTask) throws in
            try predicted.predict(.test)
            let folder = predicted.run.results(.test)
            for (option, file) in [
                ("--case", "results_case.json"), ("--seg", "results_seg.json"), ("--instances", "results_instances.json"),
            ] {
                try? FileManager.default.removeItem(at: folder)
                try predicted.eval("--test", option)
                #expect(try names(folder).contains(file) && !names(folder).contains("results_boxes.json"), "\(option)")
            }
            try? FileManager.default.removeItem(at: folder)
            try predicted.eval("--test")
            #expect(try names(folder).contains("results_boxes.json") && !names(folder).contains("results_case.json"))
            #expect(!FileManager.default.fileExists(atPath: predicted.run.analysis(.test).path))
        }
    }

    @Test func theOptionsOfScoring() throws {
        try PredictedTask.with(test: 3) { (predicted: PredictedTask) throws in
            try predicted.predict(.test, leavingOut: 1)
            let folder = predicted.run.results(.test)
            #expect(try predicted.eval("--test", fails: true).errors.contains("1 of 3 cases have no prediction: case_7"))
            let output = try predicted.eval("--test", "--missing-as-empty", "--bootstrap", "0").output
            #expect(output.contains("3 cases") && output.contains("counted as empty, without a prediction: case_7"))
            #expect(!output.contains("interval"))
            #expect(try (scores(folder, "boxes")["AP_IoU_0.10_MaxDet_100"] ?? 1) < 1)
            #expect(try !names(folder).contains("intervals_boxes.json"))

            try predicted.eval(
                "--test", "--missing-as-empty", "--bootstrap", "20", "--seed", "5", "--max-detections", "7", "--size-limits", "3,30")
            #expect(try scores(folder, "boxes")["mAP_IoU_0.10_0.50_0.05_MaxDet_7"] != nil)
            let intervals = try Document.read(folder.appendingPathComponent("intervals_boxes.json"))
            #expect(intervals["resamples"] == .integer(20) && intervals["seed"] == .integer(5))
            guard case .list(let ranges)? = try Document.read(folder.appendingPathComponent("sizes_boxes.json"))["ranges"] else {
                Issue.record("no ranges")
                return
            }
            #expect(ranges.map { $0["upper"] } == [.integer(3), .integer(30), .null])
            try predicted.eval("--test", "--missing-as-empty", "--seg", "--instances")
            #expect(try (scores(folder, "seg")["dice"] ?? 1) < 1)
            for wrong in [["--bootstrap", "-1"], ["--max-detections", "0"], ["--size-limits", "9,3"], ["--size-limits", "a"]] {
                let result = try predicted.task.tool.run(["eval", "000", PredictedTask.model, "0", "--test"] + wrong)
                #expect(result.status == 2 && result.errors.contains(wrong[0]), "\(wrong) \(result.errors)")
            }
        }
    }

    @Test func referenceBehaviourRestoresTheOriginal() throws {
        try PredictedTask.with { (predicted: PredictedTask) throws in
            try predicted.predict(.test)
            // Not a single hit, and no object of class 1.
            let labels = try predicted.folder.evaluationLabels(.test)
            for id in GroundTruth.caseIDs(in: labels) {
                try GroundTruth(boxes: [Box(lower: SIMD3(repeating: 900), upper: SIMD3(repeating: 910))], labels: [0]).write(id, in: labels)
            }
            try predicted.eval("--test", "--boxes")
            let folder = predicted.run.results(.test)
            let mended = try scores(folder, "boxes")
            #expect(mended["AP_IoU_0.10_MaxDet_100"] == 0 && mended["FROC_score_IoU_0.10"] == 0)
            try predicted.eval("--test", "--boxes", "--reference-behaviour")
            let text = try String(contentsOf: folder.appendingPathComponent("results_boxes.json"), encoding: .utf8)
            #expect(text.contains("\"AP_IoU_0.10_MaxDet_100\" : -0.5") && text.contains("\"FROC_score_IoU_0.10\" : null"))
            #expect(text.contains("\"1_froc_score\" : 0"))
        }
    }

    @Test func whatIsMissingIsNamed() throws {
        try PredictedTask.with { (predicted: PredictedTask) throws in
            func error(_ arguments: String...) throws -> String {
                let result = try predicted.task.tool.run(["eval"] + arguments)
                #expect(result.status == 1 && result.errorLines.count == 1, "\(result.errors)")
                return result.errors
            }
            let model = PredictedTask.model
            #expect(try error("000", model, "0", "--test").contains("no model of \(TinyTask.name)"))
            try predicted.predict(.test)
            #expect(try error("000", "Other", "0", "--test").contains("there are \(model)"))
            #expect(try error("000", model, "3", "--test").contains("there are fold0"))
            #expect(try error("000", model, "-1", "--test").contains("nndet consolidate"))
            #expect(try error("000", model, "0").contains("holds no predictions"))
            let folder = predicted.run.predictions(.test)
            try FileManager.default.removeItem(at: SegmentationPrediction.file(of: "case_5", in: folder))
            #expect(try error("000", model, "0", "--test", "--seg").contains("1 of 2 cases have no segmentation (<case>_seg.npz): case_5"))
            try FileManager.default.removeItem(at: InstanceListing.file(of: "case_6", in: folder))
            #expect(try error("000", model, "0", "--test", "--instances").contains("(<case>_instances.nii.gz): case_6"))
            // In the wrong folder.
            let file = CasePrediction.file(of: "case_5", in: folder)
            try predicted.predict(.val)
            try FileManager.default.removeItem(at: file)
            try FileManager.default.copyItem(
                at: CasePrediction.file(of: "case_0", in: predicted.run.predictions(.val, preprocessed: true)), to: file)
            #expect(try error("000", model, "0", "--test").contains("is in preprocessed space"))
            let usage = try predicted.task.tool.run("eval", "--labels", "x")
            #expect(usage.status == 2 && usage.errors.contains("go with --predictions"))
            #expect(try predicted.task.tool.run("eval", "000").status == 2)
        }
    }
}
