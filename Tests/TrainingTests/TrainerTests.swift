import Augmentation
import Core
import Detector
import Foundation
import Support
import TestSupport
import Testing
import Torch
import Training

@Suite(.serialized, .onEveryDevice) struct TrainerTests {
    private let sources = SmallTraining.sources

    @Test func stoppedRunsEndWhereUnstoppedOnesDo() throws {
        try withTemporaryFolder { (root: URL) throws in
            let whole = root.appendingPathComponent("whole")
            var straight = try SmallTraining.trainer(whole)
            let progress = try straight.run(sources)
            #expect(progress.finished && progress.history.count == 4 && progress.iteration == 12)

            // Stopped in the middle of the first epoch, then within the averaging phase.
            let parts = root.appendingPathComponent("parts")
            let files = TrainingFiles(folder: parts)
            for stop in [2, 10] {
                var steps = 0
                var part = try SmallTraining.trainer(parts)
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
            var last = try SmallTraining.trainer(parts)
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

    /// Stopped in the validation of an epoch, nothing of the epoch is done twice or left out.
    @Test func aStopInTheValidationGoesOnThere() throws {
        try withTemporaryFolder { (root: URL) throws in
            let (whole, parts) = (root.appendingPathComponent("whole"), root.appendingPathComponent("parts"))
            var straight = try SmallTraining.trainer(whole)
            let expected = try straight.run(sources)
            var first = try SmallTraining.trainer(parts)
            var questions = 0
            let stopped = #expect(throws: TrainingInterrupted.self) {
                // Three steps, then the validation's batch.
                _ = try first.run(sources) {
                    questions += 1
                    return questions == 4
                }
            }
            #expect(stopped?.iteration == 3)
            let state = try TrainingState.read(TrainingFiles(folder: parts).checkpoint)
            #expect(state.progress.history.isEmpty && state.progress.lossCounts["loss"] == 3)
            var second = try SmallTraining.trainer(parts)
            try second.restore(state, from: "checkpoint")
            let progress = try second.run(sources)
            let names = ["train_loss", "val_loss", "train_cls", "seg_dice", "lr"]
            for (a, b) in zip(expected.history, progress.history) {
                for name in names { #expect(a.values[name] == b.values[name], "epoch \(a.epoch) \(name)") }
            }
            #expect(progress.history.count == expected.history.count)
        }
    }

    @Test func theStateIsSavedWithinEpochsToo() throws {
        try withTemporaryFolder { (folder: URL) throws in
            struct Done: Error {}
            func iterationSaved(_ interval: Duration) throws -> Int? {
                var trainer = try SmallTraining.trainer(folder) { $0.checkpointInterval = interval }
                let checkpoint = TrainingFiles(folder: folder).checkpoint
                try? FileManager.default.removeItem(at: checkpoint)
                // A kill: nothing is saved on the way out.
                struct Killed: BatchStream {
                    let stream: SquareBatches
                    var processorSeconds: Double { stream.processorSeconds }
                    func next() throws -> Batch {
                        guard stream.position.next < 2 else { throw Done() }
                        return try stream.next()
                    }
                }
                #expect(throws: Done.self) {
                    _ = try trainer.run(
                        BatchSources(
                            training: { first, _ in
                                Killed(stream: SquareBatches(seed: 1, first: first, patch: 12, objectSize: 5..<8, batchSize: 1))
                            }, validation: sources.validation))
                }
                return FileManager.default.fileExists(atPath: checkpoint.path)
                    ? try TrainingState.read(checkpoint).progress.iteration : nil
            }
            #expect(try iterationSaved(.seconds(3600)) == nil)
            #expect(try iterationSaved(.zero) == 2)
        }
    }

    @Test func measuringTakesTheTimeOfStepsAndValidation() throws {
        try withTemporaryFolder { (folder: URL) throws in
            var trainer = try SmallTraining.trainer(folder)
            let (speed, losses) = try trainer.measure(sources, seconds: 0, steps: 2)
            #expect(speed.step > 0 && speed.validationBatch > 0 && (0...1).contains(speed.waitingShare))
            #expect(losses["loss"]?.isFinite == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
            #expect(throws: TrainingInterrupted.self) { _ = try trainer.measure(sources, seconds: 0, steps: 2, shouldStop: { true }) }
        }
    }

    @Test func everyTrackerIsToldEveryEpoch() throws {
        final class Told: RunTracker {
            var epochs: [Int] = []
            var status: TrackedStatus?
            func record(_ history: [EpochMetrics]) { epochs.append(history.count) }
            func finish(_ status: TrackedStatus) { self.status = status }
        }
        try withTemporaryFolder { (folder: URL) throws in
            let (told, table) = (Told(), folder.appendingPathComponent("metrics.csv"))
            var trainer = try SmallTraining.trainer(folder, trackers: [told, MetricsTable(table, report: { Issue.record("\($0)") })])
            _ = try trainer.run(sources)
            #expect(told.epochs == [0, 1, 2, 3, 4] && told.status == .finished)
            let rows = try String(contentsOf: table, encoding: .utf8).split(separator: "\n").map { $0.split(separator: ",") }
            #expect(rows.count == 5 && rows[0][0] == "epoch" && rows.dropFirst().map { $0[0] } == ["0", "1", "2", "3"])
            #expect(rows[0].contains("train_loss") && rows[0].contains("images_per_second") && rows[0].contains("waiting_share"))
            #expect(rows.allSatisfy { $0.count == rows[0].count })
        }
    }

    @Test func finalWeightsAreTheMeanOfTheAveragingEpochs() throws {
        try withTemporaryFolder { (folder: URL) throws in
            var trainer = try SmallTraining.trainer(folder)
            _ = try trainer.run(sources)
            let state = try TrainingState.read(TrainingFiles(folder: folder).checkpoint)
            #expect(state.average.count == 2)
            let final = try WeightFile.read(TrainingFiles(folder: folder).final)
            let last = try WeightFile.read(TrainingFiles(folder: folder).last)
            #expect(try final.contains { name, tensor in try tensor.values(Float.self) != last[name]?.values(Float.self) })
        }
    }

    /// The best model is the one that the monitored score says, by either direction.
    @Test func theBestModelIsTheMonitoredOne() throws {
        /// Rises and falls from epoch to epoch.
        final class Counter { var epoch = 0.0 }
        struct Scripted: DetectionScoring {
            let epoch: Double
            mutating func add(_ detections: Detections, _ truth: GroundTruth) {}
            func scores() -> [String: Double] { ["rising": epoch, "falling": -epoch] }
        }
        func best(_ key: String, max: Bool) throws -> (score: Double?, weights: [Float]) {
            try withTemporaryFolder { (folder: URL) throws in
                let counter = Counter()
                var trainer = try SmallTraining.trainer(folder, { ($0.monitorKey, $0.monitorsMaximum) = (key, max) }) {
                    counter.epoch += 1
                    return Scripted(epoch: counter.epoch)
                }
                let progress = try trainer.run(sources)
                let file = TrainingFiles(folder: folder).best
                guard FileManager.default.fileExists(atPath: file.path) else { return (progress.bestScore, []) }
                let weights = try WeightFile.read(file)
                return (progress.bestScore, try weights.keys.sorted().flatMap { try weights[$0]?.values(Float.self) ?? [] })
            }
        }
        let last = try weights()
        let (rising, falling) = (try best("rising", max: true), try best("falling", max: true))
        #expect(rising.score == 4 && rising.weights == last)
        #expect(falling.score == -1 && falling.weights != last)
        let least = try best("falling", max: false)
        #expect(least.score == -4 && least.weights == last)
        #expect(try best("rising", max: false).weights == falling.weights)
        let unknown = try best("nothing", max: true)
        #expect(unknown.score == nil && unknown.weights.isEmpty)
    }

    @Test func asManyValidationBatchesAreTakenAsAsked() throws {
        try withTemporaryFolder { (folder: URL) throws in
            var counts: [Int] = []
            var trainer = try SmallTraining.trainer(folder) { $0.validationBatches = 2 }
            _ = try trainer.run(
                BatchSources(training: sources.training) { epoch, count in
                    counts.append(count)
                    return try sources.validation(epoch, count)
                })
            #expect(counts == [2, 2, 2, 2])
        }
    }

    /// bfloat16 where the device has instructions for it: other weights, near those of float32.
    @Test(.enabled(if: TestDevice.all.contains(where: \.supportsBFloat16))) func bfloat16Trains() throws {
        guard TestDevice.current.supportsBFloat16 else { return }
        let (full, half) = (try weights(), try weights { $0.autocast = .bfloat16 })
        #expect(half.count == full.count && half != full && half.allSatisfy { $0.isFinite })
        // Apart by less than a training moves them.
        let start = try SmallTraining.network().state()
        let begun = try start.keys.sorted().flatMap { try start[$0]?.values(Float.self) ?? [] }
        func distance(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot() }
        #expect(distance(half, full) < 0.5 * distance(full, begun), "\(distance(half, full)) of \(distance(full, begun))")
    }

    /// Weights at the end of a run, one after the other.
    private func weights(_ change: (inout TrainerSettings) -> Void = { _ in }) throws -> [Float] {
        try withTemporaryFolder { (folder: URL) throws in
            var trainer = try SmallTraining.trainer(folder, change)
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
        #expect(try weights { $0.weightDecay = 0.5 } != plain)
        let adam = try weights { $0.optimiser = .adamw }
        #expect(adam != plain)
        #expect(try weights { ($0.optimiser, $0.betas) = (.adamw, (0.5, 0.9)) } != adam)
        #expect(try weights { ($0.optimiser, $0.epsilon) = (.adamw, 0.1) } != adam)
        #expect(try weights { ($0.optimiser, $0.weightDecay) = (.adamw, 0.5) } != adam)
    }

    /// Weights, biases and scales decay, normalisation does not (spec 07): one step with decay and one without differ in all else.
    @Test(arguments: TrainerSettings.OptimiserKind.allCases)
    func normalisationAloneDoesNotDecay(optimiser: TrainerSettings.OptimiserKind) throws {
        /// What is 0 stays 0, decaying or not.
        func network() throws -> any DetectionNetwork {
            let network = try SmallTraining.network()
            try withoutGrad {
                for parameter in network.parameters where parameter.name.hasSuffix("bias") { try parameter.tensor.fill(1) }
            }
            return network
        }
        func stepped(_ decay: Double) throws -> [String: [Float]] {
            try withTemporaryFolder { (folder: URL) throws in
                var trainer = try SmallTraining.trainer(folder, network: network()) {
                    ($0.optimiser, $0.weightDecay) = (optimiser, decay)
                    ($0.schedule.iterationsPerEpoch, $0.schedule.epochs, $0.schedule.averagingEpochs) = (1, 1, 0)
                }
                let progress = try trainer.run(sources)
                #expect(progress.iteration == 1)
                return try WeightFile.read(TrainingFiles(folder: folder).last).mapValues { try $0.values(Float.self) }
            }
        }
        let before = try network().state().mapValues { try $0.values(Float.self) }
        let (still, decayed) = (try stepped(0), try stepped(0.5))
        // Of each number: the rate in the middle of the warm-up by ½, and Nesterov's look ahead.
        let share = Float(0.0050005 * 0.5 * (optimiser == .sgd ? 1.9 : 1))
        #expect(still.keys.contains { $0.contains(".norm.") } && still.keys.contains { $0.hasSuffix("conv.bias") })
        for (name, values) in still {
            #expect((decayed[name] == values) == name.contains(".norm."), "\(name)")
            let (other, start) = (try #require(decayed[name]), try #require(before[name]))
            let decays: Float = name.contains(".norm.") ? 0 : share
            for index in values.indices { #expect(abs(values[index] - other[index] - decays * start[index]) < 1e-6, "\(name)") }
        }
    }

    /// Begun in one precision and gone on with in another, a run scales its loss as the new one wants it.
    @Test func theScaleIsThatOfTheDeviceWhereARunGoesOn() throws {
        try withTemporaryFolder { (folder: URL) throws in
            var begun = try SmallTraining.trainer(folder)
            _ = try begun.run(sources)
            var state = try TrainingState.read(TrainingFiles(folder: folder).checkpoint)
            #expect(state.progress.lossScaler == nil)
            var scaled = try SmallTraining.trainer(folder) { $0.lossScaler = LossScaler(scale: 8) }
            try scaled.restore(state, from: "checkpoint")
            #expect(scaled.progress.lossScaler?.scale == 8)
            state.progress.lossScaler = LossScaler(scale: 4)
            try scaled.restore(state, from: "checkpoint")
            #expect(scaled.progress.lossScaler?.scale == 4)
            try begun.restore(state, from: "checkpoint")
            #expect(begun.progress.lossScaler == nil)
        }
    }

    /// A power of two changes no digit of a gradient, so a scaled run is the same run; steps that overflow are left out.
    @Test func scaledLossesGiveTheSameWeights() throws {
        #expect(try weights { $0.lossScaler = LossScaler(scale: 1024, interval: 4) } == weights())
        try withTemporaryFolder { (folder: URL) throws in
            var trainer = try SmallTraining.trainer(folder) { $0.lossScaler = LossScaler(scale: 1e38, backoff: 1e-3) }
            let before = try SmallTraining.network().state()
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
}
