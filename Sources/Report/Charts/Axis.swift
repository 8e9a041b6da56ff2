import Foundation

/// One axis of a chart: what it shows, from where to where, and where it has ticks.
public struct Axis: Sendable, Equatable {
    public enum Scale: Sendable, Equatable { case linear, logarithmic }

    /// A place on the axis with its text.
    public struct Tick: Sendable, Equatable {
        public let value: Double
        public let text: String
    }

    /// With the unit, e.g. `size / mm`.
    public var label: String
    public let scale: Scale
    public let range: ClosedRange<Double>
    public let ticks: [Tick]

    /// An axis over `range`, widened to the next ticks where `isRounded`.
    ///
    /// - Parameters:
    ///   - label: what it shows, with the unit.
    ///   - range: of the values; one of no extent is widened.
    ///   - isRounded: whether the axis ends at ticks rather than at the ends of `range`.
    ///   - isWhole: only whole numbers get ticks.
    ///   - count: ticks wanted, about.
    public static func linear(
        _ label: String, _ range: ClosedRange<Double>, isRounded: Bool = true, isWhole: Bool = false, count: Int = 6
    ) -> Axis {
        let span = range.upperBound > range.lowerBound ? range.upperBound - range.lowerBound : max(1, abs(range.lowerBound))
        var step = niceStep(span / Double(max(1, count)))
        if isWhole { step = max(1, step.rounded()) }
        var lower = range.lowerBound
        var upper = max(range.upperBound, lower + span)
        if isRounded {
            lower = (lower / step + 1e-9).rounded(.down) * step
            upper = (upper / step - 1e-9).rounded(.up) * step
        }
        let first = Int((lower / step - 1e-9).rounded(.up))
        let last = Int((upper / step + 1e-9).rounded(.down))
        let digits = max(0, -Int(log10(step).rounded(.down)))
        let ticks = (first...max(first, last)).map { index in
            Tick(value: Double(index) * step, text: text(Double(index) * step, digits: digits))
        }
        return Axis(label: label, scale: .linear, range: lower...upper, ticks: ticks)
    }

    /// A logarithmic axis over `range` (positive), widened to powers of ten, or to 1, 2 or 5 times them where that is narrower.
    public static func logarithmic(_ label: String, _ range: ClosedRange<Double>) -> Axis {
        let low = max(range.lowerBound, .leastNormalMagnitude)
        let high = max(range.upperBound, low * 1.001)
        let steps = (Int(log10(low).rounded(.down)) - 1...Int(log10(high).rounded(.up)) + 1)
            .flatMap { power in [1.0, 2, 5].map { $0 * pow(10, Double(power)) } }
        let lower = steps.last { $0 <= low * (1 + 1e-9) } ?? low
        let upper = steps.first { $0 >= high * (1 - 1e-9) } ?? high
        let decades = log10(upper / lower)
        // Few decades show 1, 2 and 5, more only powers of ten, very many only some of those.
        let skip = max(1, Int((decades / 6).rounded(.up)))
        let ticks = steps.filter { value in
            guard value >= lower * (1 - 1e-9), value <= upper * (1 + 1e-9) else { return false }
            let power = log10(value)
            let isPower = abs(power - power.rounded()) < 1e-9
            return decades <= 2.5 || (isPower && Int(power.rounded()) % skip == 0)
        }
        return Axis(
            label: label, scale: .logarithmic, range: lower...upper,
            ticks: ticks.map { Tick(value: $0, text: text($0, digits: max(0, -Int(log10($0).rounded(.down))))) })
    }

    /// A logarithmic axis over powers of two, its ticks written as fractions: 1/8, 1/4, …, 8.
    public static func doublings(_ label: String, _ powers: ClosedRange<Int>) -> Axis {
        let ticks = powers.map { power in
            Tick(value: pow(2, Double(power)), text: power < 0 ? "1/\(1 << -power)" : "\(1 << power)")
        }
        return Axis(
            label: label, scale: .logarithmic, range: pow(2, Double(powers.lowerBound))...pow(2, Double(powers.upperBound)), ticks: ticks)
    }

    /// An axis whose places are names.
    public static func categories(_ label: String, _ names: [String]) -> Axis {
        Axis(
            label: label, scale: .linear, range: -0.5...(max(1, Double(names.count)) - 0.5),
            ticks: names.enumerated().map { Tick(value: Double($0), text: $1) })
    }

    /// Where `value` lies, 0 at the lower end and 1 at the upper one.
    public func position(_ value: Double) -> Double {
        switch scale {
        case .linear: return (value - range.lowerBound) / (range.upperBound - range.lowerBound)
        case .logarithmic:
            let clamped = max(value, range.lowerBound * 1e-3)
            return log(clamped / range.lowerBound) / log(range.upperBound / range.lowerBound)
        }
    }

    /// 1, 2 or 5 times a power of ten, not below `step`.
    static func niceStep(_ step: Double) -> Double {
        let power = pow(10, log10(step).rounded(.down))
        return ([1.0, 2, 5, 10].first { $0 * power >= step * (1 - 1e-9) } ?? 10) * power
    }

    private static func text(_ value: Double, digits: Int) -> String {
        if value != 0, abs(value) >= 1e6 || abs(value) < 1e-4 {
            let exponent = Int(log10(abs(value)).rounded(.down))
            let mantissa = (value / pow(10, Double(exponent)) * 100).rounded() / 100
            let power = "10" + String(exponent).map { superscripts[$0] ?? String($0) }.joined()
            return mantissa == 1 ? power : "\(mantissa == mantissa.rounded() ? String(Int(mantissa)) : String(mantissa))·\(power)"
        }
        return String(format: "%.\(digits)f", value == 0 ? 0 : value)
    }

    private static let superscripts: [Character: String] = [
        "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹", "-": "⁻",
    ]
}
