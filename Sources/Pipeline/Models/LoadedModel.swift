import Core
import Detector
import Foundation
import Imaging
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
    ///
    /// - Parameter referenceBehaviour: whether the original's numbers are wanted, which are those of float32, whatever `trainer_cfg.precision` says.
    init(
        plan: Plan, configuration: Configuration, weights: [URL], device: String? = nil, referenceBehaviour: Bool = false
    ) throws {
        self.plan = plan
        self.configuration = configuration
        var options = configuration.trainerCfg
        if referenceBehaviour { options.precision = .single }
        compute = try Compute(options, device: device ?? configuration.inferenceKwargs.device)
        try TorchLibrary.setThreadCount(processorCount)
        let plan = try configuration.overwriting(plan)
        let device = compute.device
        networks = try weights.map { url in
            let network = try NetworkBuilder.network(plan, configuration)
            try network.load(WeightFile.read(url), from: url.path)
            try network.move(to: device)
            return network
        }
    }

    var count: Int { networks.count }

    /// Foreground classes that every network's segmenter tells apart.
    var segmentedClasses: Int { networks.map(\.segmentedClasses).min() ?? 0 }

    /// Predicts one prepared case with all networks, which see the channels that they were trained on.
    ///
    /// - Parameter progress: called after every batch with the tiles done and their number; throwing stops.
    func predict(
        _ voxels: [Float], channels count: Int, shape: SIMD3<Int>, _ settings: PredictionSettings,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> (boxes: RawPredictions, probabilities: ClassProbabilities?) {
        let seen = try configuration.augmentation.channels(of: count)
        let channels = seen.count
        let voxels = seen.elementsEqual(0..<count) ? voxels : Self.channels(seen, of: voxels, voxels.count / count)
        let patch =
            try configuration.augmentCfg.patchSize.map { try plan.with(patchSize: $0, named: "augment_cfg.patch_size").patchSize }
            ?? plan.patchSize
        let size = SIMD3(patch[0], patch[1], patch.count == 3 ? patch[2] : 1)
        let options = configuration.inferenceKwargs
        let window = SlidingWindow(
            patchSize: size, batchSize: configuration.augmentCfg.batchSize ?? plan.batchSize, overlap: options.overlap ?? 0.5,
            transforms: settings.transforms, falloff: try falloff(options), skipsAir: settings.skipsAir,
            referenceBehaviour: settings.referenceBehaviour)
        let segmentation =
            settings.segments ? SegmentationEnsembler(shape: shape, tile: size, classes: segmentedClasses) : nil
        let fitting = FittingBatches()
        let models = networks.map { network -> SlidingWindow.SegmentingNetwork in
            { batch, count in
                try fitting.run(batch, count: count) { part, count in
                    let images = try Tensor.sharing(part, shape: [count, channels] + patch).to(compute.device)
                    return try withoutGrad {
                        try withAutocast(compute.device, compute.autocast) {
                            guard settings.segments else { return PatchOutput(detections: try network.detections(images)) }
                            let found = try network.segmentedDetections(images)
                            return PatchOutput(detections: found.detections, probabilities: try found.probabilities.values())
                        }
                    }
                }
            }
        }
        let boxes = try voxels.withUnsafeBufferPointer {
            try window.predict(
                image: $0, channels: channels, shape: shape, networks: models,
                modelWeights: (options.modelWeights ?? []).map { Float($0) }, segmentation: segmentation, progress: progress)
        }
        return (boxes, segmentation?.probabilities())
    }

    private static func channels(_ seen: [Int], of voxels: [Float], _ size: Int) -> [Float] {
        seen.flatMap { voxels[$0 * size..<($0 + 1) * size] }
    }

    private func falloff(_ options: Configuration.InferenceOptions) throws -> TileWeight.Falloff {
        guard let name = options.boxEnsembler else { return .linear }
        guard let falloff = TileWeight.Falloff(rawValue: name) else {
            let names = TileWeight.Falloff.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem("inference_kwargs.box_ensembler", "there is no '\(name)'", remedy: "choose one of \(names)")
        }
        return falloff
    }
}
