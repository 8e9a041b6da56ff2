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
        // Noise has one strength for the whole patch.
        let deviation: Double =
            switch change {
            case .noise(let range): generator.uniform(in: range)
            default: 0
            }
        for channel in 0..<patch.channels where channelProbability >= 1 || generator.chance(channelProbability) {
            isChanged = true
            let values = patch.channel(channel)
            switch change {
            case .noise: Intensities.addNoise(values, deviation, using: &generator)
            case .blur(let range): Intensities.blur(values, patch.size, sigma: generator.uniform(in: range))
            case .brightness(let range): Intensities.multiply(values, generator.uniform(in: range))
            case .shift(let mean, let deviation): Intensities.add(values, mean + deviation * generator.normal())
            case .contrast(let range): Intensities.stretch(values, generator.factor(in: range))
            case .lowResolution(let zoom, let keeps):
                Intensities.coarsen(values, patch.size, zoom: generator.uniform(in: zoom), keeps: keeps)
            case .gamma(let range, let inverted, let retains):
                Intensities.gamma(values, generator.factor(in: range), inverted: inverted, retains: retains)
            }
        }
        return isChanged
    }
}
