import Boxes
import Core
import Torch

/// The parts of the network that the configuration chooses.
extension ModelConfiguration {
    func makeClassifier(_ architecture: Plan.Architecture, anchorsPerPosition: Int) throws -> any AnchorClassifier {
        let options = head_classifier_kwargs
        let shape = ClassifierShape(
            inChannels: architecture.fpnChannels, channels: architecture.headChannels, anchorsPerPosition: anchorsPerPosition,
            classes: architecture.classifierClasses, dimension: architecture.dim, innerConvolutions: options.num_convs,
            norm: .group(channelsPerGroup: options.norm_channels_per_group, affine: options.norm_affine),
            priorProbability: options.prior_prob, reduction: Reduction(options.reduction), lossWeight: options.loss_weight)
        return switch classifier {
        case .bce: try SigmoidClassifier(shape, loss: .entropy(smoothing: options.smoothing))
        case .ce: try SoftmaxClassifier(shape)
        case .focal:
            try SigmoidClassifier(
                shape, loss: .focal(FocalLoss(gamma: options.gamma, alpha: options.alpha < 0 ? nil : options.alpha)))
        }
    }

    func makeRegressor(_ architecture: Plan.Architecture, anchorsPerPosition: Int, coder: BoxCoder) throws -> any AnchorRegressor {
        let options = head_regressor_kwargs
        let tower = try RegressorTower(
            inChannels: architecture.fpnChannels, channels: architecture.headChannels, anchorsPerPosition: anchorsPerPosition,
            levels: architecture.decoderLevels.count, dimension: architecture.dim, innerConvolutions: options.num_convs,
            norm: .group(channelsPerGroup: options.norm_channels_per_group, affine: options.norm_affine), learnScale: options.learn_scale)
        let reduction = Reduction(options.reduction)
        return switch regressor {
        case .giou: GIoURegressor(tower, coder: coder, reduction: reduction, lossWeight: options.loss_weight)
        case .l1:
            SmoothL1Regressor(tower, coder: coder, beta: options.beta, reduction: reduction, lossWeight: options.loss_weight)
        }
    }

    func makeSegmenter(_ architecture: Plan.Architecture, inChannels: Int) throws -> any VoxelSegmenter {
        let loss = SegmentationLoss(
            dice: DiceLoss(batchDice: segmenter_kwargs.dice_kwargs.batch_dice),
            worst: segmenter.isTopK ? TopKCrossEntropy(share: segmenter_kwargs.topk) : nil)
        return try ConvolutionSegmenter(
            inChannels: inChannels, dimension: architecture.dim, classes: segmenter.isBinary ? nil : architecture.segClasses, loss: loss)
    }

    func makeMatcher() -> any Boxes.Matcher {
        let options = matcher_kwargs
        return switch matcher {
        case .atss: ATSSMatcher(candidates: options.num_candidates, centerInGroundTruth: options.center_in_gt)
        case .iou:
            IoUMatcher(
                low: Float(options.low_threshold), high: Float(options.high_threshold),
                allowLowQualityMatches: options.allow_low_quality_matches)
        }
    }

    func makeSampling() -> any AnchorSampling {
        let options = head_sampler_kwargs
        return switch sampler {
        case .hardNegative:
            HardNegativeSampling(
                HardNegativeSampler(
                    batchSizePerImage: options.batch_size_per_image, positiveFraction: options.positive_fraction,
                    poolSize: options.pool_size, minNegatives: options.min_neg))
        case .balanced:
            BalancedSampling(
                BalancedSampler(batchSizePerImage: options.batch_size_per_image, positiveFraction: options.positive_fraction))
        case .none: NoSampling()
        }
    }
}

extension FeaturePyramid.Options {
    init(_ options: ModelConfiguration.Decoder) {
        minOutChannels = options.min_out_channels
        upsampling =
            switch options.upsampling_mode {
            case .transpose: .transpose
            case .nearest: .nearest
            case .linear: .linear
            }
        lateral = .init(count: options.num_lateral, norm: options.norm_lateral, activation: options.activation_lateral)
        out = .init(count: options.num_out, norm: options.norm_out, activation: options.activation_out)
        fusion = .init(count: options.num_fusion, norm: options.norm_fusion, activation: options.activation_fusion)
    }
}

extension Reduction {
    init(_ reduction: ModelConfiguration.LossReduction) { self = reduction == .mean ? .mean : .sum }
}

extension BoxCoder {
    init(_ options: ModelConfiguration.Coder, dimension: Int) {
        self.init(dimension: dimension, weights: options.weights.map { $0.map { Float($0) } })
    }
}
