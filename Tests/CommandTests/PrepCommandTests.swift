import Core
import Foundation
import Support
import TestSupport
import Testing

@Suite struct PrepCommandTests {
    @Test func preparesOnceAndThenOnlyWhatChanged() throws {
        try TinyTask.with { (task: TinyTask) throws in
            let first = try task.tool.run("prep", "000", "--full_check", "-np", "2", "-npp", "2")
            #expect(first.status == 0 && first.errors.isEmpty, "\(first.errors)")
            #expect(first.output.contains("preprocessed for D3V001_3d: 5 cases\n"))
            for path in [
                "raw_cropped/imagesTr/case_0.npz", "preprocessed/properties/dataset_properties.json", "preprocessed/D3V001_3d.json",
                "preprocessed/D3V001_3d/imagesTr/case_4.npz", "preprocessed/D3V001_3d/labelsTr/case_4_boxes_gt.npz",
                "preprocessed/labelsTr/case_0_boxes_gt.npz", "logging.log",
            ] { #expect(task.exists(path), "\(path)") }
            let before = try task.times()

            let second = try task.tool.run("prep", "Example")
            #expect(second.status == 0)
            #expect(
                second.output.contains("preprocessed for D3V001_3d: 0 cases, 5 unchanged\n")
                    && second.output.contains("planned: D3V001_3d, unchanged"))
            let after = try task.times()
            #expect(Set(after.keys) == Set(before.keys))
            #expect(after.filter { before[$0.key] != $0.value }.keys.sorted() == ["logging.log"])

            // Another class for one case: its label file counts for cropping, measuring, planning and the labels.
            let json = try String(contentsOf: task.label(2, "json"), encoding: .utf8)
            let flipped =
                json.contains(": 0") ? json.replacingOccurrences(of: ": 0", with: ": 1") : json.replacingOccurrences(of: ": 1", with: ": 0")
            try AtomicFile.write(Data(flipped.utf8), to: task.label(2, "json"))
            let third = try task.tool.run("prep", "000")
            #expect(
                third.output.contains("cropped: 1 case, 4 unchanged\n") && third.output.contains("measured: 5 cases\n"), "\(third.output)")
            #expect(third.output.contains("preprocessed for D3V001_3d: 1 case, 4 unchanged\n"))
            let labels = try GroundTruth.read("case_2", in: task.file("preprocessed/labelsTr")).labels
            #expect(labels == [flipped.contains(": 1,") || flipped.contains(": 1\n") || flipped.contains(": 1}") ? 1 : 0])

            let unpacked = try task.tool.run("unpack", "000")
            #expect(
                unpacked.status == 0 && unpacked.output.contains(": 5 cases\n") && task.exists("preprocessed/D3V001_3d/imagesTr/case_1.npy")
            )
            let again = try task.tool.run("unpack", task.file("preprocessed/D3V001_3d/imagesTr").path, "2")
            #expect(again.output.contains("0 cases, 5 unchanged"))
        }
    }

    @Test func singleSteps() throws {
        try TinyTask.with { (task: TinyTask) throws in
            let early = try task.tool.run("prep", "000", "-o", "prep=plan")
            #expect(early.status == 1 && early.errorLines.count == 1 && early.errors.contains("has not been measured"))
            #expect(try task.tool.run("prep", "000", "-o", "prep=nothing", "prep.crop=True").status == 0)
            #expect(task.exists("raw_cropped/imagesTr/case_0.npz") && !task.exists("preprocessed/properties/dataset_properties.json"))
        }
    }

    @Test func anEditedPlanStays() throws {
        try TinyTask.with { (task: TinyTask) throws in
            #expect(try task.tool.run("prep", "000").status == 0)
            let file = task.file("preprocessed/D3V001_3d.json")
            var plan: Plan = try JSONFile.read(from: file)
            plan.batchSize = 3
            try JSONFile.write(plan, to: file)
            #expect(try task.tool.run("prep", "000").status == 0)
            #expect(try JSONFile.read(Plan.self, from: file).batchSize == 3)
        }
    }
}
