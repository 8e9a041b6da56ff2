/// Drops boxes that overlap a better one by more than `threshold` IoU.
///
/// - Returns: indices of the kept boxes by falling score; equal scores keep their order.
/// - Complexity: O(n log n + n · kept).
public func nonMaximumSuppression(_ boxes: [Box], scores: [Float], threshold: Float) -> [Int] {
    let order = boxes.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
    return suppress(boxes, order: order, threshold: threshold)
}

/// The same within each class: boxes of different classes do not suppress each other. Stops at the `limit` best that are kept.
public func nonMaximumSuppression(
    _ boxes: [Box], scores: [Float], labels: [Int], threshold: Float, limit: Int = .max
) -> [Int] {
    let order = boxes.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
    var groups: [Int: [Int]] = [:]
    for index in order { groups[labels[index], default: []].append(index) }
    let kept = groups.values.flatMap { suppress(boxes, order: $0, threshold: threshold, limit: limit) }
    return Array(kept.sorted { (scores[$0], $1) > (scores[$1], $0) }.prefix(limit))
}

private func suppress(_ boxes: [Box], order: [Int], threshold: Float, limit: Int = .max) -> [Int] {
    var kept: [Int] = []
    var keptBoxes: [Box] = []
    var volumes: [Float] = []
    for index in order {
        guard kept.count < limit else { break }
        let box = boxes[index]
        let volume = box.volume
        let isDuplicate = keptBoxes.withUnsafeBufferPointer { keptBoxes in
            volumes.withUnsafeBufferPointer { volumes in
                for other in 0..<keptBoxes.count {
                    let shared = box.intersection(keptBoxes[other])
                    // shared / union > threshold without a division; empty unions never suppress.
                    if shared > 0, shared / (volume + volumes[other] - shared) > threshold { return true }
                }
                return false
            }
        }
        if isDuplicate { continue }
        kept.append(index)
        keptBoxes.append(box)
        volumes.append(volume)
    }
    return kept
}
