import Core
import Foundation
import Imaging
import Support
import Testing

/// The Decathlon's tasks and KiTS19: semantic maps that become objects, with a test split.
@Suite struct DecathlonTests {
    private static let size = SIMD3(7, 9, 11)
    /// Two tumours of value 2 (one too small in the slices), an organ of value 1.
    private static let semantic = RawDataset.map([
        (SIMD3(1, 1, 1), SIMD3(6, 8, 10), 1), (SIMD3(1, 1, 1), SIMD3(3, 7, 9), 2), (SIMD3(5, 6, 7), SIMD3(6, 7, 8), 2),
    ])
    private static let tumour = RawDataset.map([(SIMD3(1, 1, 1), SIMD3(3, 7, 9), 1)])

    private func description(_ labels: [String], count: Int) -> [String] {
        let names = labels.enumerated().map { "\"\($0.offset)\": \"\($0.element)\"" }.joined(separator: ", ")
        return [
            "{\"name\": \"LIVER\", \"modality\": {\"0\": \"CT\"}, \"labels\": {\(names)}, \"numTraining\": \(count), \"numTest\": 70,",
            "\"training\": [{\"image\": \"./imagesTr/liver_0.nii.gz\", \"label\": \"./labelsTr/liver_0.nii.gz\"}]}",
        ]
    }

    private func liver(_ raw: RawDataset, _ count: Int = 7) throws {
        let grid = RawDataset.grid()
        for index in 0..<count {
            try raw.write(RawDataset.pattern(seed: index), grid, to: "imagesTr/liver_\(index).nii.gz")
            try raw.write(Self.semantic, grid, to: "labelsTr/liver_\(index).nii.gz")
        }
        // As macOS leaves them in archives.
        try raw.text(["junk"], to: "imagesTr/._liver_0.nii.gz")
        try raw.text(description(["background", "liver", "cancer"], count: count), to: "dataset.json")
    }

