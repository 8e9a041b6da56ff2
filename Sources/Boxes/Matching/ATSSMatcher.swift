/// Adaptive training sample selection (Zhang et al. 2020; spec 06): per object and level the nearest anchors are candidates; those whose IoU
/// reaches mean + standard deviation of all candidates are positive. Unlike in the original, a positive overlaps its object.
///
/// Where anchors are equally near at the border of the candidates, those with the lowest index are taken (the original's choice is arbitrary);
/// an anchor that fits several objects equally well goes to the first of them.
/// Without objects × anchors in memory; on grids the time does not depend on the number of anchors but for filling the result.
public struct ATSSMatcher: Matcher {
    /// Candidate positions per level.
    public let candidates: Int
    /// Whether a positive anchor's centre must lie inside the object.
    public let centerInGroundTruth: Bool

    public init(candidates: Int = 4, centerInGroundTruth: Bool = false) {
        self.candidates = candidates
        self.centerInGroundTruth = centerInGroundTruth
    }

    public func match(anchors: Anchors, groundTruth: [Box]) -> [Int32] {
        match(anchors: anchors, groundTruth: groundTruth) { self.candidates(for: $0, among: anchors) }
    }

    /// The same with the candidates of each object chosen by `candidatesOf`.
    package func match(anchors: Anchors, groundTruth: [Box], candidatesOf: (Box) -> [Int]) -> [Int32] {
        var matches = [Int32](repeating: -1, count: anchors.boxes.count)
        var bestOverlap: [Int: Float] = [:]
        for (object, box) in groundTruth.enumerated() {
            let chosen = candidatesOf(box)
            let overlaps = chosen.map { box.intersectionOverUnion(anchors.boxes[$0]) }
            let threshold = Self.threshold(overlaps)
            for (anchor, overlap) in zip(chosen, overlaps) where overlap >= threshold && overlap > bestOverlap[anchor] ?? 0 {
                if centerInGroundTruth, !box.contains(anchors.boxes[anchor].center, margin: 0.01) { continue }
                bestOverlap[anchor] = overlap
                matches[anchor] = Int32(object)
            }
        }
        return matches
    }

    /// Indices of the candidates of `box`, level by level, nearest first.
    package func candidates(for box: Box, among anchors: Anchors) -> [Int] {
        anchors.levels.flatMap { nearest($0, anchors, to: box.center) }
    }

    /// Mean + unbiased standard deviation.
    private static func threshold(_ overlaps: [Float]) -> Float {
        guard overlaps.count > 1 else { return overlaps.first ?? .infinity }
        let mean = overlaps.reduce(0.0) { $0 + Double($1) } / Double(overlaps.count)
        let variance = overlaps.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(overlaps.count - 1)
        return Float(mean) + Float(variance.squareRoot())
    }

    private func nearest(_ level: Anchors.Level, _ anchors: Anchors, to center: SIMD3<Float>) -> [Int] {
        guard let grid = level.grid, let origin = grid.cells.first?.center, grid.cells.allSatisfy({ $0.center == origin }) else {
            return nearestOfAll(level, anchors, to: center)
        }
        return nearestPositions(grid, to: center - origin).flatMap { position in
            let first = level.range.lowerBound + position * grid.cells.count
            return first..<first + grid.cells.count
        }
    }

    private func nearestOfAll(_ level: Anchors.Level, _ anchors: Anchors, to center: SIMD3<Float>) -> [Int] {
        let count = candidates * anchors.perPosition
        var best: [(distance: Float, index: Int)] = []
        best.reserveCapacity(4 * count)
        var limit = Float.infinity
        func keepNearest() {
            best.sort { ($0.distance, $0.index) < ($1.distance, $1.index) }
            if best.count > count { best.removeLast(best.count - count) }
        }
        // A few times the wanted number at once, never a distance for every anchor.
        for index in level.range {
            let distance = anchors.boxes[index].center.distance(to: center)
            // Indices rise, so an equally near one goes behind.
            guard distance < limit else { continue }
            best.append((distance, index))
            guard best.count >= 4 * count else { continue }
            keepNearest()
            limit = best.last?.distance ?? limit
        }
        keepNearest()
        return best.map(\.index)
    }

    /// The `candidates` positions of `grid` nearest to `point`.
    ///
    /// A position more than `candidates` steps from the nearest one along some axis has that many nearer ones on its own line.
    private func nearestPositions(_ grid: Anchors.Grid, to point: SIMD3<Float>) -> [Int] {
        guard candidates > 0, grid.count > 0 else { return [] }
        let middle = SIMD3(grid.nearest(to: point.x, axis: 0), grid.nearest(to: point.y, axis: 1), grid.nearest(to: point.z, axis: 2))
        func around(_ axis: Int) -> ClosedRange<Int> {
            max(0, middle[axis] - candidates)...min(grid.size[axis] - 1, middle[axis] + candidates)
        }
        var found: [(distance: Float, index: Int)] = []
        found.reserveCapacity(candidates + 1)
        for i in around(0) {
            for j in around(1) {
                for k in around(2) {
                    let distance = (SIMD3(Float(i), Float(j), Float(k)) * grid.stride).distance(to: point)
                    if found.count == candidates, let last = found.last, distance >= last.distance { continue }
                    // Positions come by rising index, so an equally near one goes behind.
                    var slot = found.count
                    while slot > 0, found[slot - 1].distance > distance { slot -= 1 }
                    found.insert((distance, grid.offset(i, j, k)), at: slot)
                    if found.count > candidates { found.removeLast() }
                }
            }
        }
        return found.map(\.index)
    }
}
