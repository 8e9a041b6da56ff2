import Core

/// Chances and ranges of the changes of intensity that have no keys of their own; a chance of 0 leaves one out.
struct IntensityStrengths {
    var noise = 0.0
    var noiseDeviation = 0...0.1
    var blur = 0.0
    var blurPerChannel = 0.5
    var blurSigma = 0.5...1
    var brightness = 0.0
    var brightnessRange = 0.75...1.25
    var contrast = 0.0
    var contrastRange = 0.75...1.25
    var lowResolution = 0.0
    var lowResolutionPerChannel = 0.5
    var lowResolutionZoom = 0.5...1
    var invertedGamma = 0.0

    /// Those of the sets from BaseMoreAug on.
    static var more: IntensityStrengths {
        var strengths = IntensityStrengths()
        (strengths.noise, strengths.blur, strengths.brightness, strengths.contrast) = (0.1, 0.2, 0.15, 0.15)
        strengths.invertedGamma = 0.1
        return strengths
    }

    /// These numbers, but for those that `given` has.
    func replaced(by given: Configuration.Augmentation.Strengths) -> IntensityStrengths {
        var result = self
        result.noise = given.pNoise ?? noise
        result.noiseDeviation = given.noiseDeviation ?? noiseDeviation
        result.blur = given.pBlur ?? blur
        result.blurPerChannel = given.pBlurPerChannel ?? blurPerChannel
        result.blurSigma = given.blurSigma ?? blurSigma
        result.brightness = given.pBrightness ?? brightness
        result.brightnessRange = given.brightnessRange ?? brightnessRange
        result.contrast = given.pContrast ?? contrast
        result.contrastRange = given.contrastRange ?? contrastRange
        result.lowResolution = given.pLowResolution ?? lowResolution
        result.lowResolutionPerChannel = given.pLowResolutionPerChannel ?? lowResolutionPerChannel
        result.lowResolutionZoom = given.lowResolutionZoom ?? lowResolutionZoom
        result.invertedGamma = given.pInvertedGamma ?? invertedGamma
        return result
    }
}

extension Configuration.Augmentation {
    /// The changes of intensity of `strengths` and of the keys, in their order; `keeps` names axes that a lower resolution does not touch.
    func intensities(_ strengths: IntensityStrengths, _ keeps: [Int]) -> [IntensityTransform] {
        let own = strengths.replaced(by: self.strengths)
        let all = [
            IntensityTransform(.noise(deviation: own.noiseDeviation), probability: own.noise),
            IntensityTransform(.blur(sigma: own.blurSigma), probability: own.blur, channelProbability: own.blurPerChannel),
            IntensityTransform(.brightness(own.brightnessRange), probability: own.brightness),
            IntensityTransform(
                .shift(mean: additiveBrightnessMu, deviation: additiveBrightnessSigma),
                probability: doAdditiveBrightness ? additiveBrightnessPPerSample : 0, channelProbability: additiveBrightnessPPerChannel),
            IntensityTransform(.contrast(own.contrastRange), probability: own.contrast),
            IntensityTransform(
                .lowResolution(zoom: own.lowResolutionZoom, keeps: keeps), probability: own.lowResolution,
                channelProbability: own.lowResolutionPerChannel),
            IntensityTransform(.gamma(gammaRange, inverted: true, retains: gammaRetainStats), probability: own.invertedGamma),
            IntensityTransform(.gamma(gammaRange, inverted: false, retains: gammaRetainStats), probability: doGamma ? pGamma : 0),
        ]
        return all.filter { $0.probability > 0 }
    }
}
