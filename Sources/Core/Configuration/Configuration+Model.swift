import Support

extension ModelConfiguration {
    /// In a row; what nobody could train would otherwise end the program for want of memory.
    private static let mostConvolutions = 64

    init(_ reader: ConfigurationReader) throws {
        self.init()
        // Whatever stands in them, `ConfigurationKeys.checkSupport` says where it belongs.
        for key in ["encoder_kwargs", "head_kwargs"] { _ = reader.free(key) }
        classifier = try reader.choice("classifier")
        regressor = try reader.choice("regressor")
        segmenter = try reader.choice("segmenter")
        matcher = try reader.choice("matcher")
        sampler = try reader.choice("sampler")
        try readDecoder(reader.section("decoder_kwargs"))

        let classifier = try reader.section("head_classifier_kwargs")
        head_classifier_kwargs.num_convs = try classifier.integer("num_convs", atLeast: 0, atMost: Self.mostConvolutions)
        head_classifier_kwargs.norm_channels_per_group = try classifier.integer("norm_channels_per_group", atLeast: 1)
        head_classifier_kwargs.norm_affine = try classifier.bool("norm_affine")
        head_classifier_kwargs.reduction = try classifier.choice("reduction")
        head_classifier_kwargs.loss_weight = try classifier.number("loss_weight")
        head_classifier_kwargs.prior_prob = try classifier.number("prior_prob", in: 1e-9...0.999)
        head_classifier_kwargs.smoothing = try classifier.number("smoothing", in: 0...1)
        head_classifier_kwargs.gamma = try classifier.number("gamma", in: 0...100)
        head_classifier_kwargs.alpha = try classifier.number("alpha", in: -1...1)

        let regressor = try reader.section("head_regressor_kwargs")
        head_regressor_kwargs.num_convs = try regressor.integer("num_convs", atLeast: 0, atMost: Self.mostConvolutions)
        head_regressor_kwargs.norm_channels_per_group = try regressor.integer("norm_channels_per_group", atLeast: 1)
        head_regressor_kwargs.norm_affine = try regressor.bool("norm_affine")
        head_regressor_kwargs.reduction = try regressor.choice("reduction")
        head_regressor_kwargs.loss_weight = try regressor.number("loss_weight")
        head_regressor_kwargs.learn_scale = try regressor.bool("learn_scale")
        head_regressor_kwargs.beta = try regressor.number("beta", in: 0...1e6)

        let sampler = try reader.section("head_sampler_kwargs")
        head_sampler_kwargs.batch_size_per_image = try sampler.integer("batch_size_per_image", atLeast: 1)
        head_sampler_kwargs.positive_fraction = try sampler.number("positive_fraction", in: 1e-6...1)
        head_sampler_kwargs.pool_size = try sampler.number("pool_size", in: 1...1e9)
        head_sampler_kwargs.min_neg = try sampler.integer("min_neg", atLeast: 0)

        let segmenter = try reader.section("segmenter_kwargs")
        segmenter_kwargs.dice_kwargs.batch_dice = try segmenter.section("dice_kwargs").bool("batch_dice")
        segmenter_kwargs.topk = try segmenter.number("topk", in: 0...1)
        let matcher = try reader.section("matcher_kwargs")
        matcher_kwargs.num_candidates = try matcher.integer("num_candidates", atLeast: 1)
        matcher_kwargs.center_in_gt = try matcher.bool("center_in_gt")
        matcher_kwargs.low_threshold = try matcher.number("low_threshold", in: 0...1)
        matcher_kwargs.high_threshold = try matcher.number("high_threshold", in: matcher_kwargs.low_threshold...1)
        matcher_kwargs.allow_low_quality_matches = try matcher.bool("allow_low_quality_matches")

        coder_kwargs.weights = try reader.section("coder_kwargs").optionalNumbers("weights")
        if let weights = coder_kwargs.weights, ![4, 6].contains(weights.count) || !weights.allSatisfy({ $0 > 0 }) {
            throw Problem(reader.name("coder_kwargs.weights"), "needs 4 (2D) or 6 (3D) positive numbers")
        }

        let overwrites = try reader.section("plan_arch_overwrites")
        plan_arch_overwrites.detections_per_img = try overwrites.optionalInteger("detections_per_img", atLeast: 1)
        plan_arch_overwrites.score_thresh = try overwrites.optionalNumber("score_thresh")
        plan_arch_overwrites.topk_candidates = try overwrites.optionalInteger("topk_candidates", atLeast: 1)
        plan_arch_overwrites.remove_small_boxes = try overwrites.optionalNumber("remove_small_boxes")
        plan_arch_overwrites.nms_thresh = try overwrites.optionalNumber("nms_thresh")
    }

