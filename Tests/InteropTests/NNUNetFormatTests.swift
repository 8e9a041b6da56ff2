import Core
import Foundation
import Interop
import Support
import Testing

/// Names, descriptions, and the search for settings.
@Suite struct NNUNetFormatTests {
    @Test func names() throws {
        #expect(try NNUNetFormat.v1.folderName("Task100_Lung") == "Task100_Lung")
        #expect(try NNUNetFormat.v2.folderName("Task100_Lung") == "Dataset100_Lung")
        #expect(try NNUNetFormat.v1.folderName("Dataset007_A_b") == "Task007_A_b")
        for name in ["Task000D3_Example", "Task019FG_ADAM", "Task12_Lung", "Task100", "Task100_", "Lung"] {
            #expect(throws: Problem.self) { try NNUNetFormat.v2.folderName(name) }
        }
    }

    @Test func descriptions() throws {
        var info = DatasetInfo(task: "Task100_Lung", labels: ["nodule", "mass"], modalities: ["CT", "PET"], name: "Lung")
        info.stuffLabels = ["lung"]
        info.minSize = 3
        info.licence = "CC BY 4.0"
        let first = try NNUNetFormat.v1.description(info, train: ["a", "b"], test: ["t"], stuff: true)
        #expect(first["labels"] == .map(["0": .text("background"), "1": .text("nodule"), "2": .text("mass"), "3": .text("lung")]))
        #expect(first["labels_stuff"] == .map(["3": .text("lung")]) && first["modality"]?["1"] == .text("PET"))
        #expect(first["name"] == .text("Lung") && first["licence"] == .text("CC BY 4.0") && first["release"] == .text("unknown"))
        #expect(first["prep_info"] == .text("min size: 3.0 ; min vol 0.0") && first["tensorImageSize"] == .text("3D"))
        #expect(first["numTraining"] == .integer(2) && first["numTest"] == .integer(1))
        #expect(
            first["training"]
                == .list(
                    ["a", "b"].map {
                        .map(["image": .text("./imagesTr/\($0).nii.gz"), "label": .text("./labelsTr/\($0).nii.gz")])
                    }))
        #expect(first["test"] == .list([.text("./imagesTs/t.nii.gz")]))
        let second = try NNUNetFormat.v2.description(info, train: ["a", "b"], test: [], stuff: false)
        #expect(second["labels"] == .map(["background": .integer(0), "nodule": .integer(1), "mass": .integer(2)]))
        #expect(second["channel_names"]?["0"] == .text("CT") && second["file_ending"] == .text(".nii.gz"))
        #expect(second["training"] == nil && second["numTraining"] == .integer(2))
        info.labels = ["nodule", "nodule"]
        #expect(throws: Problem.self) { try NNUNetFormat.v2.description(info, train: ["a"], test: [], stuff: false) }
    }

    @Test(arguments: ["\"nan\"", "-0.1", "2"], [5, -1]) func impossibleSettingsAreRefused(threshold: String, voxels: Int) {
        func read(_ threshold: String, _ voxels: Int) throws {
            let text = #"{"aggregation": "max", "min_num_voxel": \#(voxels), "min_threshold": \#(threshold)}"#
            _ = try JSONFile.decode(NNUNetSettings.self, from: Data(text.utf8), named: "postprocessing.json")
        }
        #expect(throws: Problem.self) { try read(threshold, voxels) }
        #expect(throws: Never.self) { try read("null", 0) }
    }

    @Test func searchIsGreedyAndTakesTheFirstBest() throws {
        let search = try NNUNetSearch { settings in
            var score = settings.minVoxels == 10 || settings.minVoxels == 15 ? 0.5 : 0.4
            if settings.minThreshold == 0.3 { score += 0.1 }
            // Better with no threshold, which the order does not get to see.
            if settings.aggregation == .mean { score += settings.minThreshold == nil ? 0.4 : 0.05 }
            return score
        }
        #expect(search.best == NNUNetSettings(aggregation: .mean, minVoxels: 10, minThreshold: 0.3))
        #expect(search.trials.count == 15 && search.trials[1].label == "min_num_voxel_5" && search.trials[5].label == "min_threshold_None")
        #expect(search.trials[5].settings == NNUNetSettings(minVoxels: 10) && search.trials[14].label == "aggregation_percentile95")
        #expect(try NNUNetSearch { _ in 0 }.best == NNUNetSettings(minVoxels: 0))
    }
}
