import Support

extension Configuration {
    /// The keys of `train/augmentation/<name>.yaml`: which random changes a patch goes through (spec 05).
    public struct Augmentation: Sendable, Equatable {
        public var name: String
        /// Name of the set of changes, such as `BaseMoreAug`.
        public var transforms: String
        /// Numbers in place of those that the set fixes.
        public var strengths: Strengths
        /// Channels of the cases that the network sees, in this order; nil: all.
        public var selectedDataChannels: [Int]?

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
        public var orderSegmentation: Int
        public var borderModeData: BorderMode
        public var borderModeSegmentation: BorderMode
        /// What stands where a patch is filled beyond its image with mode `constant`.
        public var borderValueData: Double
        public var borderValueSegmentation: Int

        /// Whether the patch is taken from anywhere in the larger one that is cut, not from its middle.
        public var randomCrop: Bool
        /// Voxels between the middle of such a patch and the border of the larger one, at least, one number per axis or one for all; nil: half
        /// a patch.
        public var randomCropDistance: [Int]?

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
            /// Whether 3D patches are changed slice by slice, whatever the plan says.
            public var slicewise: Bool
        }

        /// How an image is thought to go on beyond its ends; the names are scipy's.
        public enum BorderMode: String, Sendable, CaseIterable {
            /// With one value.
            case constant
            /// With its last voxel.
            case nearest
            /// Turned over about the centre of its last voxel.
            case mirror
            /// Turned over about the outer edge of its last voxel.
            case reflect
            /// From its other end.
            case wrap = "grid-wrap"
        }

        init(_ reader: ConfigurationReader) throws {
            let probability = 0.0...1.0
            name = try reader.text("name")
            transforms = try reader.text("transforms")
            strengths = try Strengths(reader.section("transforms_kwargs"))
            selectedDataChannels = try reader.channels("selected_data_channels")
            doElastic = try reader.bool("do_elastic")
            pElastic = try reader.number("p_eldef", in: probability)
            let (alphas, sigmas, angles) = (0.0...1e6, 0.0...1000.0, -360.0...360.0)
            elasticAlpha = try reader.range("elastic_deform_alpha", in: alphas)
            elasticSigma = try reader.range("elastic_deform_sigma", in: sigmas)
            doScaling = try reader.bool("do_scaling")
            pScale = try reader.number("p_scale", in: probability)
            scaleRange = try reader.range("scale_range", in: 0.01...100)
            independentScaleFactorForEachAxis = try reader.bool("independent_scale_factor_for_each_axis")
            doRotation = try reader.bool("do_rotation")
            pRotation = try reader.number("p_rot", in: probability)
            rotation = try ["rotation_x", "rotation_y", "rotation_z"].map { try reader.range($0, in: angles) }
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
            guard try reader.optionalIntegers("selected_seg_channels") ?? [0] == [0] else {
                throw Problem(
                    reader.name("selected_seg_channels"), "cases have one channel of labels, number 0", remedy: "use [0] or null")
            }
            borderValueData = try reader.number("border_cval_data")
            borderValueSegmentation = try reader.integer("border_cval_seg", atLeast: -1, atMost: 255)
            borderModeData = try reader.choice("border_mode_data")
            borderModeSegmentation = try reader.choice("border_mode_seg")
            orderSegmentation = try reader.integer("order_seg")
            randomCrop = try reader.bool("random_crop")
            randomCropDistance = try reader.optionalIntegers("random_crop_dist_to_border")
            guard randomCropDistance?.allSatisfy({ (0...65_536).contains($0) }) ?? true else {
                throw Problem(reader.name("random_crop_dist_to_border"), "must be numbers of voxels, at least 0 and at most 65536")
            }
            let flat = try reader.section("2d_overwrites")
            planar = Planar(
                elasticAlpha: try flat.range("elastic_deform_alpha", in: alphas),
                elasticSigma: try flat.range("elastic_deform_sigma", in: sigmas),
                rotation: try ["rotation_x", "rotation_y", "rotation_z"].map { try flat.range($0, in: angles) },
                mirrorAxes: try flat.axes("mirror_axes"), slicewise: try flat.bool("dummy_2D"))
        }
    }
}

extension Configuration.Augmentation {
    /// Keys below `augmentation` that others make idle, with what makes them so.
    var idleKeys: [(key: String, reason: String)] {
        // A slice turns about one axis only.
        var keys = ["rotation_y", "rotation_z"].map {
            (key: "augmentation.2d_overwrites.\($0)", reason: "slices, which turn by augmentation.2d_overwrites.rotation_x alone")
        }
        if !randomCrop { keys.append(("augmentation.random_crop_dist_to_border", "augmentation.random_crop false")) }
        return keys
    }

    /// The channels that the network sees of cases with `count`.
    ///
    /// - Throws: `Problem` where the cases do not have one of them.
    public func channels(of count: Int) throws -> [Int] {
        guard let selectedDataChannels else { return Array(0..<count) }
        guard selectedDataChannels.allSatisfy({ $0 < count }) else {
            throw Problem("augmentation.selected_data_channels", "is \(selectedDataChannels), the cases have channels 0 to \(count - 1)")
        }
        return selectedDataChannels
    }
}

extension ConfigurationReader {
    fileprivate func channels(_ key: String) throws -> [Int]? {
        guard let channels = try optionalIntegers(key) else { return nil }
        guard !channels.isEmpty, channels.allSatisfy({ $0 >= 0 }), Set(channels).count == channels.count else {
            throw Problem(name(key), "must list channels, each from 0 on and at most once", remedy: "use null for all")
        }
        return channels
    }

    fileprivate func axes(_ key: String) throws -> [Int] {
        let axes = try integers(key)
        guard axes.allSatisfy({ (0..<3).contains($0) }), Set(axes).count == axes.count else {
            throw Problem(name(key), "must list array axes, each of 0, 1, 2 at most once")
        }
        return axes
    }
}
