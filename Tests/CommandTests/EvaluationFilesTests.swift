import Boxes
import Core
import Foundation
import Support
import TestSupport
import Testing

/// Evaluation without a task folder: folders of files, COCO's JSON, LUNA16, comparison and report.
@Suite struct EvaluationFilesTests {
    private func scores(_ folder: URL) throws -> [String: Double] {
        try JSONFile.read(from: folder.appendingPathComponent("results_boxes.json"))
    }

    @Test func foldersOfPredictionsAndLabels() throws {
        try PredictedTask.with(test: 4) { (predicted: PredictedTask) throws in
            try predicted.predict(.test)
            let tool = predicted.task.tool
            let (found, labels) = (predicted.run.predictions(.test).path, try predicted.folder.evaluationLabels(.test).path)
            let output = predicted.task.root.appendingPathComponent("out")
            let run = try tool.run(
                "eval", "--predictions", found, "--labels", labels, "--classes", "cube, tunnel", "--output", output.path, "--boxes",
                "--case",
                "--seg", "--instances", "--analyze_boxes")
            #expect(run.status == 0 && run.output.contains("tunnel"), "\(run.errors)")
            #expect(try abs((scores(output)["AP_IoU_0.50_MaxDet_100"] ?? 0) - 1) < 1e-12)
            for name in [
                "results_case.json", "results_seg.json", "results_instances.json", "analysis/boxes/iou_0.1_score_0.1/analysis.csv",
            ] {
                #expect(FileManager.default.fileExists(atPath: output.appendingPathComponent(name).path), "\(name)")
            }
            // Beside the predictions, names by number.
            let plain = try tool.run("eval", "--predictions", found, "--labels", labels)
            #expect(plain.status == 0 && plain.output.contains("class 0"), "\(plain.errors)")
            #expect(try scores(URL(fileURLWithPath: found + "_results")).count == 57)

            try FileManager.default.removeItem(at: CasePrediction.file(of: "case_6", in: predicted.run.predictions(.test)))
            let missing = try tool.run("eval", "--predictions", found, "--labels", labels)
            #expect(missing.status == 1 && missing.errors.contains("1 of 4 cases have no prediction: case_6"))
            #expect(try tool.run("eval", "--predictions", found, "--labels", labels, "--missing-as-empty").status == 0)
            #expect(try tool.run("eval", "--predictions", found, "--labels", "/nowhere").errors.contains("/nowhere: no such folder"))
            #expect(try tool.run("eval", "--predictions", found).status == 2)
            #expect(try tool.run("eval", "--predictions", found, "--labels", labels, "--test").status == 2)
        }
    }

    /// Files that hold what is no box, score or class are named; nothing is scored as if it were.
    @Test func whatIsNoNumberIsNamed() throws {
        try withTemporaryFolder { folder in
            let tool = CommandLineTool(in: folder)
            let (found, labels) = (folder.appendingPathComponent("found"), folder.appendingPathComponent("labels"))
            let box: [Float] = [2, 2, 6, 6, 2, 6]
            func expect(
                boxes: [Float] = box, score: Float = 0.5, label: Float = 0, _ text: String,
                sourceLocation: SourceLocation = #_sourceLocation
            ) throws {
                for id in ["a", "b"] {
                    try GroundTruth(boxes: Box.boxes(flat: box, dimension: 3), labels: [0]).write(id, in: labels)
                    let isOdd = id == "b"
                    try NPZ.write(
                        [
                            "pred_boxes": NPYArray(isOdd ? boxes : box, shape: [1, isOdd ? boxes.count : 6]),
                            "pred_scores": NPYArray([isOdd ? score : 0.5], shape: [1]),
                            "pred_labels": NPYArray([isOdd ? label : 0], shape: [1]), "restore": NPYArray([Int64(1)], shape: []),
                            "original_size_of_raw_data": NPYArray([Int64(8), 8, 8], shape: [3]),
                            "itk_origin": NPYArray([0.0, 0, 0], shape: [3]), "itk_spacing": NPYArray([1.0, 1, 1], shape: [3]),
                            "itk_direction": NPYArray([1.0, 0, 0, 0, 1, 0, 0, 0, 1], shape: [9]),
                        ], to: found.appendingPathComponent("\(id)_boxes.npz"))
                }
                let run = try tool.run("eval", "--predictions", found.path, "--labels", labels.path)
                #expect(run.status == (text.isEmpty ? 0 : 1), "\(run.errors)", sourceLocation: sourceLocation)
                guard !text.isEmpty else { return }
                #expect(run.errors.contains(text) && run.errorLines.count == 1, "\(run.errors)", sourceLocation: sourceLocation)
            }
            try expect("")
            try expect(score: .nan, "'pred_scores' holds a value that is no finite number")
            try expect(boxes: [2, 2, 6, .nan, 2, 6], "'pred_boxes' holds a value that is no finite number")
            try expect(boxes: [2, 2, 1, 6, 2, 6], "'pred_boxes' has a box of negative extent (number 0)")
            try expect(boxes: [2, 2, 6, 6], "has boxes in 2D, case a in 3D")
            try expect(label: 0.5, "'pred_labels' holds values that are no class ids")
            try expect(label: 2e8, "has a class id of 1000 or more")
        }
    }

