/// Numbers from files may have any size: these conversions and products never trap.
extension Int {
    /// `value` rounded by `rule` and clamped to `range`; NaN becomes the lower bound.
    public init(
        _ value: Double, rounded rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero, clampedTo range: ClosedRange<Int>
    ) {
        let value = value.rounded(rule)
        if value >= Double(range.upperBound) {
            self = range.upperBound
        } else {
            self = value > Double(range.lowerBound) ? Int(value) : range.lowerBound
        }
    }
}

extension Sequence<Int> {
    /// The product of sizes; nil where one is negative or a partial product exceeds `limit`.
    public func product(atMost limit: Int = .max) -> Int? {
        var product = 1
        for size in self {
            let (value, overflow) = product.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow, value <= limit else { return nil }
            product = value
        }
        return product
    }
}
