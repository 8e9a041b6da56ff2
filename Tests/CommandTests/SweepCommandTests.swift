import Core
import Foundation
import Inference
import Preprocessing
import Support
import TestSupport
import Testing

/// `nndet sweep` predicts the cases anew whose predictions would be others, and no more.
@Suite struct SweepCommandTests {
    private let name = "RetinaUNetV001_D3V001_3d"

    private func run(_ task: TinyTask, _ arguments: [String]) throws {
        let result = try task.tool.run(arguments)
        #expect(result.status == 0, "\(arguments.joined(separator: " ")): \(result.output) \(result.errors)")
    }

    @Test func predictionsAreKeptByContent() throws {
        try TinyTask.prepared(train: 6) { (task: TinyTask) throws in
            let fold = ModelFolder(root: task.root.appendingPathComponent("models"), task: TinyTask.name, model: name).fold(0)
            try TrainedTask.install(in: task)
            let cases = try JSONFile.read(Splits.self, from: fold.splits).fold(0).val.sorted()
            try #require(cases.count == 2)

            /// Sweeps, and tells the cases that were predicted.
            func predicted(_ options: [String] = []) throws -> [String] {
                func dates() throws -> [Date?] {
                    try cases.map { id in
                        let file = RawPredictions.files(of: id, in: fold.sweepPredictions).arrays
                        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
                        return try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
                    }
                }
                let before = try dates()
                try run(task, ["sweep", "000", name, "0"] + options)
                return try zip(cases, zip(before, dates())).filter { $0.1.0 != $0.1.1 }.map(\.0)
            }
            func raw() throws -> [RawPredictions] { try cases.map { try RawPredictions.load($0, from: fold.sweepPredictions) } }

            #expect(try predicted() == cases)
            #expect(try predicted() == [])
            let usual = try raw()

            // The original's tiles and mirroring.
            #expect(try predicted(["--reference-behaviour"]) == cases)
            #expect(try predicted(["--reference-behaviour"]) == [])
            for (mine, theirs) in try zip(usual, raw()) {
                let mirrored = try #require(zip(mine.members, theirs.members).first { $0.0.transform == 7 })
                #expect(mirrored.0.detections.boxes != mirrored.1.detections.boxes)
                #expect(!mine.referenceBehaviour && theirs.referenceBehaviour)
            }
            try expectOrder(fold, isOriginal: true)
            #expect(try predicted() == cases)
            #expect(try raw() == usual)
            try expectOrder(fold, isOriginal: false)

            // A case that was made anew of another image.
            try replace(cases[0], in: task)
            #expect(try predicted() == [cases[0]])
            #expect(try raw()[0] != usual[0] && raw()[1] == usual[1])

            // Another plan; and what belongs to none of the cases goes, as consolidation would take it.
            var plan = try Plan.read(from: fold.plan)
            plan.batchSize += 1
            try JSONFile.write(plan, to: fold.plan)
            let stranger = RawPredictions.files(of: "stranger", in: fold.sweepPredictions).arrays
            try Data().write(to: stranger)
            #expect(try predicted() == cases)
            #expect(!FileManager.default.fileExists(atPath: stranger.path))
        }
    }

    /// Detections lie by score, those of the original by class.
    private func expectOrder(_ fold: RunFolder, isOriginal: Bool) throws {
        let folder = fold.predictions(.val, preprocessed: true)
        for id in CasePrediction.caseIDs(in: folder) {
            let found = try CasePrediction.read(id, in: folder).detections
            let byScore = found.scores == found.scores.sorted(by: >)
            #expect(byScore != isOriginal && (found.labels == found.labels.sorted()) == isOriginal, "\(id)")
        }
    }

    /// Puts other arrays in the place of a case's, with another key beside them: what prep leaves of another image where the plan stays.
    private func replace(_ id: String, in task: TinyTask) throws {
        let file = task.file("preprocessed/D3V001_3d/imagesTr/\(id).npz"),
            properties = task.file("preprocessed/D3V001_3d/imagesTr/\(id).json")
        var arrays = try NPZ.read(file)
        let data = try #require(arrays["data"])
        arrays["data"] = NPYArray(data.floats().map { -$0 }, shape: data.shape)
        try NPZ.write(arrays, to: file)
        var description: CaseProperties = try JSONFile.read(from: properties)
        description.contentKey = try #require(description.contentKey) + " of another image"
        try JSONFile.write(description, to: properties)
    }
}
