import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// A folder of images and annotations that are not yet a task.
struct OwnImages {
    let root: URL
    let tool: CommandLineTool
    /// Turned against the patient and not cubic, so that no order of axes can be mistaken for another.
    static let geometry = Geometry(
        size: SIMD3(10, 12, 14), spacing: SIMD3(2, 1, 0.5), origin: SIMD3(10, -20, 30), direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1])

    static func with(_ body: (OwnImages) throws -> Void) throws {
        try withTemporaryFolder { (root: URL) throws in try body(OwnImages(root: root, tool: CommandLineTool(in: root))) }
    }

    var images: URL { root.appendingPathComponent("scans") }
    var task: TaskFolder { get throws { try TaskFolder(root.appendingPathComponent("data/Task100_Own")) } }

    func image(_ name: String, _ geometry: Geometry = geometry, value: Float = 1) throws {
        var volume = Volume<Float>(shape: geometry.size, filledWith: value)
        volume.voxels[0] = value + 0.5
        try ImageWriter.write(Image(volume: volume, geometry: geometry), to: images.appendingPathComponent(name))
    }

    /// A map with cuboids of values.
    func mask(
        _ file: URL, _ cuboids: [(SIMD3<Int>, SIMD3<Int>, Int32)], _ geometry: Geometry = geometry
    ) throws {
        var volume = Volume<Int32>(shape: geometry.size, filledWith: 0)
        for (lower, upper, value) in cuboids {
            for i in lower.x..<upper.x { for j in lower.y..<upper.y { for k in lower.z..<upper.z { volume[i, j, k] = value } } }
        }
        try ImageWriter.write(Image(volume: volume, geometry: geometry), to: file)
    }

    func run(_ command: String, _ arguments: [String]) throws -> CommandLineTool.Result {
        try tool.run(["dataset", command, "Task100_Own", "--images", images.path] + arguments)
    }

    /// The annotation of a case as it lies in the task.
    func labels(_ id: String, _ split: TaskFolder.Split = .train) throws -> (map: Volume<Int32>, classes: [Int: Int]) {
        let task = try task
        let map = try ImageReader().readLabels(task.labelFile(of: id, split))
        return (map.volume, try CaseLabels.read(task.labelJSON(of: id, split)).instances)
    }

    /// First and last voxel of each object.
    func extents(_ id: String, _ split: TaskFolder.Split = .train) throws -> [[Int]] {
        let map = try labels(id, split).map
        return map.voxels.withUnsafeBufferPointer { InstanceExtent.extents(of: $0, shape: map.shape) }
            .map { [$0.lower.x, $0.lower.y, $0.lower.z, $0.upper.x, $0.upper.y, $0.upper.z, $0.voxels] }
    }

    func fails(_ command: String, _ arguments: [String], _ text: String, _ location: SourceLocation = #_sourceLocation) throws {
        let run = try run(command, arguments)
        #expect(
            run.status == 1 && run.errorLines.count == 1 && run.errors.contains(text), "\(run.errors)\(run.output)",
            sourceLocation: location)
    }
}

/// `nndet dataset from-masks`, and what the three commands have in common.
@Suite struct OwnMasksCommandTests {
    private let common = ["--modalities", "CT", "--classes", "nodule,mass"]

    @Test func semanticMasksBecomeATask() throws {
        try OwnImages.with { (own: OwnImages) throws in
            let masks = own.root.appendingPathComponent("masks")
            try own.image("a.nii.gz")
            try own.image("b_0000.mha")
            try own.mask(
                masks.appendingPathComponent("a.nii.gz"), [(SIMD3(1, 1, 1), SIMD3(3, 3, 3), 1), (SIMD3(5, 5, 5), SIMD3(8, 8, 8), 1)])
            try own.mask(masks.appendingPathComponent("b.nrrd"), [(SIMD3(2, 2, 2), SIMD3(4, 5, 6), 2)])
            let arguments = common + ["--masks", masks.path]
            let run = try own.run("from-masks", arguments)
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.contains("Task100_Own: 2 training cases, 3 objects: 2 nodule, 1 mass: "))
            #expect(try own.labels("a").classes == [1: 0, 2: 0] && own.labels("b").classes == [1: 1])
            #expect(try own.extents("b") == [[2, 2, 2, 3, 4, 5, 24]])
            let task = try own.task
            #expect(task.info.labels == ["nodule", "mass"] && task.info.modalities == ["CT"] && !task.info.testLabels)
            #expect(
                try Data(contentsOf: task.images(.train).appendingPathComponent("a_0000.nii.gz"))
                    == Data(contentsOf: own.images.appendingPathComponent("a.nii.gz")))
            let converted = try ImageReader().read(task.imageFile(of: "b", modality: 0, .train))
            #expect(converted.geometry.isClose(to: OwnImages.geometry) && converted.volume.voxels[0] == 1.5)
            let check = try own.tool.run("prep", "100", "--full_check", "-o", "prep=nothing")
            #expect(check.status == 0, "\(check.output)\(check.errors)")

