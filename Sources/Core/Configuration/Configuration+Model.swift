import Support

extension ModelConfiguration {
    init(_ reader: ConfigurationReader) throws {
        self.init()
        // Neither has a key yet, so that every key is an error.
        for key in ["encoder_kwargs", "head_kwargs"] { _ = try reader.section(key) }
        let decoder = try reader.section("decoder_kwargs")
        decoder_kwargs.min_out_channels = try decoder.integer("min_out_channels", atLeast: 1)
        _ = try decoder.text("upsampling_mode")
        for key in ["num_lateral", "num_out", "num_fusion"] { _ = try decoder.integer(key, atLeast: 0) }
        for part in ["lateral", "out", "fusion"] {
            for key in ["norm_\(part)", "activation_\(part)"] { _ = try decoder.bool(key) }
        }

        let classifier = try reader.section("head_classifier_kwargs")
        head_classifier_kwargs.num_convs = try classifier.integer("num_convs", atLeast: 0)
        head_classifier_kwargs.norm_channels_per_group = try classifier.integer("norm_channels_per_group", atLeast: 1)
        head_classifier_kwargs.norm_affine = try classifier.bool("norm_affine")
        head_classifier_kwargs.reduction = try Reduction.read(classifier).rawValue
        head_classifier_kwargs.loss_weight = try classifier.number("loss_weight")
        head_classifier_kwargs.prior_prob = try classifier.number("prior_prob", in: 0...1)

        let regressor = try reader.section("head_regressor_kwargs")
        head_regressor_kwargs.num_convs = try regressor.integer("num_convs", atLeast: 0)
        head_regressor_kwargs.norm_channels_per_group = try regressor.integer("norm_channels_per_group", atLeast: 1)
        head_regressor_kwargs.norm_affine = try regressor.bool("norm_affine")
        _ = try Reduction.read(regressor)
        head_regressor_kwargs.loss_weight = try regressor.number("loss_weight")
        head_regressor_kwargs.learn_scale = try regressor.bool("learn_scale")

        let sampler = try reader.section("head_sampler_kwargs")
        head_sampler_kwargs.batch_size_per_image = try sampler.integer("batch_size_per_image", atLeast: 1)
        head_sampler_kwargs.positive_fraction = try sampler.number("positive_fraction", in: 0...1)
        head_sampler_kwargs.pool_size = try sampler.number("pool_size", in: 1...1e9)
        head_sampler_kwargs.min_neg = try sampler.integer("min_neg", atLeast: 0)

        segmenter_kwargs.dice_kwargs.batch_dice = try reader.section("segmenter_kwargs").section("dice_kwargs").bool("batch_dice")
        let matcher = try reader.section("matcher_kwargs")
        matcher_kwargs.num_candidates = try matcher.integer("num_candidates", atLeast: 1)
        matcher_kwargs.center_in_gt = try matcher.bool("center_in_gt")

        let overwrites = try reader.section("plan_arch_overwrites")
        plan_arch_overwrites.detections_per_img = try overwrites.optionalInteger("detections_per_img")
        plan_arch_overwrites.score_thresh = try overwrites.optionalNumber("score_thresh")
        plan_arch_overwrites.topk_candidates = try overwrites.optionalInteger("topk_candidates")
        plan_arch_overwrites.remove_small_boxes = try overwrites.optionalNumber("remove_small_boxes")
        plan_arch_overwrites.nms_thresh = try overwrites.optionalNumber("nms_thresh")
    }

    private enum Reduction: String, CaseIterable {
        case mean, sum

        static func read(_ reader: ConfigurationReader) throws -> Reduction { try reader.choice("reduction") }
    }
}
