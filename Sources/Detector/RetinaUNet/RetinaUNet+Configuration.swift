import Boxes
import Core
import Support
import Torch

extension RetinaUNet {
    /// The network that a plan and a configuration describe, with fresh weights from libtorch's generator.
    ///
    /// - Parameters sampling, matcher: replace those of the configuration.
    /// - Throws: `Problem` when plan and configuration do not go together.
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
        if let weights = configuration.coder_kwargs.weights, weights.count != 2 * dimension {
            throw Problem("model_cfg.coder_kwargs.weights", "has \(weights.count) numbers, a \(dimension)D network needs \(2 * dimension)")
        }
        let encoder = try Encoder(architecture)
        let decoder = try FeaturePyramid(
            architecture, encoderChannels: encoder.channels, options: FeaturePyramid.Options(configuration.decoder_kwargs))
        let coder = BoxCoder(configuration.coder_kwargs, dimension: dimension)
        self.init(
            encoder: encoder, decoder: decoder,
            classifier: try configuration.makeClassifier(architecture, anchorsPerPosition: perPosition),
            regressor: try configuration.makeRegressor(architecture, anchorsPerPosition: perPosition, coder: coder),
            segmenter: try configuration.makeSegmenter(architecture, inChannels: decoder.channels[0]), coder: coder,
            anchorGenerator: AnchorGenerator(anchors, dimension: dimension), matcher: matcher ?? configuration.makeMatcher(),
            sampling: sampling ?? configuration.makeSampling(), postProcessing: PostProcessing(configuration.plan_arch_overwrites),
            decoderLevels: levels, dimension: dimension)
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
