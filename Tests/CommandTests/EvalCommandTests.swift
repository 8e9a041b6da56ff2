import Boxes
import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

@Suite struct EvalCommandTests {
    private let model = "RetinaUNetV001_D3V001_3d"

    /// Writes predictions for the test cases: the annotated boxes themselves, with a weaker one elsewhere.
    private func predict(_ task: TinyTask, leavingOut: Int = 0) throws -> RunFolder {
        let run = ModelFolder(root: task.root.appendingPathComponent("models"), task: TinyTask.name, model: model).fold(0)
        let labels = task.file("preprocessed/labelsTs")
        for id in GroundTruth.caseIDs(in: labels).dropLast(leavingOut) {
            let truth = try GroundTruth.read(id, in: labels)
            let geometry = try TaskFolder(task.folder).geometry(of: id)
            let elsewhere = Box(lower: SIMD3(0, 0, 0), upper: SIMD3(3, 3, 3))
            let detections = Detections(boxes: truth.boxes + [elsewhere], scores: [0.9, 0.2], labels: truth.labels + [0])
            try CasePrediction(caseID: id, detections: detections, geometry: geometry, isRestored: true)
                .write(in: run.predictions(.test), legend: ClassLegend(names: ["Square", "SquareHole"]))
        }
        return run
    }

    @Test func perfectPredictionsScoreOne() throws {
        try TinyTask.with(train: 5, test: 8) { (task: TinyTask) throws in
            #expect(try task.tool.run("prep", "000").status == 0)
            let run = try predict(task)
            let result = try task.tool.run("eval", "000", model, "0", "--test", "--boxes", "--case")
            #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
            #expect(result.output.contains("AP@.1") && result.output.contains("SquareHole"))
            let scores: [String: Double] = try JSONFile.read(from: run.results(.test).appendingPathComponent("results_boxes.json"))
            #expect(scores["AP_IoU_0.10_MaxDet_100"] == 1 && scores["mAP_IoU_0.10_0.50_0.05_MaxDet_100"] == 1)
            #expect(scores["0_AP_IoU_0.10_MaxDet_100"] != nil && scores["FROC_score_IoU_0.10"] == 1)
            let cases: [String: Double] = try JSONFile.read(from: run.results(.test).appendingPathComponent("results_case.json"))
            #expect(cases["acc_case"] == 1)
            let picture = try Data(contentsOf: run.results(.test).appendingPathComponent("boxes/examples.png"))
            #expect(picture.count > 20_000 && picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        }
    }

    @Test func whatIsMissingIsNamed() throws {
        try TinyTask.with(train: 5, test: 2) { (task: TinyTask) throws in
            func error(_ arguments: String...) throws -> String {
                let result = try task.tool.run(["eval"] + arguments)
                #expect(result.status == 1 && result.errorLines.count == 1, "\(result.errors)")
                return result.errors
            }
            #expect(try task.tool.run("prep", "000").status == 0)
            #expect(try error("000", model, "0", "--test").contains("no model of \(TinyTask.name)"))
            _ = try predict(task, leavingOut: 1)
            #expect(try error("000", "Other", "0", "--test").contains("there are \(model)"))
            #expect(try error("000", model, "3", "--test").contains("there are fold0"))
            #expect(try error("000", model, "-1", "--test").contains("nndet consolidate"))
            #expect(try error("000", model, "0").contains("holds no predictions"))
            #expect(try error("000", model, "0", "--test").contains("1 of 2 cases have no prediction: case_6"))
            #expect(try error("000", model, "0", "--test", "--analyze_boxes").contains("not yet supported"))
        }
    }
}

extension TaskFolder {
    fileprivate func geometry(of id: String) throws -> Geometry { try ImageFile.readGeometry(imageFiles(of: id, .test)[0]) }
}
