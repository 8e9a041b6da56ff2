import Core
import Support

/// How the intensities of a modality are normalised (spec 04).
public enum NormalizationScheme: String, Sendable, CaseIterable {
    /// Clipped to the percentiles of the data set's foreground, then standardised with its mean and deviation. `CT3` means the same.
    case ct = "CT"
    /// Clipped likewise, then standardised with the case's own values between the percentiles.
    case ct2 = "CT2"
    /// Left as it is.
    case raw
    /// Standardised with the case's own mean and deviation.
    case nonCT

    /// The scheme of a plan; whatever is none of the known names is `nonCT`, as in the original.
    public init(name: String) { self = name == "CT3" ? .ct : NormalizationScheme(rawValue: name) ?? .nonCT }
}

/// Normalises one modality of a resampled case in place.
struct Normalizer {
    let scheme: NormalizationScheme
    /// Whether only the nonzero region counts, and what lies outside becomes 0.
    let usesMask: Bool
    let statistics: IntensityStatistics?

    /// - Throws: `Problem` where the scheme needs statistics that the plan does not have.
    init(plan: Plan, modality: Int) throws {
        guard plan.normalizationSchemes.indices.contains(modality), plan.useMaskForNorm.indices.contains(modality) else {
            throw Problem("plan", "gives no normalisation for modality \(modality)")
        }
        scheme = NormalizationScheme(name: plan.normalizationSchemes[modality])
        usesMask = plan.useMaskForNorm[modality]
        statistics = plan.intensity.indices.contains(modality) ? plan.intensity[modality] : nil
        guard scheme == .ct || scheme == .ct2 else { return }
        guard let statistics else { throw Problem("plan", "has no intensity statistics for modality \(modality)", remedy: "plan again") }
        let values = [statistics.mean, statistics.std, statistics.percentile005, statistics.percentile995]
        guard values.allSatisfy({ $0.isFinite }) else {
            throw Problem("plan", "the intensity statistics of modality \(modality) are not finite", remedy: "plan again")
        }
    }

    /// - Parameter segmentation: negative outside of the nonzero region.
    func apply(_ values: UnsafeMutableBufferPointer<Float>, segmentation: UnsafeBufferPointer<Int32>) {
        switch scheme {
        case .ct:
            if let statistics {
                let divisor = statistics.std > 0 ? statistics.std : 1
                standardize(values, mean: statistics.mean, scale: 1 / divisor, limits: limits(statistics))
            }
        case .ct2:
            if let statistics {
                let limits = limits(statistics)
                var (mean, std) = moments(values) { limits.lowerBound < $1 && $1 < limits.upperBound }
                if std == 0 {
                    // Not two different values between the limits: those that are cut off there count too.
                    for i in 0..<values.count { values[i] = min(max(values[i], limits.lowerBound), limits.upperBound) }
                    (mean, std) = moments(values) { _, _ in true }
                }
                standardize(values, mean: mean, scale: 1 / (std > 0 ? std : 1), limits: limits)
            }
        case .raw: break
        case .nonCT:
            let (mean, std) = usesMask ? moments(values) { i, _ in segmentation[i] >= 0 } : moments(values) { _, _ in true }
            standardize(values, mean: mean, scale: 1 / (std + 1e-8), limits: -Float.infinity...Float.infinity)
        }
        guard usesMask else { return }
        for i in 0..<values.count where segmentation[i] < 0 { values[i] = 0 }
    }

    private func limits(_ statistics: IntensityStatistics) -> ClosedRange<Float> {
        Float(statistics.percentile005)...max(Float(statistics.percentile005), Float(statistics.percentile995))
    }

    private func standardize(_ values: UnsafeMutableBufferPointer<Float>, mean: Double, scale: Double, limits: ClosedRange<Float>) {
        let (low, high) = (limits.lowerBound, limits.upperBound)
        for i in 0..<values.count {
            let clipped = min(max(values[i], low), high)
            values[i] = Float((Double(clipped) - mean) * scale)
        }
    }

    /// Mean and population deviation of the values that `isIncluded` (index, value) lets in; 0 and 0 without any.
    @inline(__always)
    private func moments(_ values: UnsafeMutableBufferPointer<Float>, _ isIncluded: (Int, Float) -> Bool) -> (mean: Double, std: Double) {
        var (sum, count) = (0.0, 0)
        for i in 0..<values.count where isIncluded(i, values[i]) {
            sum += Double(values[i])
            count += 1
        }
        guard count > 0 else { return (0, 0) }
        let mean = sum / Double(count)
        var squares = 0.0
        for i in 0..<values.count where isIncluded(i, values[i]) {
            let difference = Double(values[i]) - mean
            squares += difference * difference
        }
        return (mean, (squares / Double(count)).squareRoot())
    }
}
