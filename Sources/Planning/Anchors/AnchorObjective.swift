import Boxes

/// How well anchors fit the objects: mean over the boxes of the largest IoU with an anchor, everything centred (spec 03 §5.6).
///
/// For two centred boxes the overlap is the product of the smaller sides, so only sizes matter. Equal sizes are counted once with a weight.
/// The largest overlap / (volume + volume) belongs to the largest IoU, which saves computing the IoU for every anchor.
package struct AnchorObjective: Sendable {
    /// Three sizes for each of three axes; on the third axis of 2D data all are 1.
    package typealias Sizes = [[Int]]

    /// Sides of four boxes at a time, per axis.
    private let sides: [(SIMD4<Float>, SIMD4<Float>, SIMD4<Float>)]
    private let volumes: [SIMD4<Float>]
    private let weights: [SIMD4<Float>]
    private let totalWeight: Double
    /// Factors of the candidate sets: 1 (the base anchors), and those of the levels.
    private let factors: [SIMD3<Float>]

    /// - Parameters:
    ///   - boxes: objects at the target spacing, transposed.
    ///   - levels: factors of the decoder levels, per level and axis.
    package init(boxes: [Box], levels: [[Double]]) {
        var counts: [SIMD3<Float>: Float] = [:]
        for box in boxes { counts[box.size, default: 0] += 1 }
        let distinct = counts.sorted { ($0.key.x, $0.key.y, $0.key.z) < ($1.key.x, $1.key.y, $1.key.z) }
        var sides: [(SIMD4<Float>, SIMD4<Float>, SIMD4<Float>)] = []
        var weights: [SIMD4<Float>] = []
        for start in stride(from: 0, to: distinct.count, by: 4) {
            var block = (SIMD4<Float>(repeating: 1), SIMD4<Float>(repeating: 1), SIMD4<Float>(repeating: 1))
            var weight = SIMD4<Float>()
            for (lane, entry) in distinct[start..<min(start + 4, distinct.count)].enumerated() {
                block.0[lane] = entry.key.x
                block.1[lane] = entry.key.y
                block.2[lane] = entry.key.z
                weight[lane] = entry.value
            }
            sides.append(block)
            weights.append(weight)
        }
        self.sides = sides
        self.weights = weights
        volumes = sides.map { $0.0 * $0.1 * $0.2 }
        totalWeight = Double(boxes.count)
        var factors = [SIMD3<Float>(1, 1, 1)]
        for level in levels {
            let factor = SIMD3<Float>(Float(level[0]), Float(level[1]), level.count > 2 ? Float(level[2]) : 1)
            if !factors.contains(factor) { factors.append(factor) }
        }
        self.factors = factors
    }

    /// Mean over the boxes of the largest IoU with one of the anchors of `sizes` at any level.
    package func meanBestIoU(_ sizes: Sizes) -> Double {
        guard totalWeight > 0 else { return 0 }
        let anchors = factors.map { LevelAnchors(sizes, factor: $0) }
        var sum = 0.0
        sides.withUnsafeBufferPointer { sides in
            volumes.withUnsafeBufferPointer { volumes in
                weights.withUnsafeBufferPointer { weights in
                    for index in sides.indices {
                        var best = SIMD4<Float>()
                        for anchor in anchors { anchor.raise(&best, sides[index], volume: volumes[index]) }
                        // overlap / (a + b) = r belongs to IoU = r / (1 − r).
                        let iou = best / (1 - best)
                        sum += Double((iou * weights[index]).sum())
                    }
                }
            }
        }
        return sum / totalWeight
    }
}

/// The 27 anchors of one level.
private struct LevelAnchors {
    private let first: SIMD3<Float>
    private let second: SIMD3<Float>
    private let third: SIMD3<Float>

    init(_ sizes: AnchorObjective.Sizes, factor: SIMD3<Float>) {
        func axis(_ index: Int) -> SIMD3<Float> {
            SIMD3(Float(sizes[index][0]), Float(sizes[index][1]), Float(sizes[index][2])) * factor[index]
        }
        (first, second, third) = (axis(0), axis(1), axis(2))
    }

    /// Raises `best` to the largest overlap / (volume of box + volume of anchor) of any anchor here.
    @inline(__always)
    func raise(_ best: inout SIMD4<Float>, _ side: (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>), volume: SIMD4<Float>) {
        let third = (smaller(side.2, self.third.x), smaller(side.2, self.third.y), smaller(side.2, self.third.z))
        for i in 0..<3 {
            let overlap0 = smaller(side.0, first[i])
            for j in 0..<3 {
                let overlap1 = overlap0 * smaller(side.1, second[j])
                let area = first[i] * second[j]
                best = larger(best, overlap1 * third.0 / (volume + area * self.third.x))
                best = larger(best, overlap1 * third.1 / (volume + area * self.third.y))
                best = larger(best, overlap1 * third.2 / (volume + area * self.third.z))
            }
        }
    }

    @inline(__always)
    private func smaller(_ a: SIMD4<Float>, _ b: Float) -> SIMD4<Float> {
        let other = SIMD4(repeating: b)
        return a.replacing(with: other, where: other .< a)
    }

    @inline(__always)
    private func larger(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> SIMD4<Float> { a.replacing(with: b, where: b .> a) }
}
