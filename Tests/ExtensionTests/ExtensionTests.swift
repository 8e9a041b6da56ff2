import Augmentation
import Boxes
import Core
import Datasets
import Detector
import Evaluation
import Foundation
import Imaging
import Pipeline
import Planning
import Support
import TestSupport
import Testing
import Torch

// What CONTRIBUTING.md shows, step by step; a test compares the two.

extension DetectorModule {
    static let smallHeads = DetectorModule(name: "SmallHeads", summary: "Retina U-Net whose heads have no inner convolutions") {
        plan, configuration in
        var configuration = configuration
        configuration.head_classifier_kwargs.num_convs = 0
        configuration.head_regressor_kwargs.num_convs = 0
        return try RetinaUNet(architecture: plan.architecture, anchors: plan.anchors, configuration: configuration)
    }
}

extension PlannerChoice {
    static let narrow = PlannerChoice(name: "Narrow", summary: "as D3V001, half as wide") { dim in
        var configuration = PlannerConfiguration(dim: dim)
        configuration.plannerID = "Narrow"
        configuration.startChannels /= 2
        configuration.maxChannels /= 2
        return configuration
    }
}

/// Turns dark into bright.
struct Inversion: PatchTransform {
    let probability: Double
    var name: String { "inversion" }

    func apply(to patch: PatchBuffers, using generator: inout SeededGenerator) -> Bool {
        guard generator.uniform(0, 1) < probability else { return false }
        for index in patch.images.indices { patch.images[index].negate() }
        return true
    }
}

extension AugmentationSet {
    static let inverting = AugmentationSet(name: "InvertingAug", summary: "dark becomes bright in half of the patches") { _, _ in
        [Inversion(probability: 0.5)]
    }
}

/// Share of the cases whose best detection overlaps an object.
struct BestDetectionRate {
    let iou: Float

    func score(_ cases: [EvaluationCase]) -> Double {
        let hits = cases.filter { item in
            guard let best = item.detections.sortedByScore().boxes.first else { return false }
            return item.truth.boxes.contains { $0.intersectionOverUnion(best) >= iou }
        }
        return cases.isEmpty ? .nan : Double(hits.count) / Double(cases.count)
    }
}

/// Masks of nodules beside images of the chest.
struct ChestNodules: DatasetConverter {
    let card = DatasetCard(
        name: "chest", task: "Task101_Chest", title: "nodules in CT of the chest", home: "https://example.org/chest",
        parts: [RawPart("images", "images"), RawPart("masks", "masks")])

    func survey(_ raw: RawFolder) throws -> DatasetSurvey {
        var info = DatasetInfo(task: card.task, labels: ["nodule"], modalities: ["CT"])
        info.convertedThings = [1]
        var pairs = try FilePairs(
            images: FolderListing.files(below: raw.part("images"), suffix: ".nii.gz"), imageSuffix: ".nii.gz",
            labels: FolderListing.files(below: raw.part("masks"), suffix: "_mask.nii.gz"), labelSuffix: "_mask.nii.gz")
        let cases = try pairs.cases { _, mask in try SemanticMask(mask, info) }
        return DatasetSurvey(info: info, cases: cases, skipped: pairs.skipped, division: .heldOut)
    }
}

@Suite struct ExtensionTests {
    private let planner = Planner(configuration: PlannerChoice.narrow.configuration(3))

    private var info: DatasetInfo { DatasetInfo(task: "Task100_Lung", labels: ["nodule"], modalities: ["CT"]) }

    @Test func aModuleOfOnesOwn() throws {
        let module = try (DetectorModule.all + [.smallHeads]).named("SmallHeads", key: "module")
        var plan = Plan.fixture(patchSize: [16, 16, 16], batchSize: 1)
        plan.architecture.convKernels = [[3, 3, 3], [3, 3, 3]]
        plan.architecture.strides = [[2, 2, 2]]
        plan.architecture.decoderLevels = [1]
        plan.anchors = Plan.Anchors(width: [[4, 6, 8]], height: [[4, 6, 8]], depth: [[4, 6, 8]])
        let network = try module.network(plan, ModelConfiguration())
        let usual = try DetectorModule.all[0].network(plan, ModelConfiguration())
        #expect(network.parameterCount < usual.parameterCount)
        var generator = SeededGenerator(seed: 0)
        let truth = GroundTruth(boxes: [Box(lower: SIMD3(2, 2, 2), upper: SIMD3(8, 8, 8))], labels: [0])
        let losses = try network.losses(
            Tensor.randn([1, 1, 16, 16, 16]), DetectionTargets(truths: [truth], classes: Tensor.zeros([1, 16, 16, 16], dtype: .int64)),
            using: &generator)
        #expect(try losses.total().item().isFinite)
    }

    @Test func aPlannerOfOnesOwn() throws {
        let choice = try (PlannerChoice.all + [.narrow]).named("Narrow", key: "planner")
        let usual = PlannerChoice.all[0].configuration(3)
        let configuration = choice.configuration(3)
        #expect(configuration.startChannels == usual.startChannels / 2 && configuration.plannerID == "Narrow")
        // Half as wide, the same memory holds a patch that is no smaller.
        let candidate = { (configuration: PlannerConfiguration) in
            PlanCandidate(
                patchSize: [96, 96, 96], batchSize: configuration.batchSize,
                architecture: Plan.Architecture(
                    archName: configuration.archName, dim: 3, inChannels: 1, classifierClasses: 1, segClasses: 1,
                    startChannels: configuration.startChannels, maxChannels: configuration.maxChannels,
                    fpnChannels: configuration.fpnChannels ?? 4 * configuration.startChannels, headChannels: configuration.headChannels,
                    convKernels: Array(repeating: [3, 3, 3], count: 5), strides: Array(repeating: [2, 2, 2], count: 4),
                    decoderLevels: [2, 3, 4]), objectsPerPatch: 1)
        }
        #expect(MemoryModel().estimate(candidate(configuration)).total < MemoryModel().estimate(candidate(usual)).total)
    }