    @Test func cocoJSON() throws {
        try withTemporaryFolder { folder in
            let tool = CommandLineTool(in: folder)
            let (truth, found) = (folder.appendingPathComponent("truth.json"), folder.appendingPathComponent("found.json"))
            let text = """
                {"images": [{"id": 1}, {"id": 2}], "categories": [{"id": 1, "name": "cell"}],
                 "annotations": [{"image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20], "area": 400, "iscrowd": 0}]}
                """
            try Data(text.utf8).write(to: truth)
            try Data(#"[{"image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20], "score": 0.75}]"#.utf8).write(to: found)
            let run = try tool.run("eval", "--predictions", found.path, "--ground-truth", truth.path)
            #expect(run.status == 0 && run.output.contains("COCO (IoU 0.50–0.95): AP 1.000, AP50 1.000"), "\(run.errors)")
            let output = folder.appendingPathComponent("found_results")
            #expect(try abs((scores(output)["AP_IoU_0.10_MaxDet_100"] ?? 0) - 1) < 1e-12)
            let coco: [String: Double] = try JSONFile.read(from: output.appendingPathComponent("results_coco.json"))
            #expect(coco["APs"].map { abs($0 - 1) < 1e-12 } == true && coco["APl"] == nil)
            let maps = try tool.run("eval", "--predictions", found.path, "--ground-truth", truth.path, "--seg")
            #expect(maps.status == 1 && maps.errors.contains("JSON holds no maps of voxels"))
            let report = try tool.run("report", "--predictions", found.path, "--ground-truth", truth.path)
            #expect(report.status == 0 && FileManager.default.fileExists(atPath: output.appendingPathComponent("report.html").path))
            #expect(try tool.run("eval", "--predictions", found.path, "--ground-truth", found.path).status == 1)
        }
    }

    @Test func comparisonOfTwoResults() throws {
        try PredictedTask.with(test: 6) { (predicted: PredictedTask) throws in
            try predicted.predict(.test)
            try predicted.eval("--test", "--bootstrap", "0")
            let results = predicted.run.results(.test)
            let worse = predicted.task.root.appendingPathComponent("worse")
            // The weak detection elsewhere is now the better one.
            try predicted.predict(.test, score: 0.1)
            let tool = predicted.task.tool
            let labels = try predicted.folder.evaluationLabels(.test).path
            let second = try tool.run(
                "eval", "--predictions", predicted.run.predictions(.test).path, "--labels", labels, "--classes", "a,b", "--output",
                worse.path)
            #expect(second.status == 0, "\(second.errors)")
            let file = predicted.task.root.appendingPathComponent("comparison.json")
            let run = try tool.run(
                "compare", results.path, worse.path, "--bootstrap", "100", "--seed", "3", "--output", file.path)
            #expect(run.status == 0 && run.output.contains("6 cases, 100 draws") && run.output.contains("B − A"), "\(run.errors)")
            #expect(!run.output.contains("0_AP_IoU_0.30"))
            #expect(try tool.run("compare", results.path, worse.path, "--bootstrap", "10", "--all").output.contains("0_AP_IoU_0.30"))
            let document = try Document.read(file)
            #expect(document["seed"] == .integer(3) && document["resamples"] == .integer(100))
            guard case .number(let difference)? = document["differences"]?["AP_IoU_0.10_MaxDet_100"]?["difference"] else {
                Issue.record("no difference")
                return
            }
            #expect(difference < 0)
            let wrong = try tool.run("compare", results.path, predicted.task.root.path)
            #expect(wrong.status == 1 && wrong.errorLines.count == 1 && wrong.errors.contains("holds no records_boxes.npz"))
        }
    }

    @Test func reportOfAModelAndOfFiles() throws {
        try PredictedTask.with(test: 4) { (predicted: PredictedTask) throws in
            try predicted.predict(.test)
            try predicted.predict(.val)
            let tool = predicted.task.tool
            let run = try tool.run("report", "000", PredictedTask.model, "0", "--test", "--bootstrap", "50")
            let page = predicted.run.results(.test).appendingPathComponent("report.html")
            #expect(run.status == 0 && run.output.contains(page.path), "\(run.errors)")
            let text = try String(contentsOf: page, encoding: .utf8)
            #expect(text.contains("<title>Task000D3_Example: detection report</title>") && text.contains("test images · 4 cases"))
            #expect(text.contains("data:image/png") && text.contains("50 draws of 4 cases"))
            #expect(
                FileManager.default.fileExists(
                    atPath: page.deletingLastPathComponent().appendingPathComponent("report.figures/FROC.svg").path))
            #expect(try tool.run("report", "000", PredictedTask.model, "0", "--bootstrap", "0", "--gallery", "1").status == 0)
            #expect(FileManager.default.fileExists(atPath: predicted.run.results(.val).appendingPathComponent("report.html").path))

            let own = predicted.task.root.appendingPathComponent("own.html")
            let files = try tool.run(
                "report", "--predictions", predicted.run.predictions(.test).path, "--labels",
                try predicted.folder.evaluationLabels(.test).path,
                "--images", try predicted.folder.images(.test).path, "--classes", "a,b", "--gallery", "2", "--output", own.path)
            #expect(files.status == 0, "\(files.errors)")
            // Two of each kind at most; nothing is missed.
            let html = try String(contentsOf: own, encoding: .utf8)
            #expect(html.components(separatedBy: "data:image/png").count - 1 == 4)
            let images = try tool.run(
                "report", "--predictions", predicted.run.predictions(.test).path, "--labels",
                try predicted.folder.evaluationLabels(.test).path,
                "--images", try predicted.folder.labels(.train).path)
            #expect(images.status == 1 && images.errors.contains("holds no image of case"))
            #expect(try tool.run("report", "000", PredictedTask.model, "0", "--test", "--output", "x.pdf").errors.contains(".html"))
        }
    }

