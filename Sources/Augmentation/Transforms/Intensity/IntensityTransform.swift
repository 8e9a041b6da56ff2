import Support

/// Something that happens to the intensities of a patch with a probability, channel by channel (spec 05, table).
public struct IntensityTransform: PatchTransform {
    public enum Change: Sendable, Equatable {
        /// Adds normal noise; the standard deviation is drawn once for all channels.
        case noise(deviation: ClosedRange<Double>)
        /// Smooths with a Gaussian of drawn width, in voxels.
        case blur(sigma: ClosedRange<Double>)
        /// Multiplies.
        case brightness(ClosedRange<Double>)
        /// Adds one normal number.
        case shift(mean: Double, deviation: Double)
        /// Stretches the intensities about their mean and clips them to their former range.
        case contrast(ClosedRange<Double>)
        /// Samples on a coarser grid and back; `keeps` names axes that stay as they are.
        case lowResolution(zoom: ClosedRange<Double>, keeps: [Int])
        /// A power of the intensities scaled to 0…1, of the negative image where `inverted`; mean and deviation are kept where `retains`.
        case gamma(ClosedRange<Double>, inverted: Bool, retains: Bool)
    }

    public var change: Change
    /// Per patch.
    public var probability: Double
    /// Per channel of a patch that is changed.
    public var channelProbability: Double

    public init(_ change: Change, probability: Double, channelProbability: Double = 1) {
        self.change = change
        self.probability = probability
        self.channelProbability = channelProbability
    }

    public var name: String {
        switch change {
        case .noise: "noise"
        case .blur: "blur"
        case .brightness: "brightness"
        case .shift: "additive brightness"
        case .contrast: "contrast"
        case .lowResolution: "low resolution"
        case .gamma(_, let inverted, _): inverted ? "inverted gamma" : "gamma"
        }
    }

    public func apply(to patch: PatchBuffers, using generator: inout SeededGenerator) -> Bool {
        guard generator.chance(probability) else { return false }
        var isChanged = false
        let common = change.isCommon ? change.strength(using: &generator) : nil
        for channel in 0..<patch.channels where channelProbability >= 1 || generator.chance(channelProbability) {
            isChanged = true
            let values = patch.channel(channel)
            let strength = common ?? change.strength(using: &generator)
            switch change {
            case .noise: Intensities.addNoise(values, strength, using: &generator)
            case .blur: Intensities.blur(values, patch.size, sigma: strength)
            case .brightness: Intensities.multiply(values, strength)
            case .shift: Intensities.add(values, strength)
            case .contrast: Intensities.stretch(values, strength)
            case .lowResolution(_, let keeps): Intensities.coarsen(values, patch.size, zoom: strength, keeps: keeps)
            case .gamma(_, let inverted, let retains): Intensities.gamma(values, strength, inverted: inverted, retains: retains)
            }
        }
        return isChanged
    }
}

extension IntensityTransform.Change {
    /// Whether all channels of a patch are changed with one strength.
    fileprivate var isCommon: Bool {
        if case .noise = self { true } else { false }
    }

    /// What is drawn for one change: standard deviation, width, factor, summand, zoom or exponent (spec 05, table and "Details").
    package func strength(using generator: inout SeededGenerator) -> Double {
        switch self {
        case .noise(let range), .blur(let range), .brightness(let range), .lowResolution(let range, _): generator.uniform(in: range)
        case .shift(let mean, let deviation): mean + deviation * generator.normal()
        case .contrast(let range), .gamma(let range, _, _): generator.factor(in: range)
        }
    }
}
