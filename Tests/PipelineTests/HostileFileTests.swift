import Boxes
import Core
import Foundation
import Imaging
import Pipeline
import Support
import TestSupport
import Testing

/// Files of models and predictions with numbers that cannot be.
@Suite struct HostileFileTests {
    private func context(_ folder: URL) -> CommandContext {
        CommandContext(
            environment: Environment(
                dataFolder: folder.appendingPathComponent("data"), modelsFolder: folder.appendingPathComponent("models")))
    }

    @Test func marksThatNoImageHoldsAreNamed() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let box = Box(lower: SIMD3(repeating: 3e38), upper: SIMD3(repeating: 3.1e38))
            try CasePrediction(
                caseID: "a", detections: Detections(boxes: [box], scores: [0.9], labels: [0]),
                geometry: Geometry(size: SIMD3(4, 4, 4), spacing: .one), isRestored: true
            ).write(in: folder)
            #expect { try AdamSubmission(source: .folder(folder)).run(context(folder)) } throws: {
                "\($0)".contains("a_boxes.npz: has a box at")
            }
        }
    }

    @Test func volumesThatMemoryCannotHoldAreNotExported() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let model = ModelFolder(root: folder, task: "Task900_A", model: "M")
            let predictions = model.consolidated.predictions(.val)
            try CasePrediction(
                caseID: "a", detections: Detections(), geometry: Geometry(size: SIMD3(65_536, 65_536, 2048), spacing: .one),
                isRestored: true
            ).write(in: predictions)
            var export = NIfTIExport(model: model, content: .boxes)
            export.fold = -1
            #expect { try export.run(context(folder)) } throws: { "\($0)".contains("needs more than the") }
        }
    }

    /// Numbers of folds and times of a record that overflow.
    @Test(arguments: [
        ("\"folds\": 9000000000000000000, \"step_seconds\": 1, \"case_seconds\": 1"),
        ("\"folds\": 5, \"step_seconds\": 1e300, \"case_seconds\": \"inf\""),
        ("\"folds\": 5, \"step_seconds\": 1, \"case_seconds\": 1, \"fold_budget\": 1e300"),
    ])
    func statusOfImpossibleRecords(record: String) throws {
        try withTemporaryFolder { (folder: URL) throws in
            let context = context(folder)
            let fixture = try TaskFixture(in: context.environment.dataFolder)
            try fixture.add("t", .test)
            let model = context.environment.modelsFolder.appendingPathComponent("\(fixture.task.name)/M")
            for fold in ["fold9223372036854775807", "fold999999999999", "fold0"] {
                try AtomicFile.createFolder(model.appendingPathComponent(fold))
            }
            try AtomicFile.write(Data("{\"format_version\": 1, \(record)}".utf8), to: model.appendingPathComponent("run.json"))
            let status = try TaskStatus(fixture.task.name, context)
            #expect(status.models.count == 1 && status.models[0].items.count { $0.name.hasPrefix("fold") } == 1)
            #expect(!status.text.isEmpty)
        }
    }

    @Test(arguments: [("a", "is compressed"), ("", "no name of a file"), ("manifest.json", "no name of a file"), ("../a", "leads out")])
    func packedModels(name: String, message: String) throws {
        try withTemporaryFolder { (folder: URL) throws in
            let file = folder.appendingPathComponent("model.nndet")
            let manifest = #"{"format": "nndet model", "format_version": 1, "files": {"\#(name)": "key"}}"#
            try ZipArchive.write(
                [
                    ZipArchive.NewEntry(name: "manifest.json", head: Data(), body: Data(manifest.utf8)),
                    ZipArchive.NewEntry(name: "a", head: Data(), body: Data(count: 100_000)),
                ], to: file, compressed: true)
            #expect { try ModelCommands.describe(file, context(folder)) } throws: { "\($0)".contains(message) }
        }
    }
}
