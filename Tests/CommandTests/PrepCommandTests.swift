import Core
import Foundation
import Imaging
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
                "preprocessed/labelsTr/case_0_boxes_gt.npz", "raw_cropped/labelsTr/case_3.nii.gz", "raw_cropped/labelsTr/case_3.json",
                "logging.log", "preprocessed/analysis/D3V001_3d/box_areas_xylog.png",
                "preprocessed/analysis/D3V001_3d/bbox_sizes_3d.svg", "preprocessed/analysis/D3V001_3d/instances_per_case_0_10.png",
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
                unpacked.status == 0 && unpacked.output.contains(": 5 cases, up to ")
                    && task.exists("preprocessed/D3V001_3d/imagesTr/case_1.npy")
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
            let measured = "preprocessed/properties/dataset_properties.json"
            #expect(task.exists("raw_cropped/imagesTr/case_0.npz") && !task.exists(measured))
            // The other steps without the measuring: planning has nothing to go by.
            let unmeasured = try task.tool.run("prep", "000", "-o", "prep.analyze=False")
            #expect(unmeasured.status == 1 && unmeasured.errors.contains("prep.analyze=true"), "\(unmeasured.errors)")
            #expect(!task.exists(measured))
            let alone = try task.tool.run("prep", "000", "-o", "prep=nothing", "prep.analyze=True")
            #expect(alone.status == 0 && alone.output.contains("measured: 5 cases") && !alone.output.contains("cropped"), "\(alone.output)")
            #expect(task.exists(measured) && task.exists("preprocessed/analysis/quality.md") && !task.exists("preprocessed/D3V001_3d.json"))
            let unplanned = try task.tool.run("prep", "000", "-o", "prep.plan=False")
            #expect(unplanned.status == 1 && unplanned.errors.contains("prep.plan=true"), "\(unplanned.errors)")
            #expect(try task.tool.run("prep", "000", "-o", "prep.process=False").status == 0)
            #expect(task.exists("preprocessed/D3V001_3d.json") && !task.exists("preprocessed/D3V001_3d"))
            // Another seed would make another plan.
            let plan = try Data(contentsOf: task.file("preprocessed/D3V001_3d.json"))
            #expect(try task.tool.run("prep", "000", "-o", "prep.plan=False", "seed=5").status == 0)
            #expect(try Data(contentsOf: task.file("preprocessed/D3V001_3d.json")) == plan)
            #expect(task.exists("preprocessed/D3V001_3d/imagesTr/case_0.npz"))
        }
    }

    /// What was measured is enough for new plans: the images need not be there.
    @Test func planningNeedsNoImages() throws {
        try TinyTask.with { (task: TinyTask) throws in
            #expect(try task.tool.run("prep", "000").status == 0)
            let plan = task.file("preprocessed/D3V001_3d.json")
            let usual = try Data(contentsOf: plan)
            for folder in [task.file("raw_splitted"), task.file("raw_cropped")] { try FileManager.default.removeItem(at: folder) }
            try FileManager.default.removeItem(at: plan)
            let planned = try task.tool.run("prep", "000", "-o", "prep=plan")
            #expect(planned.status == 0, "\(planned.errors)")
            #expect(try Data(contentsOf: plan) == usual)
            #expect(try task.tool.run("prep", "000").status == 1)
        }
    }

    @Test func plansForOtherTargets() throws {
        try TinyTask.with { (task: TinyTask) throws in
            let file = task.file("preprocessed/D3V001_3d.json")
            #expect(try task.tool.run("prep", "000").status == 0)
            let usual = try Plan.read(from: file)
            #expect(usual.expectation?.target == "11 GB GPU" && usual.expectation?.memoryBudget == 11_511_726_080)
            #expect(usual.expectation?.precision == "mixed" && usual.expectation?.stepSeconds == nil)
            let large = try task.tool.run("prep", "000", "-o", "prep=plan", "planner_cfg.gpu_memory_gb=24")
            #expect(large.status == 0 && large.output.contains("24 GB GPU"), "\(large.errors)")
            #expect(try Plan.read(from: file).batchSize == 8)
            let full = try task.tool.run("prep", "000", "-o", "prep=plan", "trainer_cfg.precision=32")
            #expect(full.status == 0)
            #expect(try Plan.read(from: file).expectation?.precision == "full")

            let own = try task.tool.run(
                "prep", "000", "-o", "prep=plan", "planner_cfg.gpu_memory_gb=auto", "planner_cfg.max_step_seconds=4", "trainer_cfg.gpus=0")
            #expect(own.status == 0, "\(own.errors)")
            let measured = try #require(try Plan.read(from: file).expectation)
            #expect(measured.target.hasPrefix("this machine") && measured.maxStepSeconds == 4)
            #expect(measured.stepSeconds.map { $0 > 0 && $0 <= 4 } == true)
            // As planned, so that the same command plans nothing anew although no two measurements are alike.
            let again = try task.tool.run(
                "prep", "000", "-o", "prep=plan", "planner_cfg.gpu_memory_gb=auto", "planner_cfg.max_step_seconds=4", "trainer_cfg.gpus=0")
            #expect(again.output.contains("unchanged"))
            for (options, message) in [
                (["planner_cfg.max_step_seconds=4"], "planner_cfg.max_step_seconds: has no effect beside planner_cfg.gpu_memory_gb=11"),
                (["planner_cfg.gpu_memory_gb=much"], "planner_cfg.gpu_memory_gb: is 'much'"),
                (["planner_cfg.gpu_memory_gb=0.01"], "no patch fits 0.01 GB GPU"),
            ] {
                let wrong = try task.tool.run(["prep", "000", "-o", "prep=plan"] + options)
                #expect(wrong.status == 1 && wrong.errorLines.count == 1 && wrong.errors.contains(message), "\(wrong.errors)")
            }
        }
    }

    @Test func objectsLargerThanThePatchGetASecondPlan() throws {
        try TinyTask.with { (task: TinyTask) throws in
            // So little memory that the patch is smaller than the objects.
            let small = try task.tool.run("prep", "000", "-o", "planner_cfg.gpu_memory_gb=0.93")
            #expect(small.status == 0, "\(small.errors)")
            let plan = try Plan.read(from: task.file("preprocessed/D3V001_3d.json"))
            let coarse = try Plan.read(from: task.file("preprocessed/D3V001_3dlr1.json"))
            #expect(plan.triggerLowResolution && coarse.mode == "3dlr1" && coarse.targetSpacing == plan.targetSpacing.map { 2 * $0 })
            for path in [
                "preprocessed/D3V001_3dlr1/imagesTr/case_0.npz", "preprocessed/D3V001_3dlr1/labelsTr/case_0_boxes_gt.npz",
                "preprocessed/analysis/D3V001_3dlr1/bbox_sizes_axis_2_xlog.svg",
            ] { #expect(task.exists(path), "\(path)") }
            #expect(try task.tool.run("prep", "000", "-o", "prep=plan").status == 0)
            #expect(!task.exists("preprocessed/D3V001_3dlr1.json"))
        }
    }

    @Test func aPlanThatCannotBeIsNamed() throws {
        try TinyTask.with { (task: TinyTask) throws in
            #expect(try task.tool.run("prep", "000").status == 0)
            let file = task.file("preprocessed/D3V001_3d.json")
            var plan = try Plan.read(from: file)
            plan.patchSize[1] += 1
            try JSONFile.write(plan, to: file)
            for command in [["prep", "000"], ["train", "000"]] {
                let result = try task.tool.run(command)
                #expect(result.status == 1 && result.errorLines.count == 1, "\(result.errors)")
                #expect(result.errors.contains("D3V001_3d.json: 'patch_size' is \(plan.patchSize), which the strides do not divide"))
            }
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
            // Planned for something else, what was edited is kept beside; what planning itself wrote is not.
            let other = try task.tool.run("prep", "000", "-o", "planner_cfg.gpu_memory_gb=4")
            #expect(other.status == 0 && other.errors.contains("it is kept as D3V001_3d.edited.json"), "\(other.errors)")
            #expect(try JSONFile.read(Plan.self, from: task.file("preprocessed/D3V001_3d.edited.json")).batchSize == 3)
            #expect(try JSONFile.read(Plan.self, from: file).batchSize != 3)
            let back = try task.tool.run("prep", "000")
            #expect(back.status == 0 && back.errors.isEmpty && !task.exists("preprocessed/D3V001_3d.edited-2.json"), "\(back.errors)")
        }
    }

    @Test func aPlannerThatDoesNotExistIsRefusedBeforeTheWork() throws {
        try TinyTask.with { (task: TinyTask) throws in
            let result = try task.tool.run("prep", "000", "-o", "planner=D3V009")
            #expect(result.status == 1 && result.errors.contains("D3V009"), "\(result.errors)")
            #expect(!task.exists("raw_cropped"))
        }
    }

    /// Preprocessed data that came without images and without what prep remembers, as from another machine.
    @Test func preprocessedDataAloneHaveAStatus() throws {
        try TinyTask.with { (task: TinyTask) throws in
            #expect(try task.tool.run("prep", "000").status == 0)
            for path in ["preprocessed/properties/prep.json", "raw_cropped", "raw_splitted/imagesTr"] {
                try FileManager.default.removeItem(at: task.file(path))
            }
            let status = try task.tool.run("status", "000")
            let line = status.output.split(separator: "\n").first { $0.contains("prep of D3V001_3d") }
            #expect(line?.contains("done") == true && line?.contains("5 of 5 cases") == true, "\(status.output)")
        }
    }

    @Test func theFullCheckListsEverythingOfAllTasks() throws {
        try TinyTask.with(test: 1) { (task: TinyTask) throws in
            let second = task.folder.deletingLastPathComponent().appendingPathComponent("Task001_Second")
            try FileManager.default.copyItem(at: task.folder, to: second)
            let clean = try task.tool.run("prep", "000", "1", "--full_check", "-o", "prep=nothing")
            #expect(clean.status == 0 && clean.output.contains("Task001_Second: 6 cases checked, nothing is wrong"), "\(clean.errors)")

            try Data(#"{"instances": {"1": 9}}"#.utf8).write(to: task.label(0, "json"))
            try FileManager.default.removeItem(at: task.label(3))
            var image = try ImageReader().read(task.image(2))
            image.volume[0, 0, 0] = .infinity
            try ImageWriter.write(image, to: task.image(2))
            try Data("x".utf8).write(to: second.appendingPathComponent("raw_splitted/imagesTs/case_5_0000.nii.gz"))
            let full = try task.tool.run("prep", "000", "1", "--full_check")
            #expect(full.status == 1 && full.errorLines.count == 1 && full.errors.contains("first of 4 problems"), "\(full.errors)")
            #expect(full.output.contains("Task000D3_Example: 3 problems") && full.output.contains("Task001_Second: 1 problem"))
            for line in [
                "case_0  raw_splitted/labelsTr/case_0.json", "case_2  raw_splitted/imagesTr/case_2_0000.nii.gz", "case_3  raw_splitted/",
                "case_5  raw_splitted/imagesTs/case_5_0000.nii.gz",
            ] { #expect(full.output.contains(line), "\(full.output)") }
            let rows = try #require(try Document.read(task.file("full_check.json"))["problems"])
            if case .list(let list) = rows {
                #expect(list.count == 3 && list[0]["case"] == .text("case_0"))
            } else {
                Issue.record("no list")
            }
            #expect(!task.exists("raw_cropped"))

            // The basic check sees what names, headers and label files tell, and lists all of it too.
            let basic = try task.tool.run("prep", "000", "-o", "prep=nothing")
            #expect(basic.status == 1 && basic.output.contains("2 problems") && basic.errors.contains("first of 2 problems"))
            #expect(try task.tool.run("prep", "000", "--no_check", "-o", "prep=nothing").status == 0)
            #expect(try task.tool.run("prep", "000", "--no_check", "--full_check").status == 2)
        }
    }

    @Test func numbersOfCasesAtATime() throws {
        try TinyTask.with { (task: TinyTask) throws in
            #expect(try task.tool.run("prep", "000", "-np", "3", "-npp", "2").status == 0)
            #expect(try task.tool.run("unpack", "000", "1").output.contains("up to 1 at a time"))
            let log = try String(contentsOf: task.file("logging.log"), encoding: .utf8)
            #expect(log.contains("cropped up to 3 cases at a time") && log.contains("preprocessed up to 2 cases at a time"))
            for arguments in [
                ["prep", "000", "-np", "0"], ["prep", "000", "--num_processes_preprocessing", "-1"], ["unpack", "000", "0"],
            ] {
                #expect(try task.tool.run(arguments).status == 2)
            }
        }
    }

    @Test func severalTasksInOneCall() throws {
        try TinyTask.with { (task: TinyTask) throws in
            let second = task.folder.deletingLastPathComponent().appendingPathComponent("Task001_Second")
            try FileManager.default.copyItem(at: task.folder, to: second)
            let result = try task.tool.run("prep", "000", "Second", "-o", "prep=nothing", "prep.crop=True")
            #expect(result.status == 0, "\(result.status): \(result.errors)")
            for folder in [task.folder, second] {
                #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent("raw_cropped/imagesTr/case_4.npz").path))
            }
        }
    }

    @Test func everythingAnewOnRequest() throws {
        try TinyTask.with { (task: TinyTask) throws in
            #expect(try task.tool.run("prep", "000").status == 0)
            let again = try task.tool.run("prep", "000", "-o", "prep.overwrite=True")
            for line in ["cropped: 5 cases\n", "measured: 5 cases\n", "D3V001_3d: 5 cases\n", "labelsTr: 5 cases\n"] {
                #expect(again.output.contains(line), "\(again.output)\(again.errors)")
            }
        }
    }

    @Test func testImagesWithoutLabels() throws {
        try TinyTask.with(test: 2) { (task: TinyTask) throws in
            let file = task.file("dataset.json")
            try JSONFile.write(Document.read(file).merging(.map(["test_labels": .bool(false)])), to: file)
            try FileManager.default.removeItem(at: task.file("raw_splitted/labelsTs"))
            let result = try task.tool.run("prep", "000", "--full_check")
            #expect(result.status == 0 && result.output.contains("7 cases checked, nothing is wrong"), "\(result.errors)")
            #expect(task.exists("preprocessed/labelsTr/case_0_boxes_gt.npz") && !task.exists("preprocessed/labelsTs"))
        }
    }

    @Test func aSlipInTheDescriptionIsTold() throws {
        try TinyTask.with { (task: TinyTask) throws in
            let file = task.file("dataset.json")
            try JSONFile.write(Document.read(file).merging(.map(["target_clas": .integer(1)])), to: file)
            let result = try task.tool.run("prep", "000", "-o", "prep=nothing")
            #expect(result.status == 0 && result.errors.contains("'target_clas' means nothing (is it target_class?)"), "\(result.errors)")
        }
    }

    @Test func theQualityReportStandsBesideThePlots() throws {
        try TinyTask.with(test: 1) { (task: TinyTask) throws in
            for path in ["imagesTr/case_0_0000.nii.gz", "imagesTs/case_5_0000.nii.gz"] {
                try FileManager.default.removeItem(at: task.file("raw_splitted/\(path)"))
                try FileManager.default.copyItem(at: task.image(1), to: task.file("raw_splitted/\(path)"))
            }
            let result = try task.tool.run("prep", "000")
            #expect(result.status == 0 && result.output.contains("quality: see preprocessed/analysis/quality.md\n"), "\(result.output)")
            #expect(result.output.contains("1 image is there more than once, on both sides of training and test;"))
            #expect(task.exists("preprocessed/analysis/quality.json"))
            let text = try String(contentsOf: task.file("preprocessed/analysis/quality.md"), encoding: .utf8)
            #expect(text.contains("imagesTr/case_0, modality 0; imagesTr/case_1, modality 0; imagesTs/case_5, modality 0"))
        }
    }

    /// Every file that a step leaves is found where it is damaged, and made again; the others stay.
    @Test func damagedFilesAreMadeAgain() throws {
        try TinyTask.with(train: 5, test: 1) { (task: TinyTask) throws in
            #expect(try task.tool.run("prep", "000").status == 0)
            #expect(try task.tool.run("unpack", "000").status == 0)
            let plan = "preprocessed/D3V001_3d"
            for path in [
                "raw_cropped/imagesTr/case_1.npz", "raw_cropped/imagesTr/case_1.json", "\(plan)/imagesTr/case_1.npz",
                "\(plan)/imagesTr/case_1.json", "\(plan)/imagesTr/case_1_boxes.json", "\(plan)/labelsTr/case_1_boxes_gt.npz",
                "\(plan)/labelsTr/case_1_seg_gt.npz", "preprocessed/labelsTr/case_1_instances_gt.npz",
                "preprocessed/labelsTs/case_5_boxes_gt.npz", "preprocessed/properties/dataset_properties.json",
            ] {
                let file = task.file(path)
                let whole = try Data(contentsOf: file)
                let before = try task.times()
                // Cut off, and with other bytes of the same number.
                var other = whole
                for index in other.indices.suffix(other.count / 2) { other[index] ^= 0x55 }
                for damaged in [whole.prefix(whole.count / 2), other] {
                    try damaged.write(to: file)
                    let result = try task.tool.run("prep", "000")
                    #expect(result.status == 0, "\(path): \(result.errors)")
                    let again = try Data(contentsOf: file)
                    // Properties hold the time of the arrays beside them.
                    #expect(path.hasSuffix("case_1.json") ? again.count == whole.count : again == whole, "\(path)")
                }
                let changed = try task.times().filter { before[$0.key] != $0.value && $0.key != "logging.log" }.keys
                #expect(!changed.contains { $0.contains("case_2") }, "\(path): \(changed)")
            }
            let unpacked = task.file("\(plan)/imagesTr/case_1.npy")
            let whole = try Data(contentsOf: unpacked)
            #expect(try task.tool.run("unpack", "000").status == 0)
            try whole.prefix(1000).write(to: unpacked)
            #expect(try task.tool.run("unpack", "000").output.contains("1 case, 4 unchanged"))
            #expect(try Data(contentsOf: unpacked) == whole)
        }
    }

    /// Damage that leaves size and time as they were shows when the file is read; the next prep mends it.
    @Test func silentDamageIsMended() throws {
        try TinyTask.with(train: 5) { (task: TinyTask) throws in
            #expect(try task.tool.run("prep", "000").status == 0)
            func damage(_ path: String) throws -> Data {
                let file = task.file(path)
                var status = stat()
                #expect(stat(file.path, &status) == 0)
                let whole = try Data(contentsOf: file)
                var other = whole
                for index in other.indices.suffix(other.count / 2).prefix(other.count / 8) { other[index] ^= 0x55 }
                try other.write(to: file)
                let times = [status.st_atim, status.st_mtim]
                #expect(utimensat(AT_FDCWD, file.path, times, 0) == 0)
                return whole
            }
            let prepared = "preprocessed/D3V001_3d/imagesTr/case_1.npz"
            let whole = try damage(prepared)
            let unpack = try task.tool.run("unpack", "000")
            #expect(unpack.status == 1 && unpack.errors.contains("run 'nndet prep' again"), "\(unpack.errors)")
            #expect(try task.tool.run("prep", "000").status == 0)
            #expect(try Data(contentsOf: task.file(prepared)) == whole && task.tool.run("unpack", "000").status == 0)
            // A damaged cropped case is read where something must be made of it.
            let cropped = "raw_cropped/imagesTr/case_2.npz"
            let before = try damage(cropped)
            try FileManager.default.removeItem(at: task.file("preprocessed/D3V001_3d/imagesTr/case_2.json"))
            let prep = try task.tool.run("prep", "000")
            #expect(prep.status == 1 && prep.errors.contains("crops the case anew"), "\(prep.errors)")
            #expect(try task.tool.run("prep", "000").status == 0 && Data(contentsOf: task.file(cropped)) == before)
        }
    }

    /// Killed without a warning again and again, the same command gets to the same end.
    @Test func killedAtAnyMomentItGoesOn() throws {
        try TinyTask.with(train: 6) { (task: TinyTask) throws in
            let other = task.folder.deletingLastPathComponent().appendingPathComponent("Task001_Calm")
            try FileManager.default.copyItem(at: task.folder, to: other)
            #expect(try task.tool.run("prep", "001").status == 0)
            var tool = task.tool
            let program = tool.program.path
            tool.program = URL(fileURLWithPath: "/usr/bin/timeout")
            var kills = 0
            for milliseconds in stride(from: 20, through: 4000, by: 60) {
                let result = try tool.run("-s", "KILL", String(format: "%.3f", Double(milliseconds) / 1000), program, "prep", "000")
                if result.status == 0 { break }
                kills += 1
            }
            #expect(try task.tool.run("prep", "000").status == 0)
            #expect(kills > 0)
            let files = FileManager.default.enumerator(atPath: other.path)?.compactMap { $0 as? String } ?? []
            #expect(files.count { $0.hasSuffix(".npz") } > 30)
            for file in files where file.hasSuffix(".npz") || file.hasSuffix("dataset_properties.json") || file.hasSuffix("_boxes.json") {
                #expect(try Data(contentsOf: task.file(file)) == Data(contentsOf: other.appendingPathComponent(file)), "\(file)")
            }
        }
    }
    /// Ctrl-C ends the command within moments, with how to go on.
    @Test func aStopSaysHowToGoOn() throws {
        try TinyTask.with(train: 6) { (task: TinyTask) throws in
            let first = task.file("raw_cropped/imagesTr/case_0.npz")
            let stopped = try task.tool.run(["prep", "000"], interruptedWhen: { FileManager.default.fileExists(atPath: first.path) })
            #expect(stopped.status == 130, "\(stopped.output) \(stopped.errors)")
            #expect(stopped.errors.contains("stopped; what is finished is kept, run the same command again to go on"))
            #expect(try task.tool.run("prep", "000").status == 0)
        }
    }
}
