import Augmentation
import Core
import Detector
import Foundation
import Support
import TestSupport
import Testing
import Torch
import Training

@Suite(.serialized, .onEveryDevice) struct TrainerFailureTests {
    private let sources = SmallTraining.sources

    /// The patches, from batch `from` on with a voxel that is no number.
    private func broken(from first: Int) -> BatchSources {
        struct Broken: BatchStream {
            let stream: SquareBatches
            let from: Int
            var processorSeconds: Double { stream.processorSeconds }
            func next() throws -> Batch {
                let isBroken = stream.position.next >= from
                var batch = try stream.next()
                if isBroken { batch.images[5] = .nan }
                return batch
            }
        }
        return BatchSources(
            training: { start, _ in
                Broken(stream: SquareBatches(seed: 1, first: start, patch: 12, objectSize: 5..<8, batchSize: 1), from: first)
            }, validation: sources.validation)
    }

    @Test func lossThatIsNoNumberEndsTheRunNamingBatchCaseAndCheckpoint() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let checkpoint = TrainingFiles(folder: folder).checkpoint
            var atOnce = try SmallTraining.trainer(folder)
            let early = #expect(throws: Problem.self) { _ = try atOnce.run(broken(from: 0)) }
            #expect(early?.problem.contains("at batch 0 (cases square_1_0); no checkpoint was written yet") == true, "\(early as Any)")
            var later = try SmallTraining.trainer(folder)
            let late = #expect(throws: Problem.self) { _ = try later.run(broken(from: 4)) }
            #expect(
                late?.problem.contains("at batch 4 (cases square_5_0); the last good checkpoint is \(checkpoint.path), iteration 3")
                    == true,
                "\(late as Any)")
            #expect(late?.problem.contains("(cls, ") == true)
            #expect(try TrainingState.read(checkpoint).progress.iteration == 3)
        }
    }

    /// A step that spoils the weights shows in the next loss only; a checkpoint between them would be one that nobody can go on from.
    @Test func weightsThatAreNoNumbersReplaceNoCheckpoint() throws {
        /// The gradient of the root at 0 is infinite, and not a number behind a factor of 0; the loss is 0.
        struct Spoiling: DetectionNetwork {
            let weight: Tensor
            var parameters: [NamedParameter] { [NamedParameter("weight", weight, .weight)] }
            func losses(
                _ images: Tensor, _ targets: DetectionTargets, using generator: inout SeededGenerator
            ) throws -> DetectionLosses {
                let none = try Tensor.zeros([])
                return DetectionLosses(
                    classification: try (weight * 0).sqrt().sum(), regression: nil, segmentationCrossEntropy: none, segmentationDice: none)
            }
            var segmentedClasses: Int { 1 }
            func detections(_ images: Tensor) throws -> [Detections] { [] }
            func segmentedDetections(_ images: Tensor) throws -> (detections: [Detections], probabilities: Tensor) { ([], images) }
            func evaluate(
                _ images: Tensor, _ targets: DetectionTargets, using generator: inout SeededGenerator
            ) throws -> DetectorEvaluation {
                DetectorEvaluation(
                    losses: try losses(images, targets, using: &generator), detections: [],
                    foreground: try targets.foreground.to(.float32))
            }
        }
        try withTemporaryFolder { (folder: URL) throws in
            let files = TrainingFiles(folder: folder)
            var trainer = try SmallTraining.trainer(folder, network: Spoiling(weight: Tensor.ones([2]).requireGrad())) {
                $0.schedule.iterationsPerEpoch = 1
            }
            let error = #expect(throws: Problem.self) { _ = try trainer.run(sources) }
            #expect(error?.problem.contains("weight weight is not a number after batch 0") == true, "\(error as Any)")
            #expect(!FileManager.default.fileExists(atPath: files.checkpoint.path))
        }
    }

    @Test func damagedCheckpointIsOneClearProblem() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let url = TrainingFiles(folder: folder).checkpoint
            var trainer = try SmallTraining.trainer(folder)
            _ = try trainer.run(sources)
            let bytes = try Data(contentsOf: url)
            try bytes.prefix(bytes.count / 2).write(to: url)
            #expect(throws: Problem.self) { try TrainingState.read(url) }
        }
    }
}
