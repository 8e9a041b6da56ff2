import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// `seg2det` and `cls2fg`: every option has its effect.
@Suite struct ConversionCommandTests {
    private static let name = "Task050_Semantic"

    /// A task of semantic labels: per training case a cuboid of value 1 (3 voxels wide) and a single voxel of value 2; one test case.
    private func withTask(_ body: (TaskFolder, CommandLineTool) throws -> Void) throws {
        try withTemporaryFolder { (root: URL) throws in
            let fixture = try TaskFixture(in: root.appendingPathComponent("data"), name: Self.name)
            for (id, split) in [("a", TaskFolder.Split.train), ("b", .train), ("t", .test)] {
                try fixture.add(
                    id, split, objects: [.init(SIMD3(2, 2, 2), SIMD3(5, 5, 5)), .init(SIMD3(8, 8, 8), SIMD3(9, 9, 9), label: 1)])
                try FileManager.default.removeItem(at: fixture.task.labelJSON(of: id, split))
            }
            try describe(fixture.task, ["seg2det_things": .list([.integer(1), .integer(2)])])
            try body(fixture.task, CommandLineTool(in: root))
        }
    }

    private func describe(_ task: TaskFolder, _ keys: [String: Document]) throws {
        let file = task.url.appendingPathComponent("dataset.json")
        try JSONFile.write(Document.read(file).merging(.map(keys)), to: file)
    }

    private func instances(_ task: TaskFolder, _ id: String, _ split: TaskFolder.Split = .train) throws -> [Int: Int] {
        try CaseLabels.read(task.labelJSON(of: id, split)).instances
    }

    private func exists(_ task: TaskFolder, _ path: String) -> Bool {
        FileManager.default.fileExists(atPath: task.rawSplitted.appendingPathComponent(path).path)
    }