    private static let luna = sharedFolder.appendingPathComponent("data/luna16")

    @Test(.enabled(if: FileManager.default.fileExists(atPath: luna.path)))
    func lunaByTheOfficialRules() throws {
        try withTemporaryFolder { folder in
            let tool = CommandLineTool(in: folder)
            let arguments =
                ["eval-luna"]
                + [
                    ("annotations", "newannotations.csv"), ("excluded", "newannotations_excluded.csv"), ("series", "newseriesuids.csv"),
                    ("predictions", "dpn26bs32.csv"),
                ].flatMap { ["--\($0.0)", Self.luna.appendingPathComponent($0.1).path] } + ["--output", folder.path]
            let run = try tool.run(arguments + ["--pad-ids", "5", "--bootstrap", "50", "--seed", "2"])
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.contains("888 scans, 1186 nodules, 52708 candidates kept"))
            #expect(run.output.contains("1136 found, 50 missed, 46078 false positives, 5308 on excluded findings, 186 double"))
            for value in ["0.6922", "0.7690", "0.8238", "0.8651", "0.8929", "0.9174", "0.9334", "0.8420"] {
                #expect(run.output.contains(" \(value) "), "\(value)")
            }
            let document = try Document.read(folder.appendingPathComponent("results_luna.json"))
            #expect(document["resamples"] == .integer(50) && document["seed"] == .integer(2))
            for name in ["froc.csv", "scans.csv", "FROC.png", "FROC.svg"] {
                #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path))
            }
            let unmatched = try tool.run(arguments)
            #expect(unmatched.status == 1 && unmatched.errorLines.count == 1 && unmatched.errors.contains("--pad-ids 5"))
        }
    }
}
