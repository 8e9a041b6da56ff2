import Boxes
import Core
import Support
import Torch

/// Retina U-Net: a feature pyramid over a U-Net encoder with shared anchor heads and a foreground segmenter
/// (Jaeger et al. 2018; spec 06), composed from exchangeable parts.
public struct RetinaUNet: DetectionNetwork {
    public let encoder: any FeatureEncoder
    public let decoder: any FeatureDecoder
    public let classifier: any AnchorClassifier
    public let regressor: any AnchorRegressor
    public let segmenter: any VoxelSegmenter
    public let coder: BoxCoder
    public let anchorGenerator: AnchorGenerator
    public let matcher: any Matcher
    public let sampling: any AnchorSampling
    public let postProcessing: PostProcessing
    /// Resolutions with heads, fine to coarse.
    public let decoderLevels: [Int]
    public let dimension: Int

    public init(
        encoder: any FeatureEncoder, decoder: any FeatureDecoder, classifier: any AnchorClassifier, regressor: any AnchorRegressor,
        segmenter: any VoxelSegmenter, coder: BoxCoder, anchorGenerator: AnchorGenerator, matcher: any Matcher,
        sampling: any AnchorSampling, postProcessing: PostProcessing,
        decoderLevels: [Int], dimension: Int
    ) {
        self.encoder = encoder
        self.decoder = decoder
        self.classifier = classifier
        self.regressor = regressor
        self.segmenter = segmenter
        self.coder = coder
        self.anchorGenerator = anchorGenerator
        self.matcher = matcher
        self.sampling = sampling
        self.postProcessing = postProcessing
        self.decoderLevels = decoderLevels
        self.dimension = dimension
    }

    public var parameters: [NamedParameter] {
        encoder.parameters.under("model.encoder") + decoder.parameters.under("model.decoder")
            + classifier.parameters.under("model.head.classifier") + regressor.parameters.under("model.head.regressor")
            + segmenter.parameters.under("model.segmenter")
    }
}

extension RetinaUNet {
    /// Raw outputs of the heads for a batch.
    public struct BoxOutput {
        /// `[N · anchors, width of the classifier]`, image after image, levels fine to coarse.
        public let logits: Tensor
        /// `[N · anchors, 4 or 6]`
        public let deltas: Tensor
        /// Anchors of one image.
        public let anchors: Anchors
    }

    /// Raw outputs for a batch.
    public struct Output {
        /// Maps of the encoder and the decoder, fine to coarse.
        public let encoderMaps: [Tensor]
        public let decoderMaps: [Tensor]
        public let boxes: BoxOutput
        /// `[N, classes of the segmenter, …]`
        public let segmentation: Tensor

        public var logits: Tensor { boxes.logits }
        public var deltas: Tensor { boxes.deltas }
        public var anchors: Anchors { boxes.anchors }
    }

    /// One forward pass over `images` `[N, C, …]`.
    public func forward(_ images: Tensor) throws -> Output {
        let encoded = try encoder(laidOut(images))
        let decoded = try decoder(encoded, finest: 0)
        return Output(
            encoderMaps: encoded, decoderMaps: decoded, boxes: try boxes(decoderLevels.map { decoded[$0] }, of: images),
            segmentation: try segmenter(decoded[0]))
    }

    /// What the heads say of `images` `[N, C, …]`: a forward pass without the resolutions that serve the segmenter alone, the finest and
    /// most costly ones.
    public func forwardBoxes(_ images: Tensor) throws -> BoxOutput {
        let finest = decoderLevels.min() ?? 0
        let decoded = try decoder(encoder(laidOut(images)), finest: finest)
        return try boxes(decoderLevels.map { decoded[$0 - finest] }, of: images)
    }

    private func boxes(_ maps: [Tensor], of images: Tensor) throws -> BoxOutput {
        let logits = try Tensor.concatenated(maps.map { try classifier($0) }, axis: 1)
        let deltas = try Tensor.concatenated(maps.enumerated().map { try regressor($1, level: $0) }, axis: 1)
        return BoxOutput(
            logits: try logits.reshaped([-1, logits.size(-1)]), deltas: try deltas.reshaped([-1, deltas.size(-1)]),
            anchors: anchorGenerator.anchors(imageSize: spatial(images), featureMapSizes: maps.map(spatial)))
    }

    /// `images` as the convolutions of their device are fastest (Benchmarks/Training).
    private func laidOut(_ images: Tensor) throws -> Tensor {
        dimension == 3 && images.device.type == .cpu ? try images.channelsLast() : images
    }

    /// Spatial size of a map; a 2D map has size 1 on axis 2.
    private func spatial(_ map: Tensor) -> SIMD3<Int> { SIMD3(map.size(2), map.size(3), dimension == 3 ? map.size(4) : 1) }

    public func losses(_ images: Tensor, _ targets: DetectionTargets, using generator: inout SeededGenerator) throws -> DetectionLosses {
        try losses(of: forward(images), targets, using: &generator)
    }

    public func detections(_ images: Tensor) throws -> [Detections] {
        try withoutGrad { try detections(of: forwardBoxes(images), imageSize: spatial(images)) }
    }

    public var segmentedClasses: Int { segmenter.classes }

    public func segmentedDetections(_ images: Tensor) throws -> (detections: [Detections], probabilities: Tensor) {
        try withoutGrad {
            let output = try forward(images)
            let probabilities = try output.segmentation.to(.float32).softmax(axis: 1)
            return (
                try detections(of: output.boxes, imageSize: spatial(images)),
                try probabilities.narrowed(axis: 1, start: 1, count: segmentedClasses)
            )
        }
    }

    public func evaluate(
        _ images: Tensor, _ targets: DetectionTargets, using generator: inout SeededGenerator
    ) throws -> DetectorEvaluation {
        try withoutGrad {
            let output = try forward(images)
            return DetectorEvaluation(
                losses: try losses(of: output, targets, using: &generator),
                detections: try detections(of: output.boxes, imageSize: spatial(images)),
                foreground: try segmenter.foreground(output.segmentation.to(.float32)))
        }
    }
}
