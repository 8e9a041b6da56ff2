import Augmentation
import Preprocessing
import Support
import TestSupport
import Testing

@Suite struct PatchSamplerTests {
    /// Candidates with boxes given by smallest and largest voxel.
    private func candidates(_ objects: [(SIMD3<Int>, SIMD3<Int>)], labels: [Int]? = nil) -> Candidates {
        Candidates(
            boxes: objects.map { [$0.x - 1, $0.y - 1, $1.x + 1, $1.y + 1, $0.z - 1, $1.z + 1] }, instances: Array(1..<objects.count + 1),
            labels: labels ?? objects.map { _ in 0 })
    }

    private func sampler(
        _ shape: SIMD3<Int>, _ objects: [(SIMD3<Int>, SIMD3<Int>)], _ strategy: SamplingStrategy = .offset, patch: SIMD3<Int>,
        generator: SIMD3<Int>? = nil, oversampling: Double = 1
    ) throws -> PatchSampler {
        try PatchSampler(
            shapes: [shape], candidates: [candidates(objects)], strategy: strategy, batchSize: 4, patchSize: patch,
            generatorSize: generator, oversampling: oversampling)
    }

    /// First voxels of the final patches of `count` choices.
    private func origins(_ sampler: PatchSampler, item: Int = 3, count: Int = 400) -> [SIMD3<Int>] {
        let margin = (sampler.generatorSize &- sampler.patchSize) / 2
        return (0..<count).map {
            var generator = SeededGenerator(seed: 7).split(UInt64($0))
            return sampler.choose(item: item, using: &generator).origin &+ margin
        }
    }

    @Test func aWholeObjectLiesInThePatchAndThePatchInTheImage() throws {
        let (lower, upper) = (SIMD3(3, 20, 11), SIMD3(5, 27, 11))
        let patch = SIMD3(12, 16, 8)
        for generator in [patch, SIMD3(17, 25, 8)] {
            let origins = origins(try sampler(SIMD3(20, 40, 12), [(lower, upper)], patch: patch, generator: generator))
            for origin in origins {
                for axis in 0..<3 {
                    #expect(origin[axis] <= lower[axis] && upper[axis] < origin[axis] + patch[axis])
                    #expect(origin[axis] >= 0 && origin[axis] + patch[axis] <= [20, 40, 12][axis])
                }
            }
            // Axis 1: box 19…28 of 9 voxels, so from 28 − 16 = 12 to 19, each of them (the largest one too).
            #expect(Set(origins.map(\.y)) == Set(12...19))
            // Axis 0: from 0 (the image's border) to 2.
            #expect(Set(origins.map(\.x)) == Set(0...2))
            // Axis 2: from 12 − 8 = 4 (image) down to 4 (box 10…12).
            #expect(Set(origins.map(\.z)) == Set([4]))
        }
    }

    @Test func smallImagesStandInTheMiddle() throws {
        for strategy in [SamplingStrategy.offset, .balanced] {
            let origins = origins(try sampler(SIMD3(5, 8, 30), [(SIMD3(1, 1, 10), SIMD3(2, 3, 12))], strategy, patch: SIMD3(8, 8, 8)))
            #expect(Set(origins.map(\.x)) == Set([-1]))
            #expect(Set(origins.map(\.y)) == Set([0]))
        }
        // The image is larger than the patch, though not than what is cut: the object is still in it.
        let cut = origins(
            try sampler(SIMD3(12, 12, 12), [(SIMD3(10, 0, 5), SIMD3(11, 1, 6))], patch: SIMD3(8, 8, 8), generator: SIMD3(14, 14, 14)))
        #expect(cut.allSatisfy { $0.x <= 10 && $0.x + 8 > 11 && $0.y <= 0 && $0.y + 8 > 1 })
        let anywhere = origins(try sampler(SIMD3(5, 8, 30), [], patch: SIMD3(8, 8, 8)))
        #expect(Set(anywhere.map(\.x)) == Set([-1]))
        #expect(Set(anywhere.map(\.z)) == Set(0...22))
    }

    @Test func anObjectLargerThanThePatchIsCutSomewhereInside() throws {
        for strategy in [SamplingStrategy.offset, .fast] {
            let origins = origins(try sampler(SIMD3(40, 40, 40), [(SIMD3(5, 5, 5), SIMD3(34, 34, 34))], strategy, patch: SIMD3(8, 8, 8)))
            // The middle of the patch is a voxel of the object, and each of them is.
            #expect(Set(origins.map { $0.x + 4 }).isSubset(of: Set(5...34)))
            #expect(Set(origins.map { $0.x + 4 }).count == 30)
        }
    }

