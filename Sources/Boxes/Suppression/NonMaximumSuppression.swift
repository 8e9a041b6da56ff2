/// Drops boxes that overlap a better one by more than `threshold` IoU. Boxes without volume count as copies of each other, as in the original.
///
/// - Returns: indices of the kept boxes by falling score; equal scores keep their order, NaN comes last.
/// - Complexity: O(n log n + n · kept), four at a time.
public func nonMaximumSuppression(_ boxes: [Box], scores: [Float], threshold: Float) -> [Int] {
    var columns = BoxColumns()
    return scores.fallingOrder().filter { index in
        if columns.contains(overlapping: boxes[index], by: threshold) { return false }
        columns.append(boxes[index])
        return true
    }
}

/// The same within each class: boxes of different classes do not suppress each other. Stops at the `limit` best that are kept.
public func nonMaximumSuppression(
    _ boxes: [Box], scores: [Float], labels: [Int], threshold: Float, limit: Int = .max
) -> [Int] {
    let order = scores.fallingOrder()
    // By falling score the kept ones of each class so far decide, so that the first `limit` of all are the best.
    var keptOfClass: [Int: BoxColumns] = [:]
    var kept: [Int] = []
    for index in order {
        guard kept.count < limit else { break }
        let box = boxes[index]
        if keptOfClass[labels[index], default: BoxColumns()].contains(overlapping: box, by: threshold) { continue }
        keptOfClass[labels[index], default: BoxColumns()].append(box)
        kept.append(index)
    }
    return kept
}

extension [Float] {
    /// Indices by falling value; equal values keep their order, NaN comes last.
    public func fallingOrder() -> [Int] {
        // One integer per value, that sorts as value and index do.
        let keys = indices.map { index -> UInt64 in
            let value = self[index]
            guard !value.isNaN else { return UInt64.max << 32 | UInt64(index) }
            // Plus zero makes −0 and 0 equal.
            let bits = (value + 0).bitPattern
            let rising = bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
            return UInt64(~rising) << 32 | UInt64(index)
        }
        return keys.sorted().map { Int($0 & 0xFFFF_FFFF) }
    }
}
