import Support

/// How many anchors take part in the loss, and which of a ranked pool (spec 06, sampling).
public struct HardNegativeSampler: Sendable {
    public let batchSizePerImage: Int
    public let positiveFraction: Double
    /// The pool holds this many times the negatives that are drawn from it.
    public let poolSize: Double
    public let minNegatives: Int

    public init(batchSizePerImage: Int = 32, positiveFraction: Double = 0.33, poolSize: Double = 20, minNegatives: Int = 1) {
        self.batchSizePerImage = batchSizePerImage
        self.positiveFraction = positiveFraction
        self.poolSize = poolSize
        self.minNegatives = minNegatives
    }

    /// Numbers of positives and negatives to take for a batch, and how many of the hardest negatives to draw from.
    public func counts(positives: Int, negatives: Int, images: Int) -> (positives: Int, negatives: Int, pool: Int) {
        let wantedPositives = min(positives, Int(Double(batchSizePerImage * images) * positiveFraction))
        let perPositive = abs(1 - 1 / positiveFraction)
        let wantedNegatives = min(negatives, max(Int(Double(max(1, wantedPositives)) * perPositive), minNegatives))
        return (wantedPositives, wantedNegatives, min(negatives, Int(Double(wantedNegatives) * poolSize)))
    }

    /// `count` different indices below `total`, at random.
    public func choose(_ count: Int, of total: Int, using generator: inout SeededGenerator) -> [Int] {
        guard count < total else { return Array(0..<total) }
        var indices = Array(0..<total)
        for i in 0..<count { indices.swapAt(i, generator.integer(in: i..<total)) }
        return Array(indices.prefix(count))
    }
}
