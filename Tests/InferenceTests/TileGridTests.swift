import Inference
import Support
import Testing

@Suite struct TileGridTests {
    /// Starts along axis 0 of a case whose other axes take one tile.
    private func starts(_ length: Int, patch: Int, overlap: Double = 0.5, reference: Bool = false) -> [Int] {
        TileGrid(
            shape: SIMD3(length, 8, 8), patchSize: SIMD3(patch, 8, 8), overlap: overlap, referenceBehaviour: reference
        ).origins.map(\.x)
    }

    @Test(arguments: [(64, [0]), (96, [0, 32]), (144, [0, 27, 53, 80]), (65, [0, 1]), (50, [-7]), (49, [-8]), (128, [0, 32, 64])])
    func fewestTilesEvenlySpread(length: Int, expected: [Int]) {
        #expect(starts(length, patch: 64) == expected)
    }

    @Test func originalGridShiftsTilesInsideAndRepeatsThem() {
        #expect(starts(96, patch: 64, reference: true) == [0, 0, 32])
        #expect(starts(144, patch: 64, reference: true) == [0, 8, 40, 72, 80])
        #expect(starts(130, patch: 64, reference: true) == [0, 1, 33, 65, 66])
        #expect(starts(50, patch: 64, reference: true) == [-7])
    }

    @Test func originalGridPadsOnAllAxesOnceItMustOnOne() {
        let shape = SIMD3(100, 50, 64)
        let reference = TileGrid(shape: shape, patchSize: SIMD3(repeating: 64), referenceBehaviour: true)
        #expect(reference.origins.map(\.x) == [-30, 2, 34, 66])
        let ours = TileGrid(shape: shape, patchSize: SIMD3(repeating: 64))
        #expect(ours.origins == [SIMD3(0, -7, 0), SIMD3(18, -7, 0), SIMD3(36, -7, 0)])
    }

    @Test(arguments: [SIMD3(144, 50, 64), SIMD3(65, 64, 1), SIMD3(9, 300, 128)]) func tilesAreCounted(shape: SIMD3<Int>) {
        let patch = SIMD3(repeating: 64)
        #expect(TileGrid.count(shape: shape, patchSize: patch) == TileGrid(shape: shape, patchSize: patch).origins.count)
        #expect(TileGrid.count(shape: SIMD3(repeating: 65_536), patchSize: .one) == 1 << 48)
    }

    @Test func axis0IsOutermost() {
        let grid = TileGrid(shape: SIMD3(12, 8, 12), patchSize: SIMD3(8, 8, 8))
        #expect(grid.origins == [SIMD3(0, 0, 0), SIMD3(0, 0, 4), SIMD3(4, 0, 0), SIMD3(4, 0, 4)])
    }

    @Test func planeHasOneTileAcross() {
        let grid = TileGrid(shape: SIMD3(12, 8, 1), patchSize: SIMD3(8, 8, 1))
        #expect(grid.origins == [SIMD3(0, 0, 0), SIMD3(4, 0, 0)])
    }

    @Test(arguments: 0..<200)
    func tilesCoverKeepTheOverlapAndAreNeverRepeated(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let patch = random.integer(in: 1..<80)
        let length = random.integer(in: 1..<400)
        let overlap = random.uniform(0, 0.95)
        let found = starts(length, patch: patch, overlap: overlap)
        guard length > patch else {
            #expect(found.count == 1 && found[0] <= 0 && found[0] + patch >= length)
            return
        }
        let step = max(1, patch - Int(Double(patch) * overlap))
        #expect(found.first == 0 && found.last == length - patch)
        for (before, after) in zip(found, found.dropFirst()) { #expect(after > before && after - before <= step) }
        // One tile fewer could not keep the overlap, and gaps differ by no more than rounding.
        #expect((found.count - 2) * step < length - patch)
        let gaps = zip(found, found.dropFirst()).map { $1 - $0 }
        #expect((gaps.max() ?? 0) - (gaps.min() ?? 0) <= 1)
    }

    @Test(arguments: 0..<50)
    func originalTilesCoverToo(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let patch = random.integer(in: 2..<80)
        let length = random.integer(in: 1..<400)
        let found = starts(length, patch: patch, reference: true)
        var covered = Set<Int>()
        for start in found { covered.formUnion(start..<start + patch) }
        #expect(covered.isSuperset(of: 0..<length))
    }
}
