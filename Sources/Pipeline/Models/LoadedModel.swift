import Core
import Detector
import Foundation
import Inference
import Support
import Torch

/// Trained networks of one run folder, ready to predict.
struct LoadedModel {
    let configuration: Configuration
    let plan: Plan
    let compute: Compute
    private let networks: [any DetectionNetwork]

    /// Loads the networks `weights` into the architecture of `plan`.
    init(plan: Plan, configuration: Configuration, weights: [URL], device: String? = nil) throws {
        self.plan = plan
        self.configuration = configuration
        compute = try Compute(configuration.trainerCfg, device: device ?? configuration.inferenceKwargs.device)
        try TorchLibrary.setThreadCount(processorCount)
        let plan = try configuration.planOverwrites.applied(to: plan)
        let device = compute.device
        networks = try weights.map { url in
            let network = try NetworkBuilder.network(plan, configuration)
            try network.load(WeightFile.read(url), from: url.path)
            try network.move(to: device)
            return network
        }
    }

    var count: Int { networks.count }

    /// Predicts one prepared case with all networks and `transforms` mirrorings.
    func predict(
        _ voxels: [Float], channels: Int, shape: SIMD3<Int>, transforms: Int, referenceBehaviour: Bool = false,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> RawPredictions {
        let patch = configuration.augmentCfg.patchSize ?? plan.patchSize
        let size = SIMD3(patch[0], patch[1], patch.count == 3 ? patch[2] : 1)
        let window = SlidingWindow(
            patchSize: size, batchSize: configuration.augmentCfg.batchSize ?? plan.batchSize,
            overlap: configuration.inferenceKwargs.overlap ?? 0.5, transforms: transforms, referenceBehaviour: referenceBehaviour)
        let spatial = patch
        let compute = compute
        let models = networks.map { network -> SlidingWindow.Network in
            { batch, count in
                let images = try Tensor.from(batch, shape: [count, channels] + spatial).to(compute.device)
                return try withoutGrad { try withAutocast(compute.device, compute.autocast) { try network.detections(images) } }
            }
        }
        return try window.predict(
            image: voxels, channels: channels, shape: shape, models: models,
            modelWeights: (configuration.inferenceKwargs.modelWeights ?? []).map { Float($0) }, progress: progress)
    }
}
