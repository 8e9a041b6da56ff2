import Support

extension Configuration {
    /// The keys of `train/augmentation/<name>.yaml`: which random changes a patch goes through (spec 05).
    public struct Augmentation: Sendable, Equatable {
        public var name: String
        /// Name of the set of changes, such as `BaseMoreAug`.
        public var transforms: String

        public var doElastic: Bool
        public var pElastic: Double
        public var elasticAlpha: ClosedRange<Double>
        public var elasticSigma: ClosedRange<Double>

        public var doScaling: Bool
        public var pScale: Double
        public var scaleRange: ClosedRange<Double>
        public var independentScaleFactorForEachAxis: Bool

        public var doRotation: Bool
        public var pRotation: Double
        /// Degrees about array axes 0, 1, 2.
        public var rotation: [ClosedRange<Double>]

        public var orderData: Int
        /// What stands where a patch is filled beyond its image.
        public var borderValueData: Double
        public var borderValueSegmentation: Int

        public var doGamma: Bool
        public var pGamma: Double
        public var gammaRetainStats: Bool
        public var gammaRange: ClosedRange<Double>

        public var doMirror: Bool
        /// Array axes.
        public var mirrorAxes: [Int]

        public var doAdditiveBrightness: Bool
        public var additiveBrightnessPPerSample: Double
        public var additiveBrightnessPPerChannel: Double
        public var additiveBrightnessMu: Double
        public var additiveBrightnessSigma: Double

        /// What replaces the above for 2D patches.
        public var planar: Planar

        public struct Planar: Sendable, Equatable {
            public var elasticAlpha: ClosedRange<Double>
            public var elasticSigma: ClosedRange<Double>
            public var rotation: [ClosedRange<Double>]
            public var mirrorAxes: [Int]
        }

        init(_ reader: ConfigurationReader) throws {
            let probability = 0.0...1.0
            name = try reader.text("name")
            transforms = try reader.text("transforms")
            _ = try reader.optionalIntegers("selected_data_channels")
            doElastic = try reader.bool("do_elastic")
            pElastic = try reader.number("p_eldef", in: probability)
            elasticAlpha = try reader.range("elastic_deform_alpha")
            elasticSigma = try reader.range("elastic_deform_sigma")
            doScaling = try reader.bool("do_scaling")
            pScale = try reader.number("p_scale", in: probability)
            scaleRange = try reader.range("scale_range")
            independentScaleFactorForEachAxis = try reader.bool("independent_scale_factor_for_each_axis")
            doRotation = try reader.bool("do_rotation")
            pRotation = try reader.number("p_rot", in: probability)
            rotation = try ["rotation_x", "rotation_y", "rotation_z"].map { try reader.range($0) }
            orderData = try reader.integer("order_data")
            doGamma = try reader.bool("do_gamma")
            pGamma = try reader.number("p_gamma", in: probability)
            gammaRetainStats = try reader.bool("gamma_retain_stats")
            gammaRange = try reader.range("gamma_range")
            doMirror = try reader.bool("do_mirror")
            mirrorAxes = try reader.axes("mirror_axes")
            doAdditiveBrightness = try reader.bool("do_additive_brightness")
            additiveBrightnessPPerSample = try reader.number("additive_brightness_p_per_sample", in: probability)
            additiveBrightnessPPerChannel = try reader.number("additive_brightness_p_per_channel", in: probability)
            additiveBrightnessMu = try reader.number("additive_brightness_mu")
            additiveBrightnessSigma = try reader.number("additive_brightness_sigma")
            _ = try reader.optionalIntegers("selected_seg_channels")
            _ = try reader.section("transforms_kwargs")
            borderValueData = try reader.number("border_cval_data")
            borderValueSegmentation = try reader.integer("border_cval_seg")
            for key in ["border_mode_data", "border_mode_seg"] { _ = try reader.text(key) }
            _ = try reader.integer("order_seg")
            _ = try reader.bool("random_crop")
            _ = try reader.optionalIntegers("random_crop_dist_to_border")
            let flat = try reader.section("2d_overwrites")
            planar = Planar(
                elasticAlpha: try flat.range("elastic_deform_alpha"), elasticSigma: try flat.range("elastic_deform_sigma"),
                rotation: try ["rotation_x", "rotation_y", "rotation_z"].map { try flat.range($0) },
                mirrorAxes: try flat.axes("mirror_axes"))
            _ = try flat.bool("dummy_2D")
        }
    }
}

extension ConfigurationReader {
    fileprivate func axes(_ key: String) throws -> [Int] {
        let axes = try integers(key)
        guard axes.allSatisfy({ (0..<3).contains($0) }), Set(axes).count == axes.count else {
            throw Problem(name(key), "must list array axes, each of 0, 1, 2 at most once")
        }
        return axes
    }
}