    @Test func theFastStrategyCentresOnAVoxelOfTheObject() throws {
        let origins = origins(try sampler(SIMD3(30, 30, 30), [(SIMD3(2, 10, 28), SIMD3(4, 10, 29))], .fast, patch: SIMD3(9, 8, 8)))
        #expect(Set(origins.map { $0.x + 4 }) == Set(2...4))
        #expect(Set(origins.map { $0.y + 4 }) == Set([10]))
        #expect(Set(origins.map { $0.z + 4 }) == Set([28, 29]))
    }

    @Test func placesAnywhereLeaveHalfOfTheMarginOutside() throws {
        let sampler = try sampler(SIMD3(20, 20, 20), [], patch: SIMD3(8, 8, 8), generator: SIMD3(11, 8, 8))
        let origins = origins(sampler, item: 0)
        // The final patch may begin at every place where it fits, with an odd margin one voxel less before it.
        #expect(Set(origins.map(\.y)) == Set(0...12))
        #expect(Set(origins.map(\.x)) == Set(0...12))
    }

    @Test(arguments: [(4, 0.5, 2), (2, 0.5, 1), (5, 0.5, 2), (3, 0.5, 2), (4, 1.0, 0), (4, 0.0, 4), (1, 0.5, 0)])
    func theFirstOfABatchLieAnywhere(batch: Int, oversampling: Double, background: Int) throws {
        let sampler = try PatchSampler(
            shapes: [SIMD3(20, 20, 20)], candidates: [candidates([(SIMD3(2, 2, 2), SIMD3(4, 4, 4))])], batchSize: batch,
            patchSize: SIMD3(8, 8, 8), oversampling: oversampling)
        #expect(sampler.backgroundCount == background)
        for item in 0..<batch {
            var generator = SeededGenerator(seed: 1)
            #expect((sampler.choose(item: item, using: &generator).candidate == nil) == (item < background))
        }
    }

    @Test func allObjectsAreEquallyLikelyAndBalancedAllClasses() throws {
        // Class 0: nine objects in two cases; class 3: one object.
        let many = candidates((0..<8).map { (SIMD3($0, 2, 2), SIMD3($0, 2, 2)) })
        let few = candidates([(SIMD3(1, 1, 1), SIMD3(1, 1, 1)), (SIMD3(2, 2, 2), SIMD3(2, 2, 2))], labels: [3, 0])
        func share(_ strategy: SamplingStrategy) throws -> Double {
            let sampler = try PatchSampler(
                shapes: [SIMD3(20, 20, 20), SIMD3(20, 20, 20), SIMD3(20, 20, 20)], candidates: [many, Candidates(), few],
                strategy: strategy,
                batchSize: 1, patchSize: SIMD3(8, 8, 8), oversampling: 1)
            let rare = (0..<4000).count { (index: Int) in
                var generator = SeededGenerator(seed: 3).split(UInt64(index))
                let choice = sampler.choose(item: 0, using: &generator)
                #expect(choice.caseIndex != 1)
                return choice.caseIndex == 2 && choice.candidate == 0
            }
            return Double(rare) / 4000
        }
        #expect(abs(try share(.offset) - 0.1) < 0.02)
        #expect(abs(try share(.balanced) - 0.5) < 0.03)
    }

    @Test func withoutAnyObjectAllLieAnywhere() throws {
        let sampler = try PatchSampler(
            shapes: [SIMD3(20, 20, 20)], candidates: [Candidates()], batchSize: 4, patchSize: SIMD3(8, 8, 8), oversampling: 1)
        #expect(sampler.backgroundCount == 4)
        var generator = SeededGenerator(seed: 1)
        #expect(sampler.choose(item: 3, using: &generator).candidate == nil)
    }

    @Test func impossibleRequestsAreProblems() {
        #expect(throws: Problem.self) { try PatchSampler(shapes: [], candidates: [], batchSize: 4, patchSize: SIMD3(8, 8, 8)) }
        #expect(throws: Problem.self) { try SamplingStrategy(name: "DataLoader3DBest") }
    }

    @Test func namesOfTheOriginal() throws {
        #expect(try SamplingStrategy(name: "DataLoader{}DOffset").name == SamplingStrategy.offset.name)
        #expect(try SamplingStrategy(name: "DataLoader3DFast").name == SamplingStrategy.fast.name)
        #expect(try SamplingStrategy(name: "DataLoader3DBalanced").name == SamplingStrategy.balanced.name)
    }
}
