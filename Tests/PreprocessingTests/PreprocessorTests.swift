import Core
import Foundation
import Imaging
import Preprocessing
import Support
import TestSupport
import Testing

@Suite struct PreprocessorTests {
    private static let object = TaskFixture.Object(SIMD3(3, 4, 5), SIMD3(7, 8, 9), label: 1)

    private func cropped(_ values: [Float], shape: SIMD3<Int>, spacing: SIMD3<Double> = .one) -> CroppedCase {
        let volume = Volume(shape: shape, voxels: values)
        let properties = CaseProperties(
            caseID: "c", geometry: Geometry(size: shape, spacing: spacing), cropLower: .zero, cropUpper: shape)
        return CroppedCase(channels: [volume], segmentation: Volume(shape: shape, filledWith: 0), properties: properties)
    }

    @Test func sizeFollowsSpacingHalvesToEven() throws {
        // 5 voxels · 1.5 = 7.5 → 8, 3 · 1.5 = 4.5 → 4, 2 · 0.1 → 0 → 1; the axes are transposed before.
        let preprocessor = try Preprocessor(plan: .fixture(transpose: [2, 0, 1], spacing: [1, 1, 10]))
        let prepared = try preprocessor.prepare(
            cropped([Float](repeating: 1, count: 30), shape: SIMD3(3, 2, 5), spacing: SIMD3(1.5, 1, 1.5)))
        #expect(prepared.shape == SIMD3(8, 4, 1))
        #expect(prepared.properties.sizeAfterResampling == SIMD3(8, 4, 1))
        #expect(prepared.properties.spacingAfterResampling == SIMD3(1, 1, 10))
    }

    @Test func notANumberBecomesZeroBeforeAnythingElse() throws {
        var values: [Float] = (0..<64).map { Float($0) }
        values[10] = .nan
        let clean = values.map { $0.isNaN ? 0 : $0 }
        let preprocessor = try Preprocessor(plan: .fixture(spacing: [0.8, 1, 1]))
        let shape = SIMD3(4, 4, 4)
        let mine = try preprocessor.prepare(cropped(values, shape: shape))
        #expect(mine.channels == (try preprocessor.prepare(cropped(clean, shape: shape))).channels)
        #expect(mine.channels.allSatisfy { $0.isFinite })
    }

    @Test(arguments: ["nonCT", "CT", "CT2"]) func aConstantImageStaysFinite(scheme: String) throws {
        let statistics = IntensityStatistics(median: 3, mean: 3, std: 0, min: 3, max: 3, percentile995: 3, percentile005: 3)
        let preprocessor = try Preprocessor(plan: .fixture(schemes: [scheme], intensity: [statistics]))
        let prepared = try preprocessor.prepare(cropped([Float](repeating: 3, count: 27), shape: SIMD3(3, 3, 3)))
        #expect(prepared.channels.allSatisfy { $0 == 0 })
    }

    @Test func missingStatisticsAreAProblem() {
        #expect(throws: Problem.self) { try Preprocessor(plan: .fixture(schemes: ["CT"])) }
        let unknown = IntensityStatistics(
            median: .nan, mean: .nan, std: .nan, min: .nan, max: .nan, percentile995: .nan, percentile005: .nan)
        #expect(throws: Problem.self) { try Preprocessor(plan: .fixture(schemes: ["CT2"], intensity: [unknown])) }
    }

    @Test(arguments: [1e-9, 1e-300]) func sizesThatCannotBeCountedAreAProblem(spacing: Double) throws {
        let preprocessor = try Preprocessor(plan: .fixture(spacing: [spacing, spacing, spacing]))
        #expect { try preprocessor.prepare(cropped([1], shape: .one)) } throws: { "\($0)".contains("GB; the machine has") }
    }

