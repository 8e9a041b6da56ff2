import Boxes
import Support
import Testing

@Suite struct HardNegativeSamplerTests {
    @Test func specCounts() {
        let sampler = HardNegativeSampler()
        #expect(sampler.counts(positives: 500, negatives: 1_000_000, images: 4) == (42, 85, 1700))
        #expect(sampler.counts(positives: 1, negatives: 1_000_000, images: 4) == (1, 2, 40))
        // Without positives there are still negatives to learn from.
        #expect(sampler.counts(positives: 0, negatives: 1_000_000, images: 4) == (0, 2, 40))
        #expect(sampler.counts(positives: 9, negatives: 7, images: 4) == (9, 7, 7))
        #expect(sampler.counts(positives: 9, negatives: 0, images: 4) == (9, 0, 0))
    }

    @Test func choosesDifferentIndicesUniformly() {
        let sampler = HardNegativeSampler()
        var generator = SeededGenerator(seed: 19)
        var hits = [Int](repeating: 0, count: 12)
        for _ in 0..<6000 {
            let chosen = sampler.choose(4, of: 12, using: &generator)
            #expect(chosen.count == 4 && Set(chosen).count == 4)
            for index in chosen { hits[index] += 1 }
        }
        // 2000 expected each, standard deviation 37.
        #expect(hits.allSatisfy { abs($0 - 2000) < 220 })
        #expect(sampler.choose(5, of: 3, using: &generator) == [0, 1, 2])
        #expect(sampler.choose(0, of: 3, using: &generator) == [])
    }

    @Test func theSeedDecides() {
        var one = SeededGenerator(seed: 1)
        var same = SeededGenerator(seed: 1)
        let sampler = HardNegativeSampler()
        #expect(sampler.choose(10, of: 1000, using: &one) == sampler.choose(10, of: 1000, using: &same))
    }
}
