import Boxes
import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// `nndet submission luna` and `adam`.
@Suite struct SubmissionCommandTests {
    private static let series = "1_3_6_1_4_1_14519_5_2_1"
    /// A grid that is turned against the patient, so that no order of axes can be mistaken for another.
    private static let geometry = Geometry(
        size: SIMD3(40, 50, 60), spacing: SIMD3(2.5, 0.75, 0.5), origin: SIMD3(-100, 50, -300), direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1])

    private func write(_ id: String, _ detections: Detections, in folder: URL, isRestored: Bool = true) throws {
        try CasePrediction(caseID: id, detections: detections, geometry: Self.geometry, isRestored: isRestored).write(in: folder)
    }

    /// Two boxes: middles (z, y, x) of (10, 20.5, 31) with 0.9 and (5, 6, 7) with 0.4.
    private var detections: Detections {
        Detections(
            boxes: [
                Box(lower: SIMD3(3, 4, 5), upper: SIMD3(7, 8, 9)), Box(lower: SIMD3(8, 18, 30), upper: SIMD3(12, 23, 32)),
            ], scores: [0.4, 0.9], labels: [0, 0])
    }

    @Test func lunaIsScoredByTheChallenge() throws {
        try withTemporaryFolder { (root: URL) throws in
            let tool = CommandLineTool(in: root)
            let models = root.appendingPathComponent("models/Task016_Luna/M/consolidated/val_predictions")
            try write(Self.series, detections, in: models)
            try write("scan 2", Detections(), in: models)
            let run = try tool.run("submission", "luna", "16", "M")
            #expect(run.status == 0 && run.output.contains("2 marks in 2 scans"), "\(run.errors)")
            let file = root.appendingPathComponent("models/Task016_Luna/M/M.csv")
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
            #expect(lines[0] == "seriesuid,coordX,coordY,coordZ,probability" && lines.count == 3)
            // x = −100 − 31 · 0.5, y = 50 − 20.5 · 0.75, z = −300 + 10 · 2.5
            #expect(lines[1] == "1.3.6.1.4.1.14519.5.2.1,-115.5,34.625,-275.0,0.9", "\(lines[1])")

            let lists = ["annotations", "excluded", "series"].map { root.appendingPathComponent("\($0).csv") }
            let header = "seriesuid,coordX,coordY,coordZ,diameter_mm\n"
            try Data((header + "1.3.6.1.4.1.14519.5.2.1,-115.0,34.0,-275.5,5\n").utf8).write(to: lists[0])
            try Data(header.utf8).write(to: lists[1])
            try Data("1.3.6.1.4.1.14519.5.2.1\nscan 2\n".utf8).write(to: lists[2])
            let scored = try tool.run(
                "eval-luna", "--annotations", lists[0].path, "--excluded", lists[1].path, "--series", lists[2].path, "--predictions",
                file.path)
            #expect(
                scored.status == 0 && scored.output.contains("1 found, 0 missed, 1 false positives"), "\(scored.output)\(scored.errors)")

            // Other predictions, other places.
            let fold = root.appendingPathComponent("models/Task016_Luna/M/fold2/test_predictions")
            try write("7_8", detections, in: fold)
            #expect(try tool.run("submission", "luna", "Luna", "M", "2", "--test", "--score", "0.5").output.contains("1 marks in 1 scans"))
            #expect(
                try String(contentsOf: root.appendingPathComponent("models/Task016_Luna/M/M_fold2_test.csv"), encoding: .utf8).contains(
                    "7.8,"))
            #expect(try tool.run("submission", "luna", "--predictions", fold.path).status == 0)
            #expect(FileManager.default.fileExists(atPath: fold.path + "_submission.csv"))
            let output = root.appendingPathComponent("mine.csv")
            #expect(try tool.run("submission", "luna", "--predictions", fold.path, "--output", output.path).status == 0)
            #expect(try Data(contentsOf: output) == Data(contentsOf: URL(fileURLWithPath: fold.path + "_submission.csv")))
        }
    }

    @Test func adamTakesVoxels() throws {
        try withTemporaryFolder { (root: URL) throws in
            let tool = CommandLineTool(in: root)
            let folder = root.appendingPathComponent("models/Task019FG_ADAM/M/fold0/test_predictions")
            try write("case", detections, in: folder)
            let run = try tool.run("submission", "adam", "19FG", "M", "0", "--test")
            #expect(run.status == 0 && run.output.contains("1 aneurysms in 1 case"), "\(run.errors)")
            let file = root.appendingPathComponent("models/Task019FG_ADAM/M/M_fold0_test/case/result.txt")
            // Halves go to the even voxel; no newline at the end.
            #expect(try String(contentsOf: file, encoding: .utf8) == "31, 20, 10")
            let output = root.appendingPathComponent("out/result.txt")
            for _ in 0..<2 {
                #expect(
                    try tool.run("submission", "adam", "--predictions", folder.path, "--output", output.path, "--score", "0.3").status == 0)
            }
            #expect(try String(contentsOf: output, encoding: .utf8) == "31, 20, 10\n7, 6, 5")
            try write("none", Detections(), in: folder)
            let two = try tool.run("submission", "adam", "--predictions", folder.path, "--output", output.path)
            #expect(two.status == 1 && two.errorLines.count == 1 && two.errors.contains("is one file, there are 2 cases"))
            #expect(try tool.run("submission", "adam", "--predictions", folder.path).status == 0)
            let empty = URL(fileURLWithPath: folder.path + "_submission/none/result.txt")
            #expect(try Data(contentsOf: empty).isEmpty)
        }
    }

    @Test func mistakesAreOneLine() throws {
        try withTemporaryFolder { (root: URL) throws in
            let tool = CommandLineTool(in: root)
            for challenge in ["luna", "adam"] {
                #expect(try tool.run("submission", challenge).status == 2)
                #expect(try tool.run("submission", challenge, "16", "M", "--predictions", "x").status == 2)
                #expect(try tool.run("submission", challenge, "--predictions", "x", "--test").status == 2)
                let none = try tool.run("submission", challenge, "--predictions", root.path)
                #expect(none.status == 1 && none.errorLines.count == 1 && none.errors.contains("holds no predictions"))
            }
            let folder = root.appendingPathComponent("val_predictions_preprocessed")
            try write("a", detections, in: folder, isRestored: false)
            let wrong = try tool.run("submission", "luna", "--predictions", folder.path)
            #expect(wrong.status == 1 && wrong.errors.contains("boxes of a preprocessed case"))
            #expect(try tool.run("submission", "luna", "16", "M").status == 1)
        }
    }

    /// The script of the container for ADAM, on a model of two modalities.
    @Test func theContainersScriptWrites() throws {
        try TinyTask.with(train: 5) { (task: TinyTask) throws in
            for index in 0..<5 { try FileManager.default.copyItem(at: task.image(index), to: task.image(index, modality: 1)) }
            let description = task.file("dataset.json")
            try JSONFile.write(
                Document.read(description).setting(["modalities"], to: .map(["0": .text("Structured"), "1": .text("TOF")])), to: description
            )
            let model = task.root.appendingPathComponent("adam.nndet")
            let fold = task.root.appendingPathComponent("models/\(TinyTask.name)/RetinaUNetV001_D3V001_3d/fold0")
            for arguments in [["prep", "000"], ["unpack", "000"], ["model", "pack", fold.path, "--output", model.path]] {
                if arguments[0] == "model" { try TrainedTask.install(in: task) }
                let run = try task.tool.run(arguments)
                #expect(run.status == 0, "\(arguments): \(run.errors)")
            }
            let input = task.root.appendingPathComponent("input/pre")
            try FileManager.default.createDirectory(at: input, withIntermediateDirectories: true)
            for name in ["struct_aligned", "TOF"] {
                try FileManager.default.copyItem(at: task.image(0), to: input.appendingPathComponent("\(name).nii.gz"))
            }
            var script = task.tool
            script.program = Self.script
            let output = task.root.appendingPathComponent("output")
            script.environment.merge(
                [
                    "PATH": "\(CommandLineTool.buildFolder.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")", "MODEL": model.path,
                    "INPUT": input.deletingLastPathComponent().path, "OUTPUT": output.path, "SCORE": "0",
                    "NNDET_OPTIONS": "--num_tta 1 --device cpu",
                ], uniquingKeysWith: { $1 })
            let run = try script.run([])
            #expect(run.status == 0, "\(run.output)\(run.errors)")
            let text = try String(contentsOf: output.appendingPathComponent("result.txt"), encoding: .utf8)
            let lines = text.split(separator: "\n").map { $0.components(separatedBy: ", ").compactMap { Int($0) } }
            #expect(!lines.isEmpty && lines.allSatisfy { $0.count == 3 && $0.allSatisfy { (-1...36).contains($0) } }, "\(text)")
            // Nothing that scores so much: an empty answer in place of the first.
            script.environment["SCORE"] = "1"
            #expect(try script.run([]).status == 0)
            #expect(try Data(contentsOf: output.appendingPathComponent("result.txt")).isEmpty)
            try FileManager.default.removeItem(at: input.appendingPathComponent("TOF.nii.gz"))
            #expect(try script.run([]).status != 0)
        }
    }

    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs/how-to/adam/inference.sh")
}