            // Again, and after a mask has changed.
            #expect(try own.run("from-masks", arguments).output.contains("2 training cases (2 unchanged), 3 objects"))
            try own.mask(masks.appendingPathComponent("b.nrrd"), [(SIMD3(2, 2, 2), SIMD3(4, 5, 7), 2)])
            #expect(try own.run("from-masks", arguments + ["-np", "1"]).output.contains("2 training cases (1 unchanged)"))
            #expect(try own.extents("b") == [[2, 2, 2, 3, 4, 6, 30]])
            // A case that was stopped half-way is made again.
            try FileManager.default.removeItem(at: task.labelJSON(of: "a", .train))
            #expect(try own.run("from-masks", arguments).output.contains("(1 unchanged)"))
            // What somebody has added to the description stays.
            let file = task.url.appendingPathComponent("dataset.json")
            try JSONFile.write(Document.read(file).setting(["target_class"], to: .integer(1)), to: file)

            // Test cases come in by a second run.
            let more = own.root.appendingPathComponent("more")
            try own.mask(more.appendingPathComponent("b.nii.gz"), [(SIMD3(1, 1, 1), SIMD3(2, 2, 2), 1)])
            let test = try own.tool.run(
                ["dataset", "from-masks", "Task100_Own", "--images", own.images.appendingPathComponent("b_0000.mha").path, "--test"]
                    + common + ["--masks", more.path])
            #expect(test.status == 0 && test.output.contains("1 test cases"), "\(test.errors)")
            #expect(try own.task.info.testLabels && own.task.info.targetClass == 1)
            #expect(try own.extents("b", .test) == [[1, 1, 1, 1, 1, 1, 1]] && own.extents("a").count == 2)
        }
    }

    @Test func valuesStuffSizesAndSuffixes() throws {
        try OwnImages.with { (own: OwnImages) throws in
            let masks = own.root.appendingPathComponent("masks")
            try own.image("a.nii.gz")
            try own.mask(
                masks.appendingPathComponent("a_mask.nii.gz"),
                [(SIMD3(0, 0, 0), SIMD3(1, 12, 14), 3), (SIMD3(2, 2, 2), SIMD3(3, 3, 3), 5), (SIMD3(5, 5, 5), SIMD3(8, 9, 10), 5)])
            try own.mask(masks.appendingPathComponent("a.nii.gz"), [(SIMD3(0, 0, 0), SIMD3(1, 1, 1), 9)])
            let arguments = ["--modalities", "MRI", "--masks", masks.path, "--mask-suffix", "_mask"]
            try own.fails("from-masks", arguments + ["--classes", "5=lesion"], "a_mask.nii.gz: holds the value 3, which is neither")
            let run = try own.run("from-masks", arguments + ["--classes", "5=lesion", "--stuff", "3=liver"])
            #expect(run.status == 0, "\(run.errors)")
            #expect(try own.labels("a").classes == [1: 0, 2: 0])
            let task = try own.task
            #expect(task.info.labels == ["lesion"] && task.info.stuffLabels == ["liver"])
            let stuff = try ImageReader().readLabels(task.labels(.train).appendingPathComponent("a_stuff.nii.gz")).volume
            #expect(stuff.voxels.count { $0 == 1 } == 168 && stuff.voxels.max() == 1)
            #expect(try own.tool.run("prep", "100", "--full_check", "-o", "prep=nothing").status == 0)

            let volume = try own.run("from-masks", arguments + ["--classes", "5=lesion", "--stuff", "3=liver", "--min-volume", "1"])
            #expect(volume.status == 0 && volume.errors.contains("1 objects were too small and left out"))
            #expect(try own.extents("a") == [[5, 5, 5, 7, 8, 9, 60]])
            #expect(try own.run("from-masks", arguments + ["--classes", "5=lesion", "--stuff", "3=liver", "--min-size", "6"]).status == 0)
            #expect(try own.extents("a").isEmpty)
            try own.fails(
                "from-masks", arguments + ["--classes", "5=other", "--stuff", "3=liver"], "is of a task with other classes: lesion")
            for wrong in [
                ["--classes", "x=lesion"], ["--classes", "5=a,5=b"], ["--classes", "5=a", "--stuff", "5=b"], ["--classes", ""],
                ["--classes", "a", "--min-size", "-1"], ["--classes", "a", "-np", "0"],
            ] {
                #expect(try own.run("from-masks", arguments + wrong).status == 2, "\(wrong)")
            }
        }
    }

    @Test func severalModalitiesAndAnotherRoot() throws {
        try OwnImages.with { (own: OwnImages) throws in
            let masks = own.root.appendingPathComponent("masks")
            try own.image("a_0000.nii.gz")
            try own.image("a_0001.nii.gz", value: 7)
            try own.mask(masks.appendingPathComponent("a.nii.gz"), [(SIMD3(1, 1, 1), SIMD3(3, 3, 3), 1)])
            var own = own
            var tool = own.tool
            tool.environment["det_data"] = "/nowhere"
            own = OwnImages(root: own.root, tool: tool)
            let arguments = ["--modalities", "T1, T2", "--classes", "x", "--masks", masks.path, "--data", own.root.path + "/data"]
            #expect(try own.run("from-masks", arguments).status == 0)
            #expect(try own.task.info.modalities == ["T1", "T2"])
            #expect(try ImageReader().read(own.task.imageFile(of: "a", modality: 1, .train)).volume.voxels[1] == 7)
            // Modalities on different grids.
            var other = OwnImages.geometry
            other.spacing.x = 3
            try own.image("a_0001.nii.gz", other)
            try own.fails("from-masks", arguments, "a_0001.nii.gz: does not lie on the grid of a_0000.nii.gz: voxels up to")
            try own.fails("from-masks", ["--modalities", "T1,T3"] + arguments.dropFirst(2), "is of a task with other modalities: T1, T2")
            try FileManager.default.removeItem(at: own.task.url)
            try own.fails("from-masks", ["--modalities", "T1,T2,T3"] + arguments.dropFirst(2), "case a has no image a_0002")
        }
    }

    @Test func mistakesAreOneLine() throws {
        try OwnImages.with { (own: OwnImages) throws in
            let masks = own.root.appendingPathComponent("masks")
            let arguments = common + ["--masks", masks.path]
            try own.fails("from-masks", arguments, "masks: no such folder")
            try AtomicFile.createFolder(masks)
            try own.fails("from-masks", arguments, "holds no masks")
            try own.mask(masks.appendingPathComponent("z.nii.gz"), [])
            try own.fails("from-masks", arguments, "scans: no such file or folder (check --images)")
            try own.image("a.nii.gz")
            try own.fails("from-masks", arguments, "1 of 1 names match no image: z (the images are called a)")
            try FileManager.default.removeItem(at: masks.appendingPathComponent("z.nii.gz"))
            // Larger than its image.
            var larger = OwnImages.geometry
            larger.size.z = 15
            try own.mask(masks.appendingPathComponent("a.nii.gz"), [], larger)
            try own.fails("from-masks", arguments, "size 10 × 12 × 15 instead of 10 × 12 × 14 voxels")
            try own.mask(masks.appendingPathComponent("a.nii.gz"), [(SIMD3(1, 1, 1), SIMD3(2, 2, 2), -1)])
            try own.fails("from-masks", arguments, "holds the value -1")
            try own.mask(masks.appendingPathComponent("a.nii.gz"), [(SIMD3(1, 1, 1), SIMD3(2, 2, 2), 1)])
            try own.image("b.nii.gz")
            try own.fails("from-masks", arguments, "1 of 2 cases have no annotation: b (add them, or --missing-as-empty")
            let run = try own.run("from-masks", arguments + ["--missing-as-empty"])
            #expect(run.status == 0 && run.output.contains("1 cases without objects"), "\(run.errors)")
            #expect(try own.labels("b").classes.isEmpty)
            try Data("no image".utf8).write(to: masks.appendingPathComponent("b.nii.gz"))
            try own.fails("from-masks", arguments, "masks/b.nii.gz")
            for name in ["Lung", "Task_Lung", "Task100", "Task100_", "Task1/00_x"] {
                let wrong = try own.tool.run(["dataset", "from-masks", name, "--images", own.images.path] + arguments)
                #expect(wrong.status == 1 && wrong.errors.contains("is no name of a task"), "\(name)")
            }
            #expect(try own.run("from-masks", ["--masks", masks.path]).status == 2)
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: dicom.path))) func seriesOfDICOM() throws {
        try OwnImages.with { (own: OwnImages) throws in
            let series = try ImageReader().read(Self.dicom)
            let masks = own.root.appendingPathComponent("masks")
            try own.mask(masks.appendingPathComponent("example_ct_dicom.nii.gz"), [(SIMD3(1, 2, 3), SIMD3(4, 5, 6), 1)], series.geometry)
            let run = try own.tool.run(
                "dataset", "from-masks", "Task100_Own", "--images", Self.dicom.path, "--masks", masks.path, "--modalities", "CT",
                "--classes", "x"
            )
            #expect(run.status == 0, "\(run.errors)")
            let image = try ImageReader().read(own.task.imageFile(of: "example_ct_dicom", modality: 0, .train))
            #expect(image.volume == series.volume && image.geometry.isClose(to: series.geometry))
        }
    }

    private static let dicom = sharedFolder.appendingPathComponent("data/totalsegmentator/example_ct_dicom")
}
