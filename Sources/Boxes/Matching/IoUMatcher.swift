/// Matches by overlap: an anchor above `high` belongs to the object it overlaps most, below `low` to the background, between to neither.
public struct IoUMatcher: Matcher {
    public let low: Float
    public let high: Float
    /// Whether every object also gets the anchors that overlap it most, however little.
    public let allowLowQualityMatches: Bool

    public init(low: Float, high: Float, allowLowQualityMatches: Bool = true) {
        self.low = low
        self.high = high
        self.allowLowQualityMatches = allowLowQualityMatches
    }

    /// Memory: a few numbers per anchor, never objects × anchors.
    public func match(anchors: Anchors, groundTruth: [Box]) -> [Int32] {
        guard !groundTruth.isEmpty else { return [Int32](repeating: -1, count: anchors.boxes.count) }
        var matches = [Int32](repeating: -1, count: anchors.boxes.count)
        var bestOfObject = [Float](repeating: 0, count: groundTruth.count)
        for (index, anchor) in anchors.boxes.enumerated() {
            var best: (overlap: Float, object: Int) = (-1, 0)
            for (object, box) in groundTruth.enumerated() {
                let overlap = anchor.intersectionOverUnion(box)
                if overlap > best.overlap { best = (overlap, object) }
                if overlap > bestOfObject[object] { bestOfObject[object] = overlap }
            }
            matches[index] = best.overlap >= high ? Int32(best.object) : best.overlap >= low ? -2 : -1
        }
        guard allowLowQualityMatches else { return matches }
        for (index, anchor) in anchors.boxes.enumerated() {
            var best: (overlap: Float, object: Int32) = (-1, -1)
            var isBestOfSome = false
            for (object, box) in groundTruth.enumerated() {
                let overlap = anchor.intersectionOverUnion(box)
                if overlap > best.overlap { best = (overlap, Int32(object)) }
                if overlap > 0, overlap == bestOfObject[object] { isBestOfSome = true }
            }
            if isBestOfSome { matches[index] = best.object }
        }
        return matches
    }
}
