/// Matches by overlap: an anchor at or above `high` belongs to the object it overlaps most, below `low` to the background, between to neither
/// (spec 06). Of equally good objects the first is taken.
///
/// Without objects × anchors in memory; on grids only anchors near an object are looked at.
public struct IoUMatcher: Matcher {
    public let low: Float
    public let high: Float
    /// Whether every object also gets the first anchor that overlaps it most, however little (but not at all is never enough);
    /// of objects with the same best anchor the last one gets it.
    public let allowLowQualityMatches: Bool

    public init(low: Float, high: Float, allowLowQualityMatches: Bool = true) {
        self.low = low
        self.high = high
        self.allowLowQualityMatches = allowLowQualityMatches
    }

    public func match(anchors: Anchors, groundTruth: [Box]) -> [Int32] {
        let count = anchors.boxes.count
        guard !groundTruth.isEmpty else { return [Int32](repeating: -1, count: count) }
        // Without any overlap the first object is as good as every other.
        var overlaps = [Float](repeating: 0, count: count)
        var objects = [Int32](repeating: 0, count: count)
        var bestOfObject: [Int?] = []
        for (object, box) in groundTruth.enumerated() {
            var best: (overlap: Float, anchor: Int?) = (0, nil)
            anchors.forEachNear(box) { index in
                let overlap = box.intersectionOverUnion(anchors.boxes[index])
                if overlap > overlaps[index] { (overlaps[index], objects[index]) = (overlap, Int32(object)) }
                if overlap > best.overlap { best = (overlap, index) }
            }
            bestOfObject.append(best.anchor)
        }
        var matches = zip(overlaps, objects).map { overlap, object in overlap >= high ? object : overlap >= low ? -2 : -1 }
        if allowLowQualityMatches {
            for (object, anchor) in bestOfObject.enumerated() {
                if let anchor { matches[anchor] = Int32(object) }
            }
        }
        return matches
    }
}

extension Anchors {
    /// Calls `body` with the index of every anchor that may overlap `box`, and perhaps of some that do not.
    @inline(__always)
    fileprivate func forEachNear(_ box: Box, _ body: (Int) -> Void) {
        for level in levels {
            guard let grid = level.grid else {
                for index in level.range { body(index) }
                continue
            }
            guard let first = grid.cells.first else { continue }
            let lower = grid.cells.reduce(first.lower) { pointwiseMin($0, $1.lower) }
            let upper = grid.cells.reduce(first.upper) { pointwiseMax($0, $1.upper) }
            guard let rows = grid.positions(from: box.lower.x - upper.x, to: box.upper.x - lower.x, axis: 0),
                let columns = grid.positions(from: box.lower.y - upper.y, to: box.upper.y - lower.y, axis: 1),
                let slices = grid.positions(from: box.lower.z - upper.z, to: box.upper.z - lower.z, axis: 2)
            else { continue }
            for i in rows {
                for j in columns {
                    let start = level.range.lowerBound + grid.offset(i, j, slices.lowerBound) * grid.cells.count
                    for index in start..<start + slices.count * grid.cells.count { body(index) }
                }
            }
        }
    }
}
