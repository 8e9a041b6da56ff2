import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

private let samples = sharedFolder.appendingPathComponent("data/totalsegmentator")

/// Images of real scanners as tasks of their own: bones (or bright tissue) found with a threshold are the objects.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: samples.path)))
struct RealImageTests {
    /// Makes a task of `images` whose voxels above `threshold` are labelled 1, and prepares it as a user does.
    private func prepare(
        _ images: [(id: String, image: Image<Float>)], modality: String, threshold: Float,
        _ body: (TaskFolder, CommandLineTool) throws -> Void
    ) throws {
        try withTemporaryFolder { (root: URL) throws in
            let fixture = try TaskFixture(
                in: root.appendingPathComponent("data"), name: "Task110_Real", modalities: [modality], classes: ["bright"])
            let description = fixture.task.url.appendingPathComponent("dataset.json")
            try JSONFile.write(
                Document.read(description).merging(.map(["seg2det_things": .list([.integer(1)]), "min_vol": .integer(20)])), to: description
            )
            for (id, image) in images {
                try ImageWriter.write(image, to: fixture.image(id))
                let map = Volume<Int32>(shape: image.volume.shape, voxels: image.volume.voxels.map { $0 > threshold ? 1 : 0 })
                try ImageWriter.write(Image(volume: map, geometry: image.geometry), to: fixture.label(id))
            }
            let tool = CommandLineTool(in: root)
            for command in [["seg2det", "110"], ["prep", "110", "--full_check"], ["unpack", "110"]] {
                let result = try tool.run(command)
                #expect(result.status == 0, "\(command): \(result.output)\(result.errors)")
            }
            try body(TaskFolder(fixture.task.url), tool)
        }
    }

    /// What prep left fits the raw images: shapes follow from crop and spacing, objects from the label maps.
    private func expectPrepared(_ task: TaskFolder, _ plan: Plan) throws {
        for id in try task.caseIDs(.train) {
            let images = task.preprocessedImages(plan.dataIdentifier, .train)
            let properties: CaseProperties = try JSONFile.read(from: images.appendingPathComponent("\(id).json"))
            let raw = try ImageReader().geometry(task.imageFile(of: id, modality: 0, .train))
            #expect(properties.geometry.isClose(to: raw))
            let shape = plan.transposeForward.map { axis in
                Int(
                    (properties.spacing[axis] / plan.targetSpacing[axis] * Double(properties.sizeAfterCropping[axis]))
                        .rounded(.toNearestOrEven))
            }
            let arrays = try NPZ.read(images.appendingPathComponent("\(id).npz"))
            #expect(arrays["data"]?.shape == [1] + shape && arrays["seg"]?.shape == [1] + shape)
            let values = try #require(arrays["data"]?.floats())
            #expect(values.allSatisfy(\.isFinite) && Set(values.prefix(100_000)).count > 100)
            let truth = try GroundTruth.read(id, in: task.evaluationLabels(.train))
            #expect(truth.boxes.count == properties.instances.count && !properties.instances.isEmpty)
            let unpacked = try NPYArray.read(images.appendingPathComponent("\(id).npy"))
            #expect(unpacked == arrays["data"])
        }
    }

    @Test func computedTomographyOfTwoSpacingsAndADICOMSeries() throws {
        func read(_ name: String) throws -> Image<Float> { try ImageReader().read(samples.appendingPathComponent(name)) }
        let images = [
            ("aorta_1.5mm", try read("aorta_ct_cropped.nii.gz")), ("chest_3mm", try read("example_ct.nii.gz")),
            ("dicom", try ImageReader().read(samples.appendingPathComponent("example_ct_dicom"))),
            ("slab_3mm", try read("example_ct_sm.nii.gz")),
        ]
        try prepare(images, modality: "CT", threshold: 250) { (task: TaskFolder, tool: CommandLineTool) throws in
            #expect(try task.caseIDs(.train) == images.map(\.0))
            let plan: Plan = try JSONFile.read(from: task.planFile("D3V001_3d"))
            #expect(plan.normalizationSchemes == ["CT"] && plan.orientation != nil)
            try expectPrepared(task, plan)
            let fingerprint: Fingerprint = try JSONFile.read(from: task.fingerprintFile)
            // The scanners' orientations differ; all crops have one.
            #expect(fingerprint.orientations.count > 1 && fingerprint.orientation == plan.orientation)
            #expect(fingerprint.intensity[0].map { $0.overall.percentile005 >= 250 } == true)
            // The slab is no copy of the chest, though a part of it.
            let report = try String(contentsOf: task.preprocessed.appendingPathComponent("analysis/quality.md"), encoding: .utf8)
            #expect(!report.contains("more than once"), "\(report)")
            #expect(try tool.run("prep", "110").output.contains("preprocessed for D3V001_3d: 0 cases, 4 unchanged"))
        }
    }

    @Test func magneticResonance() throws {
        let image = try ImageReader().read(samples.appendingPathComponent("example_mr_sm.nii.gz"))
        let bright = image.volume.voxels.sorted()[image.volume.count * 99 / 100]
        try prepare([("mr", image)], modality: "MRI", threshold: bright) { (task: TaskFolder, _: CommandLineTool) throws in
            let plan: Plan = try JSONFile.read(from: task.planFile("D3V001_3d"))
            #expect(plan.normalizationSchemes == ["nonCT"])
            try expectPrepared(task, plan)
            let data = try #require(
                try NPZ.read(task.preprocessedImages(plan.dataIdentifier, .train).appendingPathComponent("mr.npz"))["data"]?.floats())
            let mean = data.reduce(0.0) { $0 + Double($1) } / Double(data.count)
            #expect(abs(mean) < 1e-2)
        }
    }
}
