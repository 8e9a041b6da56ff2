/// Middle and spread of numbers that a few odd ones do not move.
struct RobustScale {
    let median: Double
    /// Median distance from the median, scaled to a standard deviation of normally distributed numbers.
    let deviation: Double

    /// Nil for no numbers.
    init?(_ values: [Double]) {
        guard let median = Self.median(values), let distance = Self.median(values.map { abs($0 - median) }) else { return nil }
        self.median = median
        deviation = 1.4826 * distance
    }

    /// How many deviations `value` lies from the median.
    ///
    /// - Parameter floor: smallest deviation that is believed, for numbers that are mostly equal; nil: a thousandth of the median.
    func deviations(_ value: Double, floor: Double? = nil) -> Double {
        let scale = max(deviation, floor ?? abs(median) / 1000)
        let distance = abs(value - median)
        return distance == 0 ? 0 : scale > 0 ? distance / scale : .infinity
    }

    private static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
