/// `model_cfg`: how the parts of the network are built (spec 02); missing keys take the defaults.
public struct ModelConfiguration: Codable, Sendable, Equatable {
    public struct Decoder: Codable, Sendable, Equatable {
        /// Lower bound of the channels of maps finer than the first level with heads.
        public var min_out_channels = 8
    }

    public struct Classifier: Codable, Sendable, Equatable {
        public var num_convs = 1
        public var norm_channels_per_group = 16
        public var norm_affine = true
        /// mean or sum over the sampled anchors.
        public var reduction = "mean"
        public var loss_weight = 1.0
        public var prior_prob = 0.01
    }

    public struct Regressor: Codable, Sendable, Equatable {
        public var num_convs = 1
        public var norm_channels_per_group = 16
        public var norm_affine = true
        public var loss_weight = 1.0
        public var learn_scale = true
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
    }

    public struct Matcher: Codable, Sendable, Equatable {
        public var num_candidates = 4
        public var center_in_gt = false
    }

    /// The post-processing of raw predictions, which stands among the values that replace the plan's (`PlanOverwrites` has the others).
    public struct ArchitectureOverwrites: Codable, Sendable, Equatable {
        public var detections_per_img: Int?
        public var score_thresh: Double?
        public var topk_candidates: Int?
        public var remove_small_boxes: Double?
        public var nms_thresh: Double?
    }

    public var decoder_kwargs = Decoder()
    public var head_classifier_kwargs = Classifier()
    public var head_regressor_kwargs = Regressor()
    public var head_sampler_kwargs = Sampler()
    public var segmenter_kwargs = Segmenter()
    public var matcher_kwargs = Matcher()
    public var plan_arch_overwrites = ArchitectureOverwrites()

    public init() {}
}
