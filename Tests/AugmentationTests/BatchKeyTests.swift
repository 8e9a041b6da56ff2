import Augmentation
import Core
import Foundation
import Support
import TestSupport
import Testing

/// Every key below `augment_cfg` changes the batches, or how many of them are made ahead.
@Suite struct BatchKeyTests {
    private func configuration(_ overrides: [String]) throws -> Configuration {
        try Configuration.compose(
            overrides,
            environment: Environment(dataFolder: URL(fileURLWithPath: "data"), modelsFolder: URL(fileURLWithPath: "models"), numThreads: 1))
    }

    private func batches(_ images: URL, _ overrides: [String], train: [String] = ["a", "b", "small"]) throws -> FoldBatches {
        let configuration = try configuration(["augmentation=noaug"] + overrides.map { "augment_cfg.\($0)" })
        return try FoldBatches(
            Splits.Fold(train: train, val: ["b"]), in: images, plan: .fixture(schemes: ["nonCT", "nonCT"], patchSize: [8, 8, 8]),
            options: configuration.augmentCfg, augmentation: configuration.augmentation, seed: 1)
    }

    /// Another value of each key that is about the patches.
    private static let patches = [
        "dataloader": "DataLoader{}DFast", "oversample_foreground_percent": "1", "patch_size": "[4, 8, 8]", "batch_size": "2",
        "dataloader_kwargs": "{pad_kwargs_data: {mode: constant, constant_values: 7}}",
    ]

    /// Of the others: how many batches wait for their use then, on so many processors.
    private static let ahead: [(key: String, value: String, waiting: Int)] = [
        ("num_threads", "2", 2 * min(2, processorCount)), ("num_cached_per_thread", "5", 5), ("multiprocessing", "false", 0),
    ]

    /// Keys that others look at, each with its test.
    private static let elsewhere = [
        "augmentation": "augmentationIsSetByItsOwnKey", "splits": "TrainCommandTests.batchesAreMadeAsAsked",
        "num_train_batches_per_epoch": "TrainerKeyTests.lengthsOfEpochsAreThoseOfTheLoaders",
        "num_val_batches_per_epoch": "TrainerKeyTests.lengthsOfEpochsAreThoseOfTheLoaders",
    ]

    @Test func everyKeyChangesTheBatches() throws {
        try SmallCases.with { _, images in
            func described(_ overrides: [String]) throws -> [[Float]] {
                let source = try batches(images, overrides).training
                return try (0..<6).map { try source.batch($0).images }
            }
            let plain = try described([])
            #expect(try described([]) == plain)
            for (key, value) in Self.patches { #expect(try described(["\(key)=\(value)"]) != plain, "\(key)") }
            #expect(try batches(images, ["patch_size=[4, 8, 8]"]).training.batch(0).size == SIMD3(4, 8, 8))
            #expect(try batches(images, ["batch_size=2"]).training.batch(0).count == 2)
        }
    }

    @Test func whatLiesBeyondACaseHasItsIntensity() throws {
        try SmallCases.with { _, images in
            for augmentation in ["noaug", "base_more"] {
                func values(_ padding: String) throws -> [Float] {
                    let configuration = try configuration([
                        "augmentation=\(augmentation)", "augment_cfg.dataloader_kwargs={pad_kwargs_data: {constant_values: \(padding)}}",
                    ])
                    let batches = try FoldBatches(
                        Splits.Fold(train: ["small"], val: ["small"]), in: images,
                        plan: .fixture(schemes: ["nonCT", "nonCT"], patchSize: [8, 8, 8]), options: configuration.augmentCfg,
                        augmentation: configuration.augmentation, seed: 1)
                    return try (0..<4).flatMap { try batches.validation.batch($0).images + batches.training.batch($0).images }
                }
                let (dark, bright) = (try values("0"), try values("7"))
                #expect(bright.contains(7) && !dark.contains(7))
                guard augmentation == "noaug" else { continue }
                // Six of eight voxels along axis 0 and seven along axis 2 are the case's, 42 of 64.
                #expect(zip(dark, bright).allSatisfy { $0 == $1 || ($0 == 0 && $1 == 7) })
                let share = Double(bright.count { $0 == 7 }) / Double(bright.count)
                #expect(share == 0.34375, "\(share)")
            }
        }
    }

    @Test func asManyBatchesAreMadeAheadAsThreadsKeep() throws {
        try SmallCases.with { _, images in
            func expectWaiting(_ overrides: [String], _ count: Int) throws {
                let loader = try batches(images, overrides).trainingLoader(from: 0)
                _ = try loader.next()
                for _ in 0..<2000 where loader.waiting != count { Thread.sleep(forTimeInterval: 0.005) }
                // There are no more, however long one waits.
                Thread.sleep(forTimeInterval: 0.1)
                #expect(loader.waiting == count, "\(overrides)")
            }
            try expectWaiting([], 2)
            for (key, value, waiting) in Self.ahead { try expectWaiting(["\(key)=\(value)"], waiting) }
        }
    }

    @Test func thereAreNoMoreThreadsThanProcessors() throws {
        #expect(FoldBatches.threads(3, processors: 64) == 3 && FoldBatches.threads(64, processors: 64) == 64)
        #expect(FoldBatches.threads(100, processors: 64) == 64)
        try SmallCases.with { (_, images: URL) throws in
            #expect(try batches(images, ["num_threads=1000"]).threads == processorCount)
            #expect(try batches(images, ["multiprocessing=false"]).threads == 0)
        }
    }

    @Test func augmentationIsSetByItsOwnKey() throws {
        for override in ["augment_cfg.augmentation={p_rot: 1}", "augment_cfg.augmentation=noaug"] {
            let problem = #expect(throws: Problem.self) { try configuration([override]) }
            #expect(problem?.description.contains("augment_cfg.augmentation: ") == true, "\(problem?.description ?? "")")
        }
        #expect(try configuration(["augment_cfg.augmentation.p_rot=1"]).augmentation.pRotation == 1)
        #expect(try configuration(["augment_cfg.augmentation=${augmentation}"]).augmentation == configuration([]).augmentation)
    }

    @Test func noKeyIsForgotten() throws {
        guard case .map(let keys)? = try configuration([]).resolved["augment_cfg"] else {
            Issue.record("there is no augment_cfg")
            return
        }
        #expect(Set(keys.keys) == Set(Self.patches.keys).union(Self.ahead.map(\.key)).union(Self.elsewhere.keys))
    }
}