    @Test func liverBecomesATask() throws {
        try RawDataset.with { raw in
            try liver(raw)
            let made = try raw.prepare("liver")
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.output.contains("7 cases found\n") && made.output.contains("zenodo.org/record/4876497"))
            #expect(made.output.contains("training: 4 cases, test: 3 cases") && made.output.contains("objects: 7 cancer"))
            let task = try raw.task("Task003_Liver")
            // The original's draw for seven cases: the seventh, the third and the second.
            #expect(try task.ids(.test) == ["liver_1", "liver_2", "liver_6"])
            #expect(try task.ids(.train) == ["liver_0", "liver_3", "liver_4", "liver_5"])
            for index in 0..<7 {
                let id = "liver_\(index)"
                let source = try Data(contentsOf: raw.file("imagesTr/\(id).nii.gz"))
                #expect(try Data(contentsOf: task.task.imageFile(of: id, modality: 0, task.split(of: id))) == source)
                let map = try task.map(id)
                #expect(map.volume == Self.tumour && map.geometry.isClose(to: RawDataset.grid()))
                #expect(try task.classes(id) == [1: 0])
                let folder = task.task.labels(task.split(of: id))
                let stuff = try ImageReader().readLabels(folder.appendingPathComponent("\(id)_stuff.nii.gz")).volume
                #expect(stuff.voxels == Self.semantic.voxels.map { $0 == 1 ? 1 : 0 })
                #expect(try ImageReader().readLabels(folder.appendingPathComponent("\(id)_orig.nii.gz")).volume == Self.semantic)
            }
            let info = task.task.info
            #expect(info.labels == ["cancer"] && info.stuffLabels == ["liver"] && info.modalities == ["CT"] && info.testLabels)
            #expect(info.convertedThings == [2] && info.convertedStuff == [1] && info.minSize == 3 && info.name == "LIVER")
            #expect(try task.description()["info"]?["original_numTraining"] == .integer(7))
            // What seg2det makes of the kept maps is the same.
            #expect(try raw.tool.run("seg2det", "3", "--overwrite").status == 0)
            #expect(try task.map("liver_0").volume == Self.tumour)
        }
    }

    @Test func goesOnWhereItStopped() throws {
        try RawDataset.with { raw in
            try liver(raw, 4)
            #expect(try raw.prepare("Task003_Liver").status == 0)
            let again = try raw.prepare("3")
            #expect(again.status == 0 && again.output.contains("converted: 0 cases, 4 unchanged"))
            let task = try raw.task("Task003_Liver")
            let folder = task.task.url
            // A file that is lost, one that has another content, and a run that was killed before its record was written.
            try FileManager.default.removeItem(at: task.task.imageFile(of: "liver_0", modality: 0, task.split(of: "liver_0")))
            try raw.write(RawDataset.pattern(seed: 99), RawDataset.grid(), to: "imagesTr/liver_1.nii.gz")
            try FileManager.default.removeItem(at: folder.appendingPathComponent("prepared/liver_2.json"))
            let third = try raw.prepare("liver")
            #expect(third.status == 0 && third.output.contains("converted: 3 cases, 1 unchanged"), "\(third.output)")
            #expect(try task.image("liver_1").volume == RawDataset.pattern(seed: 99))
            // One more case: the draw is another, and every case lies where it says.
            try raw.write(RawDataset.pattern(seed: 5), RawDataset.grid(), to: "imagesTr/liver_4.nii.gz")
            try raw.write(Self.semantic, RawDataset.grid(), to: "labelsTr/liver_4.nii.gz")
            #expect(try raw.prepare("liver").status == 0)
            let (train, test) = (try task.ids(.train), try task.ids(.test))
            #expect(test.count == 2 && Set(train + test).count == 5 && train.count == 3)
            _ = try raw.task("Task003_Liver")
        }
    }

    /// Killed without a warning after the first file, half-way and near the end, it ends with the files of a run that was left alone.
    @Test func killedAtAnyMomentItGoesOn() throws {
        try RawDataset.with { raw in
            try liver(raw, 24)
            var calm = raw.tool
            calm.environment["det_data"] = raw.root.appendingPathComponent("calm").path
            let command = ["dataset", "prepare", "liver", "--raw", raw.raw.path]
            #expect(try calm.run(command).status == 0)
            let task = raw.root.appendingPathComponent("data/Task003_Liver")
            func made(_ folder: String) -> Int {
                ((try? FileManager.default.contentsOfDirectory(atPath: task.appendingPathComponent(folder).path)) ?? []).count
            }
            var kills = 0
            for count in [1, 8, 22] {
                let wasRunning = try raw.tool.killed(command) { count == 1 ? made("raw_splitted/imagesTr") > 0 : made("prepared") >= count }
                kills += wasRunning ? 1 : 0
            }
            #expect(kills > 0)
            #expect(try raw.prepare("liver").status == 0)
            let whole = raw.root.appendingPathComponent("calm/Task003_Liver")
            let files = CommandLineTool.finishedFiles(in: task)
            #expect(files == CommandLineTool.finishedFiles(in: whole) && files.count { $0.hasSuffix(".nii.gz") } == 24 * 4)
            for file in files where file.hasSuffix(".nii.gz") || file.hasPrefix("raw_splitted") && file.hasSuffix(".json") {
                #expect(
                    try Data(contentsOf: task.appendingPathComponent(file)) == Data(contentsOf: whole.appendingPathComponent(file)),
                    "\(file)")
            }
        }
    }

    @Test func correctedLabelsAreTaken() throws {
        try RawDataset.with { raw in
            try liver(raw, 5)
            let two = RawDataset.map([(SIMD3(1, 1, 1), SIMD3(3, 4, 5), 1), (SIMD3(4, 4, 4), SIMD3(6, 8, 8), 2)])
            for (id, folder) in [("liver_0", "labelsTr"), ("liver_1", "labelsTr"), ("liver_2", "labelsTs"), ("liver_3", "labelsTr")] {
                try raw.write(two, RawDataset.grid(), to: "../corrected/Task003_Liver/\(folder)/\(id).nii.gz")
                try raw.text(["{\"instances\": {\"1\": 0, \"2\": 0}}"], to: "../corrected/Task003_Liver/\(folder)/\(id).json")
            }
            let labels = raw.root.appendingPathComponent("corrected").path
            let made = try raw.prepare("liver", "--labels", labels)
            #expect(made.status == 0 && made.output.contains("left out: liver_4 has no corrected labels"), "\(made.output)\(made.errors)")
            let task = try raw.task("Task003_Liver")
            #expect(try task.map("liver_2").volume == two && task.classes("liver_2") == [1: 0, 2: 0])
            #expect(try raw.prepare("cada", "--labels", labels).errors.contains("there are no corrected labels of cada"))
        }
    }

    @Test(arguments: [
        ("pancreas", "Task007_Pancreas", ["background", "pancreas", "cancer"], ["cancer"], ["pancreas"]),
        ("hepaticvessel", "Task008_HepaticVessel", ["background", "Vessel", "Tumour"], ["tumour"], ["vessel"]),
        ("colon", "Task010_Colon", ["background", "colon cancer primaries"], ["cancer"], []),
    ])
    func theOtherTasks(name: String, full: String, owners: [String], labels: [String], stuff: [String]) throws {
        try RawDataset.with { raw in
            // As the archive unpacks, with its folder.
            let folder = full.replacing("Task0", with: "Task")
            for index in 0..<3 {
                try raw.write(RawDataset.pattern(seed: index), RawDataset.grid(), to: "\(folder)/imagesTr/\(name)_\(index).nii.gz")
                let map = stuff.isEmpty ? Self.tumour : Self.semantic
                try raw.write(map, RawDataset.grid(), to: "\(folder)/labelsTr/\(name)_\(index).nii.gz")
            }
            try raw.text(description(owners, count: 3), to: "\(folder)/dataset.json")
            let made = try raw.prepare(name)
            #expect(made.status == 0, "\(made.errors)")
            let task = try raw.task(full)
            #expect(task.task.info.labels == labels && task.task.info.stuffLabels == stuff)
            for index in 0..<3 {
                let id = "\(name)_\(index)"
                #expect(try task.map(id).volume == Self.tumour && task.classes(id) == [1: 0])
                #expect(try task.image(id).volume == RawDataset.pattern(seed: index))
            }
            // Another task's folder is told.
            let other = try raw.prepare(name == "colon" ? "pancreas" : "colon", "--check")
            #expect(other.status == 1 && other.errorLines.count == 1)
        }
    }

    @Test func kits() throws {
        try RawDataset.with { raw in
            for number in [0, 1, 2, 15, 133, 210] {
                let folder = "data/case_\(String(format: "%05d", number))"
                if number != 2 { try raw.write(RawDataset.pattern(seed: number), RawDataset.grid(), to: "\(folder)/imaging.nii.gz") }
                if number < 210 { try raw.write(Self.semantic, RawDataset.grid(), to: "\(folder)/segmentation.nii.gz") }
            }
            let made = try raw.prepare("kits19")
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.output.contains("2 cases found, 3 left out") && made.output.contains("case_00002 has no imaging.nii.gz"))
            #expect(made.output.contains("case_00015 its labels are faulty") && made.output.contains("1 test cases without labels"))
            let task = try raw.task("Task011_Kits")
            #expect(try task.ids(.train) + task.ids(.test) == ["case_00000", "case_00001"] || task.ids(.test) == ["case_00000"])
            #expect(try task.ids(.train).count + task.ids(.test).count == 2)
            #expect(try task.map("case_00001").volume == Self.tumour && task.classes("case_00001") == [1: 0])
            #expect(try task.image("case_00001").volume == RawDataset.pattern(seed: 1))
            #expect(task.task.info.labels == ["lesion"] && task.task.info.stuffLabels == ["kidney"] && task.task.info.name == "Kits")
        }
    }

    /// The original draws its test cases before the faulty ones are removed: of seven the seventh, the third and the second.
    @Test func casesLeftOutTakePartInTheDraw() throws {
        try RawDataset.with { raw in
            for number in 10...16 {
                let folder = String(format: "data/case_%05d", number)
                try raw.write(RawDataset.pattern(seed: number), RawDataset.grid(), to: "\(folder)/imaging.nii.gz")
                try raw.write(Self.semantic, RawDataset.grid(), to: "\(folder)/segmentation.nii.gz")
            }
            #expect(try raw.prepare("kits19").status == 0)
            let kits = try raw.task("Task011_Kits")
            #expect(try kits.ids(.test) == ["case_00011", "case_00012", "case_00016"])
            #expect(try kits.ids(.train) == ["case_00010", "case_00013", "case_00014"])
        }
        try RawDataset.with { raw in
            try liver(raw)
            for id in (0..<7).map({ "liver_\($0)" }) where id != "liver_0" {
                try raw.write(Self.tumour, RawDataset.grid(), to: "../corrected/labelsTr/\(id).nii.gz")
                try raw.text(["{\"instances\": {\"1\": 0}}"], to: "../corrected/labelsTr/\(id).json")
            }
            let made = try raw.prepare("liver", "--labels", raw.root.appendingPathComponent("corrected").path)
            #expect(made.status == 0, "\(made.errors)")
            let task = try raw.task("Task003_Liver")
            #expect(try task.ids(.test) == ["liver_1", "liver_2", "liver_6"] && task.ids(.train) == ["liver_3", "liver_4", "liver_5"])
        }
    }

    @Test func hostileFiles() throws {
        try RawDataset.with { raw in
            try liver(raw, 5)
            let check = try raw.prepare("liver", "--check")
            #expect(check.status == 0 && check.output.contains("all files of 5 cases are there"))
            #expect(!FileManager.default.fileExists(atPath: raw.root.appendingPathComponent("data").path))
            // A mask larger than its image.
            let large = SIMD3(8, 10, 12)
            try raw.write(RawDataset.map([], size: large), RawDataset.grid(large), to: "labelsTr/liver_1.nii.gz")
            for result in [try raw.prepare("liver", "--check"), try raw.prepare("liver")] {
                #expect(result.status == 1 && result.errorLines.count == 1, "\(result.errors)")
                #expect(result.errors.contains("liver_1.nii.gz: has 8 × 10 × 12 voxels, its image has 7 × 9 × 11"))
            }
            // The others are ready, the folder holds nothing of the bad one.
            let task = try raw.task("Task003_Liver")
            #expect(try Set(task.ids(.train) + task.ids(.test)) == ["liver_0", "liver_2", "liver_3", "liver_4"])
            // A download that was cut off, a value that the task does not know.
            let whole = try Data(contentsOf: raw.file("imagesTr/liver_2.nii.gz"))
            try whole.prefix(whole.count / 2).write(to: raw.file("imagesTr/liver_2.nii.gz"))
            try raw.write(RawDataset.map([(SIMD3(0, 0, 0), SIMD3(5, 8, 9), 7)]), RawDataset.grid(), to: "labelsTr/liver_1.nii.gz")
            let two = try raw.prepare("liver")
            #expect(two.status == 1 && two.errorLines.count == 1 && two.errors.contains("2 of 5 cases"), "\(two.errors)")
            #expect(two.errors.contains("semantic value 7") && two.output.contains("failed: liver_2"), "\(two.output)")
            #expect(try Set(task.ids(.train) + task.ids(.test)) == ["liver_0", "liver_3", "liver_4"])

            try FileManager.default.removeItem(at: raw.file("dataset.json"))
            try FileManager.default.removeItem(at: raw.file("labelsTr"))
            let missing = try raw.prepare("liver", "--check")
            #expect(missing.status == 1 && missing.errorLines.count == 1 && missing.errors.contains("2 problems"))
            #expect(missing.output.contains("dataset.json: is missing (description)") && missing.output.contains("medicaldecathlon.com"))
            let same = try raw.prepare("liver")
            #expect(same.status == 1 && same.errorLines == missing.errorLines && same.output.contains("docs/datasets/liver.md"))
            #expect(try raw.tool.run("dataset", "prepare", "liver", "--raw", "/nowhere").errorLines.count == 1)
            let unknown = try raw.prepare("livers")
            #expect(unknown.status == 1 && unknown.errors.contains("there are liver, pancreas"))
        }
    }
}
