import Augmentation
import Core
import Detector
import Foundation
import Support
import TestSupport
import Torch
import Training

/// A training of a few seconds: four epochs of three steps, the last two of which are averaged.
enum SmallTraining {
    /// Scores an epoch by how many detections there were, which is enough to choose a best one.
    struct Counting: DetectionScoring {
        var count = 0
        mutating func add(_ detections: Detections, _ truth: GroundTruth) { count += detections.count }
        func scores() -> [String: Double] { ["mAP_IoU_0.10_0.50_0.05_MaxDet_100": Double(count)] }
    }

    static func network() throws -> RetinaUNet {
        let architecture = Plan.Architecture(
            archName: "RetinaUNetV001", dim: 3, inChannels: 1, classifierClasses: 2, segClasses: 2, startChannels: 4, maxChannels: 16,
            fpnChannels: 16, headChannels: 16, convKernels: [[3, 3, 3], [3, 3, 3]], strides: [[2, 2, 2]], decoderLevels: [1])
        let sizes = [[5.0, 7]]
        try TorchLibrary.seed(7)
        return try RetinaUNet(
            architecture: architecture, anchors: Plan.Anchors(width: sizes, height: sizes, depth: sizes),
            configuration: ModelConfiguration())
    }

    static func trainer(
        _ folder: URL, trackers: [any RunTracker] = [], network: (any DetectionNetwork)? = nil,
        _ change: (inout TrainerSettings) -> Void = { _ in }, scoring: @escaping () -> any DetectionScoring = { Counting() }
    ) throws -> Trainer {
        var settings = TrainerSettings(
            schedule: LearningRateSchedule(
                initial: 0.01, warmUpRate: 1e-6, warmUpIterations: 2, gamma: 0.9, iterationsPerEpoch: 3, epochs: 2, averagingEpochs: 2))
        settings.validationBatches = 1
        settings.verbose = false
        settings.device = TestDevice.current
        change(&settings)
        return try Trainer(
            network ?? self.network(), dimension: 3, settings: settings, files: TrainingFiles(folder: folder), key: "key",
            scoring: scoring, trackers: trackers, log: { _ in })
    }

    static var sources: BatchSources {
        BatchSources(
            training: { first, _ in SquareBatches(seed: 1, first: first, patch: 12, objectSize: 5..<8, batchSize: 1) },
            validation: { epoch, _ in SquareBatches(seed: 2, first: epoch, patch: 12, objectSize: 5..<8, batchSize: 1) })
    }
}