    @Test func anotherNumberOfModalitiesIsAProblem() throws {
        let preprocessor = try Preprocessor(plan: .fixture(schemes: ["nonCT", "nonCT"]))
        #expect(throws: Problem.self) { try preprocessor.prepare(cropped([1], shape: .one)) }
        #expect(throws: Problem.self) {
            try preprocessor.prepare(id: "c", rawFiles: [URL(fileURLWithPath: "/nowhere_0000.nii.gz")], reader: ImageReader())
        }
    }

    @Test func objectsThatResamplingLosesAreNoCandidates() throws {
        var labels = Volume<Int32>(shape: SIMD3(9, 9, 9), filledWith: 0)
        for i in 3..<8 { for j in 3..<8 { for k in 3..<8 { labels[i, j, k] = 2 } } }
        labels[0, 0, 0] = 1
        var cropped = cropped([Float](repeating: 1, count: 729), shape: SIMD3(9, 9, 9))
        cropped.segmentation = labels
        cropped.properties.instances = [1: 0, 2: 1]
        let candidates = try Preprocessor(plan: .fixture(spacing: [3, 3, 3])).prepare(cropped).candidates
        #expect(candidates.instances == [2])
        #expect(candidates.labels == [1])
        // Centres 4 and 7 of three voxels: indices 1 and 2, so boxes from 0 to 3.
        #expect(candidates.boxes == [[0, 0, 3, 3, 0, 3]])
    }

    @Test func aTaskIsPreparedOnceAndFollowsItsInputsAndPlan() throws {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder)
            try fixture.add("a", objects: [Self.object], seed: 1)
            try fixture.add("b", seed: 2)
            let task = fixture.task
            let cropper = Cropper(task: task, orientation: nil)
            let plan = Plan.fixture(spacing: [1, 0.8, 1.3])
            #expect(throws: Problem.self) { try Preprocessor(plan: plan).run(task) }
            try cropper.run()
            #expect(try Preprocessor(plan: plan).run(task, threads: 2) == StageSummary(done: 2))
            #expect(try Preprocessor(plan: plan).run(task) == StageSummary(unchanged: 2))
            // What does not concern the arrays changes nothing; what does, everything.
            #expect(
                try Preprocessor(plan: .fixture(spacing: [1, 0.8, 1.3], patchSize: [16, 16, 16])).run(task) == StageSummary(unchanged: 2))
            #expect(try Preprocessor(plan: .fixture(spacing: [1, 0.9, 1.3])).run(task) == StageSummary(done: 2))
            try fixture.add("b", seed: 3)
            try cropper.run()
            #expect(try Preprocessor(plan: .fixture(spacing: [1, 0.9, 1.3])).run(task) == StageSummary(done: 1, unchanged: 1))

            let images = task.preprocessedImages(plan.dataIdentifier, .train)
            let arrays = try NPZ.read(images.appendingPathComponent("a.npz"))
            #expect(arrays["data"]?.scalar == .float32)
            #expect(arrays["data"]?.shape == [1, 12, 16, 12])
            #expect(arrays["seg"]?.scalar == .int32)
            #expect(arrays["seg"]?.shape == [1, 12, 16, 12])
            let candidates: Candidates = try JSONFile.read(from: images.appendingPathComponent("a_boxes.json"))
            #expect(candidates.labels == [1])
            let truth = try NPZ.read(task.preprocessedLabels(plan.dataIdentifier).appendingPathComponent("a_boxes_gt.npz"))
            #expect(truth["boxes"]?.integers() == candidates.boxes[0])
            #expect(truth["classes"]?.integers() == [1])
            let empty = try NPZ.read(task.preprocessedLabels(plan.dataIdentifier).appendingPathComponent("b_boxes_gt.npz"))
            #expect(empty["classes"]?.count == 0)
        }
    }

    @Test func testCasesEqualWhatIsPreparedInMemory() throws {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder)
            for id in ["t", "u"] { try fixture.add(id, .test, margin: 1, seed: 4) }
            let plan = Plan.fixture(spacing: [1, 0.7, 1], orientation: "RAS")
            let preprocessor = try Preprocessor(plan: plan)
            #expect(try preprocessor.runTest(fixture.task, cases: ["t"]).summary == StageSummary(done: 1))
            #expect(try preprocessor.runTest(fixture.task).summary == StageSummary(done: 1, unchanged: 1))
            let images = fixture.task.preprocessedImages(plan.dataIdentifier, .test)
            let fromDisk = try PreparedCase.read("t", in: images)
            let inMemory = try preprocessor.prepare(id: "t", rawFiles: [fixture.image("t", 0, .test)], reader: ImageReader())
            #expect(fromDisk.channels == inMemory.channels)
            #expect(fromDisk.shape == inMemory.shape)
            #expect(fromDisk.properties.cropLower == SIMD3(1, 1, 1))
            #expect(inMemory.properties.orientation.flipped == [false, true, true])
            // As the original does: the orientation that the image is stored in.
            let original = try Preprocessor(plan: plan, referenceBehaviour: true)
            #expect(
                try original.prepare(id: "t", rawFiles: [fixture.image("t", 0, .test)], reader: ImageReader()).properties.orientation
                    == .identity)
            #expect(try original.runTest(fixture.task).summary == StageSummary(done: 2))
            #expect(try PreparedCase.read("t", in: images).properties.orientation == .identity)
            #expect(try preprocessor.runTest(fixture.task).summary == StageSummary(done: 2))
            // The raw image changes: what was made of it is not used any more.
            try fixture.add("t", .test, margin: 2, seed: 4)
            #expect(try preprocessor.runTest(fixture.task).summary == StageSummary(done: 1, unchanged: 1))
            #expect(try PreparedCase.read("t", in: images).properties.cropLower == SIMD3(2, 2, 2))
        }
    }

    /// A plan with another orientation than the cropped cases have would turn test images otherwise than training ones.
    @Test func anotherOrientationThanTheCroppedCasesIsRefused() throws {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder)
            try fixture.add("a", objects: [Self.object])
            try Cropper(task: fixture.task, orientation: "LPS").run()
            let problem = #expect(throws: Problem.self) { try Preprocessor(plan: Plan.fixture(orientation: "RAS")).run(fixture.task) }
            #expect(problem?.problem.contains("orientation is RAS") == true)
            #expect(try Preprocessor(plan: Plan.fixture(orientation: "LPS")).run(fixture.task) == StageSummary(done: 1))
        }
    }

    @Test func evaluationLabelsInImageSpace() throws {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder)
            try fixture.add("a", objects: [Self.object, .init(SIMD3(0, 0, 0), SIMD3(1, 2, 3))], margin: 1)
            try fixture.add("b")
            #expect(try EvaluationLabels.run(fixture.task, .train) == StageSummary(done: 2))
            #expect(try EvaluationLabels.run(fixture.task, .train) == StageSummary(unchanged: 2))
            let labels = fixture.task.evaluationLabels(.train)
            let boxes = try NPZ.read(labels.appendingPathComponent("a_boxes_gt.npz"))
            #expect(boxes["boxes"]?.scalar == .int64)
            #expect(boxes["boxes"]?.shape == [2, 6])
            #expect(boxes["boxes"]?.integers() == [2, 3, 7, 8, 4, 9, -1, -1, 1, 2, -1, 3])
            #expect(boxes["classes"]?.integers() == [1, 0])
            let instances = try NPZ.read(labels.appendingPathComponent("a_instances_gt.npz"))
            #expect(instances["instances"]?.shape == [1, 12, 14, 16])
            #expect(instances["mapping"]?.integers() == [1, 1, 2, 0])
            let semantic = try NPZ.read(labels.appendingPathComponent("a_seg_gt.npz"))["seg"]?.int32s() ?? []
            #expect(semantic.count { $0 == 2 } == 64)
            #expect(semantic.count { $0 == 1 } == 6)
            try fixture.add("b", objects: [Self.object])
            #expect(try EvaluationLabels.run(fixture.task, .train) == StageSummary(done: 1, unchanged: 1))
        }
    }
}
