import Core

/// The sets of the original, with its fixed numbers (spec 05, "Transform pipelines").
extension AugmentationSet {
    static let none = AugmentationSet(name: "NoAug", summary: "patches as they are", intensities: nil)

    static let standard = AugmentationSet(
        name: "DefaultAug", summary: "rotation, scaling, elastic deformation, gamma, mirroring"
    ) { options, _ in options.gamma }

    static let baseMore = AugmentationSet(
        name: "BaseMoreAug", summary: "as DefaultAug, and noise, blur, brightness, contrast"
    ) { options, _ in options.base + options.invertedGamma(probability: 0.1) + options.gamma }

    static let more = AugmentationSet(
        name: "MoreAug", summary: "as BaseMoreAug, and low resolution"
    ) { options, keeps in options.base + options.lowResolution(keeps) + options.invertedGamma(probability: 0.1) + options.gamma }

    static let insane = AugmentationSet(
        name: "InsaneAug", summary: "as MoreAug, stronger"
    ) { options, keeps in
        options.base(noise: 0.15, blur: 0.5...1.5, brightness: 0.75...1.3, contrast: 0.65...1.5) + options.lowResolution(keeps)
            + options.invertedGamma(probability: 0.15) + options.gamma
    }
}

extension Configuration.Augmentation {
    fileprivate var base: [IntensityTransform] { base(noise: 0.1, blur: 0.5...1, brightness: 0.75...1.25, contrast: 0.75...1.25) }

    fileprivate func base(
        noise: Double, blur: ClosedRange<Double>, brightness: ClosedRange<Double>, contrast: ClosedRange<Double>
    ) -> [IntensityTransform] {
        let shift = IntensityTransform(
            .shift(mean: additiveBrightnessMu, deviation: additiveBrightnessSigma), probability: additiveBrightnessPPerSample,
            channelProbability: additiveBrightnessPPerChannel)
        return [
            IntensityTransform(.noise(deviation: 0...0.1), probability: noise),
            IntensityTransform(.blur(sigma: blur), probability: 0.2, channelProbability: 0.5),
            IntensityTransform(.brightness(brightness), probability: 0.15),
        ] + (doAdditiveBrightness ? [shift] : []) + [IntensityTransform(.contrast(contrast), probability: 0.15)]
    }

    fileprivate func lowResolution(_ keeps: [Int]) -> [IntensityTransform] {
        [IntensityTransform(.lowResolution(zoom: 0.5...1, keeps: keeps), probability: 0.25, channelProbability: 0.5)]
    }

    fileprivate func invertedGamma(probability: Double) -> [IntensityTransform] {
        [IntensityTransform(.gamma(gammaRange, inverted: true, retains: gammaRetainStats), probability: probability)]
    }

    fileprivate var gamma: [IntensityTransform] {
        doGamma ? [IntensityTransform(.gamma(gammaRange, inverted: false, retains: gammaRetainStats), probability: pGamma)] : []
    }
}
