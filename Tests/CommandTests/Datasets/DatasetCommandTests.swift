import Datasets
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// What holds for every data set.
@Suite struct DatasetCommandTests {
    @Test func allAreListedAndHaveAGuide() throws {
        try withTemporaryFolder { (root: URL) throws in
            let result = try CommandLineTool(in: root).run("dataset", "list")
            #expect(result.status == 0 && result.errors.isEmpty)
            let lines = result.output.split(separator: "\n")
            #expect(lines.count == 12 && DatasetCatalogue.all.count == 12)
            let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
            for (line, card) in zip(lines, DatasetCatalogue.all.map(\.card)) {
                #expect(line.contains(card.name) && line.contains(card.task) && line.contains(card.home))
                let guide = try String(contentsOf: package.appendingPathComponent(card.guide), encoding: .utf8)
                for word in ["Licence:", "Folders", "nndet dataset prepare \(card.name) --raw", "Scores to compare with", card.task] {
                    #expect(guide.contains(word) || (word == "Folders" && card.name == "lidc"), "\(card.guide): \(word)")
                }
                if let place = card.correctedLabels { #expect(guide.contains(place)) }
                for name in [card.name, card.task, card.name.uppercased()] {
                    #expect(try DatasetCatalogue.find(name).card.name == card.name)
                }
            }
            // Numbers mean tasks.
            for (number, name) in [("3", "liver"), ("003", "liver"), ("19", "adam"), ("Task025", "lymphnodes")] {
                #expect(try DatasetCatalogue.find(number).card.name == name)
            }
        }
    }

    @Test(arguments: DatasetCatalogue.all.map(\.card.name))
    func anEmptyFolderTellsWhatIsMissingAndWhereToGetIt(name: String) throws {
        try RawDataset.with { raw in
            for arguments in [["--check"], []] {
                let result = try raw.tool.run(["dataset", "prepare", name, "--raw", raw.raw.path] + arguments)
                let card = try DatasetCatalogue.find(name).card
                #expect(result.status == 1 && result.errorLines.count == 1 && result.errors.contains(card.home), "\(result.errors)")
                #expect((result.output + result.errors).contains("is missing (\(card.parts[0].title))"))
            }
            #expect(!FileManager.default.fileExists(atPath: raw.root.appendingPathComponent("data").path))
        }
    }

    @Test func optionsHaveTheirEffect() throws {
        try RawDataset.with { raw in
            try raw.write(RawDataset.pattern(), RawDataset.grid(), to: "train_dataset/a_orig.nii.gz")
            try raw.write(RawDataset.map([]), RawDataset.grid(), to: "train_mask_images/a_labeledMasks.nii.gz")
            let elsewhere = raw.root.appendingPathComponent("elsewhere")
            let made = try raw.prepare("cada", "--data", elsewhere.path, "--num_processes", "1")
            #expect(made.status == 0, "\(made.errors)")
            #expect(FileManager.default.fileExists(atPath: elsewhere.appendingPathComponent("Task017_CADA/dataset.json").path))
            #expect(!FileManager.default.fileExists(atPath: raw.root.appendingPathComponent("data").path))
            #expect(try raw.prepare("cada", "-np", "0").status == 2)
            #expect(try raw.tool.run("dataset", "prepare", "cada").status == 2)
            // Cases that are no longer in the raw folder are told.
            for name in ["train_dataset/a_orig", "train_mask_images/a_labeledMasks"] {
                try FileManager.default.moveItem(
                    at: raw.file("\(name).nii.gz"), to: raw.file("\(name.replacing("/a_", with: "/b_")).nii.gz"))
            }
            let other = try raw.prepare("cada", "--data", elsewhere.path)
            #expect(other.status == 0 && other.errors.contains("1 case of") && other.errors.contains("e.g. a"), "\(other.errors)")
        }
    }
}
