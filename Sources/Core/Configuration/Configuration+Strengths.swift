import Support

extension Configuration.Augmentation {
    /// `transforms_kwargs`: chances and ranges of the changes of intensity in place of those that the set named by `transforms` fixes; nil leaves
    /// the set's. A chance above 0 adds a change that the set does not have.
    public struct Strengths: Sendable, Equatable {
        public var pNoise: Double?
        public var noiseDeviation: ClosedRange<Double>?
        public var pBlur: Double?
        public var pBlurPerChannel: Double?
        public var blurSigma: ClosedRange<Double>?
        public var pBrightness: Double?
        public var brightnessRange: ClosedRange<Double>?
        public var pContrast: Double?
        public var contrastRange: ClosedRange<Double>?
        public var pLowResolution: Double?
        public var pLowResolutionPerChannel: Double?
        public var lowResolutionZoom: ClosedRange<Double>?
        public var pInvertedGamma: Double?

        init(_ reader: ConfigurationReader) throws {
            func chance(_ key: String) throws -> Double? {
                try reader.optionalNumber(key) == nil ? nil : reader.number(key, in: 0...1)
            }
            func range(_ key: String, in bounds: ClosedRange<Double> = 0...1e6) throws -> ClosedRange<Double>? {
                try reader.optionalNumbers(key) == nil ? nil : reader.range(key, in: bounds)
            }
            pNoise = try chance("p_noise")
            noiseDeviation = try range("noise_deviation")
            pBlur = try chance("p_blur")
            pBlurPerChannel = try chance("p_blur_per_channel")
            blurSigma = try range("blur_sigma", in: 0...100)
            pBrightness = try chance("p_brightness")
            brightnessRange = try range("brightness_range")
            pContrast = try chance("p_contrast")
            contrastRange = try range("contrast_range")
            pLowResolution = try chance("p_low_resolution")
            pLowResolutionPerChannel = try chance("p_low_resolution_per_channel")
            lowResolutionZoom = try range("low_resolution_zoom", in: 0.01...10)
            pInvertedGamma = try chance("p_inverted_gamma")
        }
    }
}
