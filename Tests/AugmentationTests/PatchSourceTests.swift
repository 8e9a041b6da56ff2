import Augmentation
import Boxes
import Core
import Foundation
import Imaging
import Preprocessing
import Support
import TestSupport
import Testing

@Suite struct PatchSourceTests {
    private func withCases(_ body: ([PreprocessedCase], URL) throws -> Void) throws { try SmallCases.with(body) }

    private let patch = SIMD3(10, 10, 10)

    private func source(_ cases: [PreprocessedCase], seed: UInt64 = 5, mirror: Bool = true) throws -> PatchSource {
        try PatchSource(
            cases: cases,
            pipeline: mirror
                ? AugmentationPipeline(
                    spatial: SpatialTransform(size: patch), generatorSize: patch, transforms: [Mirror(axes: [0, 1, 2])])
                : .plain(patchSize: patch), batchSize: 4,
            seed: seed)
    }

    @Test func batchesHoldWhatTheContractSays() throws {
        try withCases { cases, _ in
            let source = try source(cases)
            for index in 0..<30 {
                let batch = try source.batch(index)
                #expect(batch.images.count == 4 * 2 * 1000)
                #expect(batch.segmentation.count == 4 * 1000)
                #expect(batch.keys.count == 4 && batch.count == 4)
                #expect(batch.segmentation.allSatisfy { $0 >= 0 })
                #expect(batch.images.allSatisfy { $0.isFinite })
                let semantic = batch.semantic()
                for item in 0..<4 {
                    let labels = Volume(shape: patch, voxels: Array(batch.segmentation[item * 1000..<(item + 1) * 1000]))
                    let boxes = labels.instanceBoxes()
                    #expect(batch.truths[item].boxes == boxes.map(\.box))
                    #expect(batch.instances[item] == boxes.map(\.id))
                    let classes = cases.first { $0.id == batch.keys[item] }?.properties.instances ?? [:]
                    #expect(batch.truths[item].labels == boxes.map { classes[$0.id] })
                    for voxel in 0..<1000 {
                        let id = Int(labels.voxels[voxel])
                        #expect(semantic[item * 1000 + voxel] == Int32(id == 0 ? 0 : (classes[id] ?? -9) + 1))
                    }
                }
                // The second half of the batch is placed for objects.
                for item in 2..<4 { #expect(batch.truths[item].count > 0) }
            }
        }
    }

    @Test func boxesFollowTheImageWhenMirrored() throws {
        try withCases { cases, _ in
            // Objects are brighter than what surrounds them by more than the noise: voxels above and labels must coincide after mirroring.
            let source = try source([cases[0]])
            for index in 0..<10 {
                let batch = try source.batch(index)
                for item in 0..<4 {
                    for voxel in 0..<1000 {
                        let value = batch.images[(item * 2) * 1000 + voxel]
                        #expect((value > 2) == (batch.segmentation[item * 1000 + voxel] > 0))
                    }
                }
            }
        }
    }

    @Test func aBatchDependsOnSeedAndNumberAlone() throws {
        try withCases { cases, images in
            let source = try source(cases)
            let reopened = try self.source(cases.map { try PreprocessedCase($0.id, in: images) })
            let other = try self.source(cases, seed: 6)
            for index in [0, 3, 1_000_000] {
                let batch = try source.batch(index)
                let again = try reopened.batch(index)
                #expect(batch.images == again.images && batch.segmentation == again.segmentation && batch.keys == again.keys)
                #expect(try other.batch(index).images != batch.images)
                #expect(try source.batch(index + 1).images != batch.images)
            }
        }
    }

    @Test func oneAndFourThreadsGiveTheSame() throws {
        try withCases { cases, _ in
            let source = try source(cases)
            func batches(threads: Int) throws -> [Batch] {
                let loader = BatchLoader(source: source, threads: threads, first: 2, count: 25)
                return try (0..<25).map { _ in try loader.next() }
            }
            let (none, one, four) = (try batches(threads: 0), try batches(threads: 1), try batches(threads: 4))
            for index in 0..<25 {
                #expect(one[index].images == four[index].images && one[index].keys == four[index].keys)
                #expect(one[index].images == none[index].images)
                #expect(one[index].segmentation == four[index].segmentation && one[index].truths == four[index].truths)
            }
            #expect(try source.batch(2).images == one[0].images)
        }
    }

    @Test func withoutObjectsThereAreStillBatches() throws {
        try withCases { cases, _ in
            let batch = try source([cases[2]]).batch(0)
            #expect(batch.truths.allSatisfy { $0.count == 0 })
            #expect(batch.semantic().allSatisfy { $0 == 0 })
        }
    }

    @Test func anInstanceWithoutClassNamesTheCase() throws {
        try withCases { cases, images in
            let file = images.appendingPathComponent("b.json")
            var properties: CaseProperties = try JSONFile.read(from: file)
            properties.instances = [:]
            try JSONFile.write(properties, to: file)
            let source = try source([PreprocessedCase("b", in: images)])
            let loader = BatchLoader(source: source, threads: 3)
            let problem = #expect(throws: Problem.self) { for _ in 0..<50 { _ = try loader.next() } }
            #expect(problem?.subject == "case b")
        }
    }

    @Test func aTransformThatFailsIsNamedWithItsCase() throws {
        struct Failing: PatchTransform {
            let name = "crumpling"
            func apply(to patch: PatchBuffers, using generator: inout SeededGenerator) throws -> Bool {
                if generator.chance(0.3) { throw Problem("paper", "is too thick") }
                return false
            }
        }
        try withCases { cases, _ in
            let pipeline = AugmentationPipeline(spatial: SpatialTransform(size: patch), generatorSize: patch, transforms: [Failing()])
            let source = try PatchSource(cases: [cases[1]], pipeline: pipeline, batchSize: 2, seed: 0)
            let loader = BatchLoader(source: source, threads: 2)
            let problem = #expect(throws: Problem.self) { for _ in 0..<50 { _ = try loader.next() } }
            #expect(problem?.description == "case b: transform crumpling: paper: is too thick")
        }
    }

    @Test func variantsShowOnePlaceUnchangedAndChanged() throws {
        try withCases { cases, _ in
            let environment = Environment(dataFolder: URL(fileURLWithPath: "data"), modelsFolder: URL(fileURLWithPath: "models"))
            func variants(_ overrides: [String]) throws -> PatchVariants {
                let configuration = try Configuration.compose(overrides, environment: environment)
                let pipeline = try AugmentationPipeline.training(
                    configuration.augmentation, masked: [false, false], dimension: 3, patchSize: patch)
                return try PatchSource(cases: [cases[0]], pipeline: pipeline, batchSize: 2, seed: 4).variants(3, count: 4)
            }
            let certain = ["p_rot=1", "p_scale=1", "p_eldef=1", "p_gamma=1"].map { "augmentation.\($0)" }
            let turned = try variants(["augmentation=default"] + certain)
            #expect(turned.changes[0].isEmpty && turned.batch.count == 5 && turned.batch.keys == Array(repeating: "a", count: 5))
            for changes in turned.changes[1...] {
                #expect(changes.filter { $0 != "mirror" } == ["elastic deformation", "rotation", "scaling", "gamma"])
            }
            let none = try variants(["augmentation=noaug"])
            #expect(none.changes.allSatisfy { $0.isEmpty })
            // A larger patch that is cut for rotation has the same middle.
            func image(_ variants: PatchVariants, _ item: Int) -> ArraySlice<Float> {
                variants.batch.images[item * 2000..<(item + 1) * 2000]
            }
            for item in 1..<5 {
                #expect(image(none, item) == image(none, 0))
                #expect(image(turned, item) != image(turned, 0))
            }
            #expect(turned.batch.truths[0].count > 0)
        }
    }

    /// Training and validation see the chosen channels, in their order.
    @Test func channelsAreChosen() throws {
        try withCases { cases, images in
            let environment = Environment(dataFolder: images, modelsFolder: images, numThreads: 2)
            func batches(_ overrides: [String]) throws -> [Batch] {
                let configuration = try Configuration.compose(["augmentation=noaug"] + overrides, environment: environment)
                let batches = try FoldBatches(
                    Splits.Fold(train: ["a", "b"], val: ["small"]), in: images,
                    plan: .fixture(schemes: ["nonCT", "nonCT"], patchSize: [8, 8, 8]), options: configuration.augmentCfg,
                    augmentation: configuration.augmentation, seed: 1)
                return [try batches.trainingLoader(from: 0).next(), try batches.validationLoader(epoch: 0, count: 1).next()]
            }
            let all = try batches([])
            for chosen in [[1], [1, 0]] {
                for (some, all) in zip(try batches(["augmentation.selected_data_channels=\(chosen)"]), all) {
                    #expect(some.images.count == all.count * chosen.count * 512 && some.segmentation == all.segmentation)
                    for item in 0..<all.count {
                        for (place, channel) in chosen.enumerated() {
                            let start = (item * chosen.count + place) * 512
                            let from = (item * 2 + channel) * 512
                            #expect(some.images[start..<start + 512] == all.images[from..<from + 512])
                        }
                    }
                }
            }
            #expect(throws: Problem.self) { try batches(["augmentation.selected_data_channels=[2]"]) }
        }
    }

    @Test func aFoldAsConfigured() throws {
        try withCases { cases, images in
            let environment = Environment(dataFolder: images, modelsFolder: images, numThreads: 2)
            let configuration = try Configuration.compose(["train=toy", "augment_cfg.batch_size=3"], environment: environment)
            let batches = try FoldBatches(
                Splits.Fold(train: ["a", "b"], val: ["small"]), in: images,
                plan: .fixture(schemes: ["nonCT", "nonCT"], patchSize: [8, 8, 8]),
                options: configuration.augmentCfg, augmentation: configuration.augmentation, seed: 1)
            let training = try batches.trainingLoader(from: 0).next()
            #expect(training.count == 3)
            #expect(training.size == SIMD3(8, 8, 8))
            #expect(Set(training.keys).isSubset(of: ["a", "b"]))
            let first = batches.validationLoader(epoch: 0, count: 2)
            let keys = try (0..<2).map { _ in try first.next().keys }
            #expect(Set(keys.flatMap { $0 }) == ["small"])
            #expect(throws: Problem.self) { try first.next() }
            let second = batches.validationLoader(epoch: 1, count: 2)
            #expect(try second.next().images != batches.validationLoader(epoch: 0, count: 2).next().images)
        }
    }
}
