import Boxes
import Core
import Support
import Torch

extension RetinaUNet {
    /// The network that a plan and a configuration describe, with fresh weights from libtorch's generator.
    ///
    /// - Parameters sampling, matcher: replace those of the configuration.
    /// - Throws: `Problem` when a value of the configuration cannot be used.
    public init(
        architecture: Plan.Architecture, anchors: Plan.Anchors, configuration: ModelConfiguration,
        sampling: (any AnchorSampling)? = nil, matcher: (any Matcher)? = nil
    ) throws {
        let dimension = architecture.dim
        let levels = architecture.decoderLevels
        let perPosition =
            (anchors.width.first?.count ?? 0) * (anchors.height.first?.count ?? 0) * (dimension == 3 ? anchors.depth.first?.count ?? 0 : 1)
        guard perPosition > 0, anchors.width.count == levels.count else {
            throw Problem(
                "plan", "has anchors for \(anchors.width.count) levels, the network has heads on \(levels.count)",
                remedy: "make the plan again: nndet prep")
        }
        let encoder = try Encoder(architecture)
        let decoder = try FeaturePyramid(
            architecture, encoderChannels: encoder.channels, minOutChannels: configuration.decoder_kwargs.min_out_channels)
        let classification = configuration.head_classifier_kwargs
        guard let reduction: Reduction = ["mean": .mean, "sum": .sum][classification.reduction] else {
            throw Problem(
                "model_cfg.head_classifier_kwargs.reduction", "'\(classification.reduction)' is unknown", remedy: "use mean or sum")
        }
        let classifier = try Classifier(
            inChannels: architecture.fpnChannels, channels: architecture.headChannels, anchorsPerPosition: perPosition,
            classes: architecture.classifierClasses, dimension: dimension, innerConvolutions: classification.num_convs,
            norm: .group(channelsPerGroup: classification.norm_channels_per_group, affine: classification.norm_affine),
            priorProbability: classification.prior_prob, reduction: reduction, lossWeight: classification.loss_weight)
        let regression = configuration.head_regressor_kwargs
        let regressor = try Regressor(
            inChannels: architecture.fpnChannels, channels: architecture.headChannels, anchorsPerPosition: perPosition,
            levels: levels.count, dimension: dimension, innerConvolutions: regression.num_convs,
            norm: .group(channelsPerGroup: regression.norm_channels_per_group, affine: regression.norm_affine),
            learnScale: regression.learn_scale, lossWeight: regression.loss_weight)
        let sampler = configuration.head_sampler_kwargs
        self.init(
            encoder: encoder, decoder: decoder, classifier: classifier, regressor: regressor,
            segmenter: try ForegroundSegmenter(
                inChannels: decoder.channels[0], dimension: dimension, batchDice: configuration.segmenter_kwargs.dice_kwargs.batch_dice),
            anchorGenerator: AnchorGenerator(anchors, dimension: dimension),
            matcher: matcher
                ?? ATSSMatcher(
                    candidates: configuration.matcher_kwargs.num_candidates, centerInGroundTruth: configuration.matcher_kwargs.center_in_gt),
            sampling: sampling
                ?? HardNegativeSampling(
                    HardNegativeSampler(
                        batchSizePerImage: sampler.batch_size_per_image, positiveFraction: sampler.positive_fraction,
                        poolSize: sampler.pool_size, minNegatives: sampler.min_neg)),
            postProcessing: PostProcessing(configuration.plan_arch_overwrites), decoderLevels: levels, dimension: dimension)
    }
}

extension AnchorGenerator {
    /// The anchors of a plan.
    public init(_ anchors: Plan.Anchors, dimension: Int) {
        func floats(_ sizes: [[Double]]) -> [[Float]] { sizes.map { $0.map(Float.init) } }
        self.init(width: floats(anchors.width), height: floats(anchors.height), depth: dimension == 3 ? floats(anchors.depth) : [])
    }
}

extension PostProcessing {
    init(_ overwrites: ModelConfiguration.ArchitectureOverwrites) {
        topCandidates = overwrites.topk_candidates ?? topCandidates
        scoreThreshold = overwrites.score_thresh.map { Float($0) } ?? scoreThreshold
        smallestSide = overwrites.remove_small_boxes.map { Float($0) } ?? smallestSide
        overlapThreshold = overwrites.nms_thresh.map { Float($0) } ?? overlapThreshold
        detectionsPerImage = overwrites.detections_per_img ?? detectionsPerImage
    }
}
