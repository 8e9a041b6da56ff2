import Augmentation
import Core
import Detector
import Foundation
import Support
import TestSupport
import Testing
import Torch
import Training

@Suite(.serialized) struct TrainerTests {
    /// Scores an epoch by how many detections there were, which is enough to choose a best one.
    private struct Counting: DetectionScoring {
        var count = 0
        mutating func add(_ detections: Detections, _ truth: GroundTruth) { count += detections.count }
        func scores() -> [String: Double] { ["mAP_IoU_0.10_0.50_0.05_MaxDet_100": Double(count)] }
    }

    private func network() throws -> RetinaUNet {
        let architecture = Plan.Architecture(
            archName: "RetinaUNetV001", dim: 3, inChannels: 1, classifierClasses: 2, segClasses: 2, startChannels: 4, maxChannels: 16,
            fpnChannels: 16, headChannels: 16, convKernels: [[3, 3, 3], [3, 3, 3]], strides: [[2, 2, 2]], decoderLevels: [1])
        let sizes = [[5.0, 7]]
        try TorchLibrary.seed(7)
        return try RetinaUNet(
            architecture: architecture, anchors: Plan.Anchors(width: sizes, height: sizes, depth: sizes),
            configuration: ModelConfiguration())
    }

    private func trainer(_ folder: URL, _ change: (inout TrainerSettings) -> Void = { _ in }) throws -> Trainer {
        var settings = TrainerSettings(
            schedule: LearningRateSchedule(
                initial: 0.01, warmUpRate: 1e-6, warmUpIterations: 2, gamma: 0.9, iterationsPerEpoch: 3, epochs: 2, averagingEpochs: 2))
        settings.validationBatches = 1
        settings.verbose = false
        change(&settings)
        return try Trainer(
            network(), dimension: 3, settings: settings, files: TrainingFiles(folder: folder), key: "key", scoring: { Counting() },
            log: { _ in })
    }

    private let sources = BatchSources(
        training: { first, _ in SquareBatches(seed: 1, first: first, patch: 12, objectSize: 5..<8, batchSize: 1) },
        validation: { epoch, _ in SquareBatches(seed: 2, first: epoch, patch: 12, objectSize: 5..<8, batchSize: 1) })