    @Test func semanticLabelsBecomeInstancesAndBack() throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool) throws in
            let before = try Data(contentsOf: task.labels(.train).appendingPathComponent("a.nii.gz"))
            let first = try tool.run("seg2det", "50", "--num_processes", "1")
            #expect(first.status == 0 && first.output.contains("labelsTr: 2 cases\n") && first.output.contains("labelsTs: 1 case\n"))
            #expect(try instances(task, "a") == [1: 0, 2: 1] && instances(task, "t", .test) == [1: 0, 2: 1])
            #expect(!exists(task, "volume_ranking_Tr.json") && !exists(task, "labelsTr/a_stuff.nii.gz"))
            let log = try String(contentsOf: task.rawSplitted.appendingPathComponent("convert_seg2det.log"), encoding: .utf8)
            #expect(log.contains("up to 1 cases at a time"))
            // What it gives is what prep takes; the originals are no labels without an image.
            let check = try tool.run("prep", "50", "--full_check", "-o", "prep=nothing")
            #expect(check.status == 0, "\(check.output)\(check.errors)")

            // Other settings change nothing until --overwrite.
            try describe(task, ["seg2det_stuff": .list([.integer(2)]), "seg2det_things": .list([.integer(1)])])
            #expect(try tool.run("seg2det", "50").output.contains("labelsTr: 0 cases, 2 unchanged"))
            #expect(try instances(task, "a").count == 2)
            #expect(try tool.run("seg2det", "Semantic", "--overwrite", "--volume_ranking").status == 0)
            #expect(try instances(task, "a") == [1: 0] && exists(task, "labelsTr/a_stuff.nii.gz"))
            #expect(exists(task, "volume_ranking_Tr.json") && exists(task, "volume_ranking_Ts.json"))
            #expect(
                try ImageReader().readLabels(task.labels(.train).appendingPathComponent("a_stuff.nii.gz")).volume.voxels.count { $0 == 1 }
                    == 1)

            let back = try tool.run("seg2det", "50", "--restore")
            #expect(back.status == 0 && back.output.contains("labelsTr: 2 of 2 label maps restored"))
            #expect(try Data(contentsOf: task.labels(.train).appendingPathComponent("a.nii.gz")) == before)
            #expect(!exists(task, "labelsTr/a.json") && !exists(task, "labelsTr/a_orig.nii.gz") && !exists(task, "volume_ranking_Tr.json"))
        }
    }

    @Test(arguments: [("min_size", 1.9, 2), ("min_size", 2.0, 1), ("min_vol", 0.0, 2), ("min_vol", 1.0, 1), ("min_vol", 27.0, 0)])
    func smallObjectsAreDropped(key: String, value: Double, left: Int) throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool) throws in
            try describe(task, [key: .number(value)])
            #expect(try tool.run("seg2det", "50").status == 0)
            #expect(try instances(task, "b").count == left)
        }
    }

    @Test func mistakesAreOneLineAndChangeNothing() throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool) throws in
            try describe(task, ["seg2det_things": .list([.integer(1)])])
            let unlisted = try tool.run("seg2det", "50")
            #expect(unlisted.status == 1 && unlisted.errorLines.count == 1 && unlisted.errors.contains("semantic value 2"))
            #expect(unlisted.errors.contains(".nii.gz") && !exists(task, "labelsTr/a_orig.nii.gz") && !exists(task, "labelsTr/a.json"))
            try describe(task, ["seg2det_things": .list([])])
            let missing = try tool.run("seg2det", "50")
            #expect(missing.status == 1 && missing.errors.contains("dataset.json: 'seg2det_things'"))
            #expect(try tool.run("seg2det", "50", "--restore", "--overwrite").status == 2)
            #expect(try tool.run("seg2det", "50", "--num_processes", "0").status == 2)
            #expect(try tool.run("seg2det", "50", "-o", "host.no_key=1").status == 1)
        }
    }

    @Test func allClassesBecomeOne() throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool) throws in
            #expect(try tool.run("seg2det", "50").status == 0)
            try describe(task, ["target_class": .integer(1), "info": .text("kept")])
            let made = try tool.run("cls2fg", "50")
            #expect(made.status == 0, "\(made.errors)")
            let copy = try TaskFolder(task.url.deletingLastPathComponent().appendingPathComponent("Task050FG_Semantic"))
            #expect(copy.info.labels == ["fg"] && copy.info.task == "Task050FG_Semantic" && copy.info.targetClass == 0)
            #expect(try Document.read(copy.url.appendingPathComponent("dataset.json"))["info"] == .text("kept"))
            #expect(try instances(copy, "a") == [1: 0, 2: 0] && instances(copy, "t", .test) == [1: 0, 2: 0])
            for path in ["imagesTr/b_0000.nii.gz", "labelsTr/b.nii.gz", "imagesTs/t_0000.nii.gz"] {
                #expect(
                    try Data(contentsOf: copy.rawSplitted.appendingPathComponent(path))
                        == Data(contentsOf: task.rawSplitted.appendingPathComponent(path)))
            }
            #expect(FileManager.default.fileExists(atPath: copy.url.appendingPathComponent("convert_cls2fg.log").path))
            #expect(try tool.run("prep", "50FG", "--full_check", "-o", "prep=nothing").status == 0)

            let again = try tool.run("cls2fg", "Task050_Semantic")
            #expect(again.status == 1 && again.errorLines.count == 1 && again.errors.contains("--overwrite"))
            let stranger = copy.labels(.train).appendingPathComponent("old.json")
            try JSONFile.write(CaseLabels(), to: stranger)
            #expect(try tool.run("cls2fg", "Task050_Semantic", "--overwrite").status == 0)
            #expect(!FileManager.default.fileExists(atPath: stranger.path))

            // A copy that was stopped goes on.
            try FileManager.default.removeItem(at: copy.url.appendingPathComponent("dataset.json"))
            try FileManager.default.removeItem(at: copy.labels(.train).appendingPathComponent("b.nii.gz"))
            #expect(try tool.run("cls2fg", "Task050_Semantic").status == 0)
            #expect(exists(copy, "labelsTr/b.nii.gz"))
        }
    }

    @Test func severalTasksAtOnceAndAnotherRoot() throws {
        try withTask { (task: TaskFolder, tool: CommandLineTool) throws in
            let root = task.url.deletingLastPathComponent()
            let second = root.appendingPathComponent("Task051_Second")
            try FileManager.default.copyItem(at: task.url, to: second)
            #expect(try tool.run("seg2det", "50", "51").status == 0)
            for url in [task.url, second] { #expect(try instances(TaskFolder(url), "a").count == 2) }
            #expect(try tool.run("cls2fg", "50", "51").status == 0)
            #expect(FileManager.default.fileExists(atPath: root.appendingPathComponent("Task051FG_Second/dataset.json").path))

            var elsewhere = tool
            elsewhere.environment["det_data"] = "/nowhere"
            #expect(try elsewhere.run("seg2det", "50", "-o", "host.parent_data=\(root.path)").status == 0)
            #expect(try elsewhere.run("cls2fg", "50", "--overwrite", "-o", "host.parent_data=\(root.path)").status == 0)
        }
    }
}
