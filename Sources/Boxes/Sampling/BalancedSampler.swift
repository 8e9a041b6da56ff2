import Support

/// Takes so many anchors of an image at random: positives up to a share, the rest negatives (Ren et al. 2015).
public struct BalancedSampler: Sendable {
    public let batchSizePerImage: Int
    public let positiveFraction: Double

    public init(batchSizePerImage: Int = 32, positiveFraction: Double = 0.33) {
        self.batchSizePerImage = batchSizePerImage
        self.positiveFraction = positiveFraction
    }

    /// Indices into `matches`, ascending: at or above 0 are positive, −1 negative, others ignored.
    public func choose(_ matches: [Int32], using generator: inout SeededGenerator) -> (positives: [Int], negatives: [Int]) {
        let positives = matches.indices.filter { matches[$0] >= 0 }
        let wanted = min(positives.count, Int(Double(batchSizePerImage) * positiveFraction))
        let negativeCount = matches.count { $0 == -1 }
        // Few of many: ranks among the negatives are drawn, and found in one pass.
        var ranks: Set<Int> = []
        let wantedNegatives = min(negativeCount, batchSizePerImage - wanted)
        while ranks.count < wantedNegatives {
            if wantedNegatives == negativeCount {
                ranks = Set(0..<negativeCount)
            } else {
                ranks.insert(generator.integer(in: 0..<negativeCount))
            }
        }
        var negatives: [Int] = []
        negatives.reserveCapacity(wantedNegatives)
        var rank = 0
        for (index, match) in matches.enumerated() where match == -1 {
            if ranks.contains(rank) { negatives.append(index) }
            rank += 1
        }
        let chosen = HardNegativeSampler().choose(wanted, of: positives.count, using: &generator).map { positives[$0] }
        return (chosen.sorted(), negatives)
    }
}