    @Test func stoppedRunsEndWhereUnstoppedOnesDo() throws {
        try withTemporaryFolder { root in
            let whole = root.appendingPathComponent("whole")
            var straight = try trainer(whole)
            let progress = try straight.run(sources)
            #expect(progress.finished && progress.history.count == 4 && progress.iteration == 12)

            // Stopped in the middle of the first epoch, then within the averaging phase.
            let parts = root.appendingPathComponent("parts")
            let files = TrainingFiles(folder: parts)
            for stop in [2, 10] {
                var steps = 0
                var part = try trainer(parts)
                if FileManager.default.fileExists(atPath: files.checkpoint.path) {
                    try part.restore(TrainingState.read(files.checkpoint), from: "checkpoint")
                    steps = 2
                }
                #expect(throws: TrainingInterrupted.self) {
                    _ = try part.run(sources) {
                        defer { steps += 1 }
                        return steps == stop
                    }
                }
            }
            var last = try trainer(parts)
            try last.restore(TrainingState.read(files.checkpoint), from: "checkpoint")
            _ = try last.run(sources)
            for name in ["model_final.safetensors", "model_last.safetensors", "model_best.safetensors"] {
                let a = try WeightFile.read(whole.appendingPathComponent(name))
                let b = try WeightFile.read(parts.appendingPathComponent(name))
                #expect(a.keys.sorted() == b.keys.sorted())
                for (tensorName, tensor) in a {
                    #expect(try tensor.values(Float.self) == b[tensorName]?.values(Float.self), "\(name) \(tensorName)")
                }
            }
        }
    }

    @Test func finalWeightsAreTheMeanOfTheAveragingEpochs() throws {
        try withTemporaryFolder { folder in
            var trainer = try trainer(folder)
            _ = try trainer.run(sources)
            let state = try TrainingState.read(TrainingFiles(folder: folder).checkpoint)
            #expect(state.average.count == 2)
            let final = try WeightFile.read(TrainingFiles(folder: folder).final)
            let last = try WeightFile.read(TrainingFiles(folder: folder).last)
            #expect(try final.contains { name, tensor in try tensor.values(Float.self) != last[name]?.values(Float.self) })
        }
    }

    /// Weights at the end of a run, one after the other.
    private func weights(_ change: (inout TrainerSettings) -> Void = { _ in }) throws -> [Float] {
        try withTemporaryFolder { folder in
            var trainer = try trainer(folder, change)
            _ = try trainer.run(sources)
            let last = try WeightFile.read(TrainingFiles(folder: folder).last)
            return try last.keys.sorted().flatMap { try last[$0]?.values(Float.self) ?? [] }
        }
    }

    @Test func optionsOfTheOptimiserHaveTheirEffect() throws {
        let plain = try weights()
        #expect(try weights() == plain)
        #expect(try weights { $0.clipNorm = 1e9 } == plain)
        #expect(try weights { $0.clipNorm = 0.01 } != plain)
        #expect(try weights { $0.nesterov = false } != plain)
        #expect(try weights { $0.momentum = 0.5 } != plain)
        let adam = try weights { $0.optimiser = .adamw }
        #expect(adam != plain)
        #expect(try weights { ($0.optimiser, $0.betas) = (.adamw, (0.5, 0.9)) } != adam)
        #expect(try weights { ($0.optimiser, $0.epsilon) = (.adamw, 0.1) } != adam)
        #expect(try weights { ($0.optimiser, $0.weightDecay) = (.adamw, 0.5) } != adam)
    }

    /// A power of two changes no digit of a gradient, so a scaled run is the same run; steps that overflow are left out.
    @Test func scaledLossesGiveTheSameWeights() throws {
        #expect(try weights { $0.lossScaler = LossScaler(scale: 1024, interval: 4) } == weights())
        try withTemporaryFolder { folder in
            var trainer = try trainer(folder) { $0.lossScaler = LossScaler(scale: 1e38, backoff: 1e-3) }
            let before = try network().state()
            var steps = 0
            #expect(throws: TrainingInterrupted.self) {
                _ = try trainer.run(sources) {
                    defer { steps += 1 }
                    return steps == 1
                }
            }
            let state = try TrainingState.read(TrainingFiles(folder: folder).checkpoint)
            #expect(state.progress.lossScaler.map { abs($0.scale - 1e35) < 1e30 } == true)
            for (name, tensor) in before { #expect(try tensor.values(Float.self) == state.weights[name]?.values(Float.self), "\(name)") }
        }
    }

    @Test func lossThatIsNoNumberEndsTheRunNamingTheCase() throws {
        struct Broken: BatchStream {
            let stream: SquareBatches
            func next() throws -> Batch {
                var batch = try stream.next()
                batch.images[5] = .nan
                return batch
            }
        }
        try withTemporaryFolder { folder in
            var trainer = try trainer(folder)
            let error = #expect(throws: Problem.self) {
                _ = try trainer.run(
                    BatchSources(
                        training: { first, _ in
                            Broken(stream: SquareBatches(seed: 1, first: first, patch: 12, objectSize: 5..<8, batchSize: 1))
                        }, validation: sources.validation))
            }
            #expect(error?.problem.contains("square_1_0") == true)
        }
    }

    @Test func damagedCheckpointIsOneClearProblem() throws {
        try withTemporaryFolder { folder in
            let url = TrainingFiles(folder: folder).checkpoint
            var trainer = try trainer(folder)
            _ = try trainer.run(sources)
            let bytes = try Data(contentsOf: url)
            try bytes.prefix(bytes.count / 2).write(to: url)
            #expect(throws: Problem.self) { try TrainingState.read(url) }
        }
    }
}

@Suite struct LearningRateScheduleTests {
    private let schedule = LearningRateSchedule(
        initial: 0.01, warmUpRate: 1e-6, warmUpIterations: 4000, gamma: 0.9, iterationsPerEpoch: 2500, epochs: 50, averagingEpochs: 10)

    @Test(arguments: [(0, 3.49975e-6), (3999, 0.01), (4000, 0.0099999256), (50_000, 0.00650194), (100_000, 0.00241893)])
    func vectorsOfTheSpec(_ iteration: Int, _ rate: Double) {
        #expect(abs(schedule.rate(at: iteration) - rate) / rate < 1e-6)
    }

    @Test func averagingCyclesFallFromATenthToAThousandth() {
        for epoch in 50..<60 {
            #expect(abs(schedule.rate(at: epoch * 2500) - 1e-3) < 1e-12)
            #expect(abs(schedule.rate(at: epoch * 2500 + 2499) - 1e-5) < 1e-12)
        }
    }
}
