/// `model_cfg`: how the parts of the network are built (spec 02); missing keys take the defaults.
public struct ModelConfiguration: Codable, Sendable, Equatable {
    /// How anchors are scored (spec 06, head).
    public enum ClassifierKind: String, Codable, Sendable, CaseIterable {
        /// A sigmoid per class, binary cross entropy.
        case bce = "BCE"
        /// Softmax over background and classes, cross entropy.
        case ce = "CE"
        /// A sigmoid per class, focal loss.
        case focal = "Focal"
    }

    /// What boxes are trained with.
    public enum RegressorKind: String, Codable, Sendable, CaseIterable {
        case giou = "GIoU"
        /// Smooth L1 on encoded boxes.
        case l1 = "L1"
    }

    /// What the voxel-wise head tells apart, and what it is trained with.
    public enum SegmenterKind: String, Codable, Sendable, CaseIterable {
        /// Objects against background: Dice and cross entropy.
        case foreground = "DiCEFgBg"
        /// Each class.
        case classes = "DiCE"
        /// As `foreground`, cross entropy of the worst voxels.
        case foregroundTopK = "DiceTopKFgBg"
        /// As `classes`, cross entropy of the worst voxels.
        case classesTopK = "DiceTopK"

        public var isBinary: Bool { self == .foreground || self == .foregroundTopK }
        public var isTopK: Bool { self == .foregroundTopK || self == .classesTopK }
    }

    /// Which anchor is to find which object.
    public enum MatcherKind: String, Codable, Sendable, CaseIterable {
        case atss = "ATSS"
        case iou = "IoU"
    }

    /// Which anchors take part in the loss.
    public enum SamplerKind: String, Codable, Sendable, CaseIterable {
        /// Random positives, hard negatives, over the batch.
        case hardNegative = "HardNegative"
        /// Random positives and negatives of each image.
        case balanced = "Balanced"
        /// All of them.
        case none = "NoSampler"
    }

    /// How the decoder brings a map to the next resolution.
    public enum UpsamplingMode: String, Codable, Sendable, CaseIterable {
        /// Transposed convolution.
        case transpose
        case nearest
        /// Linear along every axis; bilinear and trilinear are other names of it.
        case linear
    }

    public struct Decoder: Codable, Sendable, Equatable {
        /// Lower bound of the channels of maps finer than the first level with heads.
        public var min_out_channels = 8
        public var upsampling_mode = UpsamplingMode.transpose
        /// 1×1 convolutions on the encoder's maps.
        public var num_lateral = 1
        public var norm_lateral = false
        public var activation_lateral = false
        /// Convolutions on the decoder's maps at the end.
        public var num_out = 1
        public var norm_out = false
        public var activation_out = false
        /// Convolutions on the sums of both ways.
        public var num_fusion = 0
        public var norm_fusion = false
        public var activation_fusion = false
    }

    /// What becomes of a loss per element.
    public enum LossReduction: String, Codable, Sendable, CaseIterable { case mean, sum }

    public struct Classifier: Codable, Sendable, Equatable {
        public var num_convs = 1
        public var norm_channels_per_group = 16
        public var norm_affine = true
        /// mean or sum over the sampled anchors.
        public var reduction = LossReduction.mean
        public var loss_weight = 1.0
        public var prior_prob = 0.01
        /// Label smoothing, for BCE.
        public var smoothing = 0.0
        /// Of the focal loss; a negative alpha weighs positives and negatives alike.
        public var gamma = 2.0
        public var alpha = -1.0
    }

    public struct Regressor: Codable, Sendable, Equatable {
        public var num_convs = 1
        public var norm_channels_per_group = 16
        public var norm_affine = true
        /// Over the sampled positives, before the division by their number.
        public var reduction = LossReduction.sum
        public var loss_weight = 1.0
        public var learn_scale = true
        /// Below this distance L1 is quadratic.
        public var beta = 1.0
    }

    public struct Sampler: Codable, Sendable, Equatable {
        public var batch_size_per_image = 32
        public var positive_fraction = 0.33
        public var pool_size = 20.0
        public var min_neg = 1
    }

    public struct Segmenter: Codable, Sendable, Equatable {
        public struct Dice: Codable, Sendable, Equatable {
            public var batch_dice = true
        }
        public var dice_kwargs = Dice()
        /// Share of the worst voxels, for the top-k segmenters.
        public var topk = 0.1
    }

    public struct Matcher: Codable, Sendable, Equatable {
        /// Of ATSS.
        public var num_candidates = 4
        public var center_in_gt = false
        /// Of IoU: background is below low, objects are at or above high.
        public var low_threshold = 0.4
        public var high_threshold = 0.5
        /// Whether every object gets its best anchor, however little it overlaps.
        public var allow_low_quality_matches = true
    }

    public struct Coder: Codable, Sendable, Equatable {
        /// Factors of the deltas, 4 in 2D, 6 in 3D; nil: all 1.
        public var weights: [Double]?
    }

    /// The post-processing of raw predictions, which stands among the values that replace the plan's (`PlanOverwrites` has the others).
    public struct ArchitectureOverwrites: Codable, Sendable, Equatable {
        public var detections_per_img: Int?
        public var score_thresh: Double?
        public var topk_candidates: Int?
        public var remove_small_boxes: Double?
        public var nms_thresh: Double?
    }

    public var classifier = ClassifierKind.bce
    public var regressor = RegressorKind.giou
    public var segmenter = SegmenterKind.foreground
    public var matcher = MatcherKind.atss
    public var sampler = SamplerKind.hardNegative
    public var decoder_kwargs = Decoder()
    public var head_classifier_kwargs = Classifier()
    public var head_regressor_kwargs = Regressor()
    public var head_sampler_kwargs = Sampler()
    public var segmenter_kwargs = Segmenter()
    public var matcher_kwargs = Matcher()
    public var coder_kwargs = Coder()
    public var plan_arch_overwrites = ArchitectureOverwrites()

    public init() {}
}
