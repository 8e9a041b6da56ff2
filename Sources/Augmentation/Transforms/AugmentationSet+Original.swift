import Core

/// The sets of the original, with its fixed numbers (spec 05, "Transform pipelines").
extension AugmentationSet {
    static let none = AugmentationSet(name: "NoAug", summary: "patches as they are", intensities: nil)

    static let standard = AugmentationSet(
        name: "DefaultAug", summary: "rotation, scaling, elastic deformation, gamma, mirroring"
    ) { options, keeps in options.intensities(IntensityStrengths(), keeps) }

    static let baseMore = AugmentationSet(
        name: "BaseMoreAug", summary: "as DefaultAug, and noise, blur, brightness, contrast"
    ) { options, keeps in options.intensities(.more, keeps) }

    static let more = AugmentationSet(
        name: "MoreAug", summary: "as BaseMoreAug, and low resolution"
    ) { options, keeps in
        var strengths = IntensityStrengths.more
        strengths.lowResolution = 0.25
        return options.intensities(strengths, keeps)
    }

    static let insane = AugmentationSet(
        name: "InsaneAug", summary: "as MoreAug, stronger"
    ) { options, keeps in
        var strengths = IntensityStrengths.more
        strengths.noise = 0.15
        strengths.blurSigma = 0.5...1.5
        strengths.brightnessRange = 0.75...1.3
        strengths.contrastRange = 0.65...1.5
        strengths.lowResolution = 0.25
        strengths.invertedGamma = 0.15
        return options.intensities(strengths, keeps)
    }
}