    @Test func anAugmentationOfOnesOwn() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let environment = Environment(dataFolder: folder, modelsFolder: folder)
            let options = try Configuration.compose(
                ["augmentation.transforms=InvertingAug", "augmentation.do_mirror=false"], environment: environment
            ).augmentation
            #expect(throws: Problem.self) {
                try AugmentationPipeline.training(options, masked: [false], dimension: 3, patchSize: SIMD3(4, 4, 4))
            }
            let pipeline = try AugmentationPipeline.training(
                options, masked: [false], dimension: 3, patchSize: SIMD3(4, 4, 4), sets: AugmentationSet.all + [.inverting])
            let transform = try #require(pipeline.transforms.first { $0.name == "inversion" })
            var changed = 0
            for seed in 0..<200 {
                var patch = Patch(
                    images: (0..<64).map(Float.init), labels: [Int32](repeating: 0, count: 64), channels: 1, size: SIMD3(4, 4, 4))
                var generator = SeededGenerator(seed: UInt64(seed))
                if try transform.apply(to: &patch, using: &generator) {
                    changed += 1
                    #expect(patch.images == (0..<64).map { -Float($0) })
                }
            }
            #expect((70...130).contains(changed))
        }
    }

    @Test func aMetricOfOnesOwn() throws {
        func detected(_ id: String, at offset: Float) -> EvaluationCase {
            let box = Box(lower: SIMD3(2, 2, 2), upper: SIMD3(8, 8, 8))
            let found = Box(lower: box.lower + offset, upper: box.upper + offset)
            return EvaluationCase(
                id: id, detections: Detections(boxes: [found], scores: [0.9], labels: [0]), truth: GroundTruth(boxes: [box], labels: [0]))
        }
        try withTemporaryFolder { (folder: URL) throws in
            let cases = [detected("a", at: 0), detected("b", at: 1), detected("c", at: 30)]
            var scores = try DetectionScores(cases, ScoringOptions(classNames: ["nodule"]))
            scores.result.scores["best_detection_IoU_0.10"] = BestDetectionRate(iou: 0.1).score(cases)
            try scores.write(in: folder)
            let written: [String: Double] = try JSONFile.read(from: folder.appendingPathComponent("results_boxes.json"))
            #expect(written["best_detection_IoU_0.10"].map { abs($0 - 2.0 / 3) < 1e-12 } == true)
        }
    }

    @Test func aDataSetOfOnesOwn() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let raw = folder.appendingPathComponent("raw")
            let grid = Geometry(size: SIMD3(6, 7, 8), spacing: SIMD3(2, 1, 1))
            for index in 0..<4 {
                var mask = Volume<Int32>(shape: grid.size, filledWith: 0)
                // Two nodules that do not touch.
                (mask[1, 1, 1], mask[1, 1, 2], mask[4, 5, 6]) = (1, 1, 1)
                let image = Volume<Float>(shape: grid.size, voxels: mask.voxels.map { Float(100 * $0) })
                try ImageWriter.write(Image(volume: image, geometry: grid), to: raw.appendingPathComponent("images/scan\(index).nii.gz"))
                if index == 3 { continue }
                try ImageWriter.write(Image(volume: mask, geometry: grid), to: raw.appendingPathComponent("masks/scan\(index)_mask.nii.gz"))
            }
            let environment = Environment(dataFolder: folder.appendingPathComponent("data"), modelsFolder: folder)
            var preparation = PrepareDataset(name: "chest", raw: raw)
            #expect(throws: Problem.self) { try preparation.run(CommandContext(environment: environment)) }
            preparation.sets.append(ChestNodules())
            try preparation.run(CommandContext(environment: environment))
            let task = try TaskFolder.resolve("101", in: environment.dataFolder)
            let ids = TaskFolder.Split.allCases.flatMap { task.imageListing($0).ids }.sorted()
            #expect(ids == ["scan0", "scan1", "scan2"] && task.imageListing(.test).ids.count == 1)
            let train = try #require(task.imageListing(.train).ids.first)
            let classes: [String: [String: Int]] = try JSONFile.read(from: task.labelJSON(of: train, .train))
            #expect(classes == ["instances": ["1": 0, "2": 0]])
        }
    }

    /// The guide shows code that is compiled and tested here, word for word.
    @Test func theGuideShowsThisCode() throws {
        let here = URL(fileURLWithPath: #filePath)
        let source = try String(contentsOf: here, encoding: .utf8)
        let guide = try String(
            contentsOf: here.deletingLastPathComponent().appendingPathComponent("../../CONTRIBUTING.md").standardizedFileURL,
            encoding: .utf8)
        let blocks = guide.components(separatedBy: "```swift\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
        #expect(blocks.count == 5)
        for block in blocks { #expect(source.contains(block.trimmingCharacters(in: .whitespacesAndNewlines)), "\(block)") }
    }
}