    private mutating func readDecoder(_ reader: ConfigurationReader) throws {
        decoder_kwargs.min_out_channels = try reader.integer("min_out_channels", atLeast: 1)
        // PyTorch's names of one and the same.
        let mode = try reader.text("upsampling_mode")
        guard let known = UpsamplingMode(rawValue: ["bilinear", "trilinear"].contains(mode) ? "linear" : mode) else {
            throw Problem(
                reader.name("upsampling_mode"),
                "is '\(mode)', it must be \(UpsamplingMode.allCases.map(\.rawValue).joined(separator: " or "))")
        }
        decoder_kwargs.upsampling_mode = known
        decoder_kwargs.num_lateral = try reader.integer("num_lateral", atLeast: 1, atMost: Self.mostConvolutions)
        decoder_kwargs.norm_lateral = try reader.bool("norm_lateral")
        decoder_kwargs.activation_lateral = try reader.bool("activation_lateral")
        decoder_kwargs.num_out = try reader.integer("num_out", atLeast: 0, atMost: Self.mostConvolutions)
        decoder_kwargs.norm_out = try reader.bool("norm_out")
        decoder_kwargs.activation_out = try reader.bool("activation_out")
        decoder_kwargs.num_fusion = try reader.integer("num_fusion", atLeast: 0, atMost: Self.mostConvolutions)
        decoder_kwargs.norm_fusion = try reader.bool("norm_fusion")
        decoder_kwargs.activation_fusion = try reader.bool("activation_fusion")
    }

    /// Keys below `model_cfg` that the chosen parts do not look at, with what makes them so.
    var idleKeys: [(key: String, reason: String)] {
        func idle(_ section: String, _ names: [String], _ reason: String) -> [(key: String, reason: String)] {
            names.map { ("\(section).\($0)", reason) }
        }
        var keys: [(key: String, reason: String)] = []
        let classifies = "model_cfg.classifier \(classifier.rawValue)"
        if classifier != .focal { keys += idle("head_classifier_kwargs", ["gamma", "alpha"], classifies) }
        if classifier != .bce { keys += idle("head_classifier_kwargs", ["smoothing"], classifies) }
        if regressor != .l1 { keys += idle("head_regressor_kwargs", ["beta"], "model_cfg.regressor \(regressor.rawValue)") }
        if !segmenter.isTopK { keys += idle("segmenter_kwargs", ["topk"], "model_cfg.segmenter \(segmenter.rawValue)") }
        keys += idle(
            "matcher_kwargs",
            matcher == .atss ? ["low_threshold", "high_threshold", "allow_low_quality_matches"] : ["num_candidates", "center_in_gt"],
            "model_cfg.matcher \(matcher.rawValue)")
        let samples = "model_cfg.sampler \(sampler.rawValue)"
        if sampler != .hardNegative { keys += idle("head_sampler_kwargs", ["pool_size", "min_neg"], samples) }
        if sampler == .none { keys += idle("head_sampler_kwargs", ["batch_size_per_image", "positive_fraction"], samples) }
        for (part, count) in [
            ("lateral", decoder_kwargs.num_lateral), ("out", decoder_kwargs.num_out), ("fusion", decoder_kwargs.num_fusion),
        ] where count == 0 {
            keys += idle("decoder_kwargs", ["norm_\(part)", "activation_\(part)"], "model_cfg.decoder_kwargs.num_\(part) 0")
        }
        return keys.map { ("model_cfg.\($0.key)", $0.reason) }
    }
}
