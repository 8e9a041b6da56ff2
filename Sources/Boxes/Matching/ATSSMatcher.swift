/// Adaptive training sample selection (Zhang et al. 2020; spec 06): per object and level the nearest anchors are candidates; those whose IoU
/// reaches mean + standard deviation of all candidates are positive. Unlike the original, a positive overlaps its object.
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
        match(anchors: anchors, groundTruth: groundTruth) { box in anchors.levels.flatMap { nearest($0, anchors, to: box.center) } }
    }

    /// The same with the candidates of each object chosen by `candidatesOf`.
    package func match(anchors: Anchors, groundTruth: [Box], candidatesOf: (Box) -> [Int]) -> [Int32] {
        var matches = [Int32](repeating: -1, count: anchors.boxes.count)
        var bestOverlap: [Int: Float] = [:]
        for (object, box) in groundTruth.enumerated() {
            let chosen = candidatesOf(box)
            let overlaps = chosen.map { box.intersectionOverUnion(anchors.boxes[$0]) }
            let threshold = Self.threshold(overlaps)
            for (anchor, overlap) in zip(chosen, overlaps) where overlap >= threshold && overlap > 0 {
                if centerInGroundTruth, !Self.contains(box, anchors.boxes[anchor].center) { continue }
                guard overlap > bestOverlap[anchor] ?? 0 else { continue }
                bestOverlap[anchor] = overlap
                matches[anchor] = Int32(object)
            }
        }
        return matches
    }

    /// Mean + unbiased standard deviation.
    private static func threshold(_ overlaps: [Float]) -> Float {
        guard overlaps.count > 1 else { return overlaps.first ?? .infinity }
        let mean = overlaps.reduce(0.0) { $0 + Double($1) } / Double(overlaps.count)
        let variance = overlaps.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(overlaps.count - 1)
        return Float(mean) + Float(variance.squareRoot())
    }

    private static func contains(_ box: Box, _ point: SIMD3<Float>) -> Bool {
        let low = point - box.lower
        let high = box.upper - point
        return min(low.min(), high.min()) > 0.01
    }

    /// The nearest anchors of `level` by centre distance; of equally near ones those with the lowest index.
    private func nearest(_ level: Anchors.Level, _ anchors: Anchors, to center: SIMD3<Float>) -> [Int] {
        let count = min(candidates * anchors.perPosition, level.count)
        guard level.isCentered, let origin = anchors.boxes[level.start..<level.start + level.count].first?.center else {
            return Self.smallest(count, (level.start..<level.start + level.count).map { (Self.distance(anchors.boxes[$0].center, center), $0) })
        }
        // The `candidates` nearest positions of a grid lie within as many steps of the nearest one on every axis.
        var lower = SIMD3<Int>.zero
        var upper = SIMD3<Int>.zero
        for axis in 0..<3 {
            let position = level.stride[axis] > 0 ? ((center[axis] - origin[axis]) / level.stride[axis]).rounded() : 0
            let index = Int(min(max(position, 0), Float(level.size[axis] - 1)))
            lower[axis] = max(0, index - candidates)
            upper[axis] = min(level.size[axis] - 1, index + candidates)
        }
        var positions: [(Float, Int)] = []
        for i in lower.x...upper.x {
            for j in lower.y...upper.y {
                for k in lower.z...upper.z {
                    let first = level.start + ((i * level.size.y + j) * level.size.z + k) * anchors.perPosition
                    positions.append((Self.distance(anchors.boxes[first].center, center), first))
                }
            }
        }
        return Self.smallest(min(candidates, positions.count), positions).flatMap { $0..<$0 + anchors.perPosition }
    }

    private static func distance(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float {
        let d = a - b
        return (d.x * d.x + d.y * d.y + d.z * d.z).squareRoot()
    }

    private static func smallest(_ count: Int, _ entries: [(distance: Float, index: Int)]) -> [Int] {
        entries.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }.prefix(count).map(\.index)
    }
}
