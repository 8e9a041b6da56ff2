import Support
import Testing

@Suite struct MersenneTwisterTests {
    @Test func firstNumbersOfTheReference() {
        var generator = MersenneTwister(seed: 5489)
        #expect((0..<3).map { _ in generator.next() } == [3_499_211_612, 581_869_302, 3_890_346_734])
        // The ten-thousandth, as the C++ standard fixes it.
        for _ in 3..<9999 { _ = generator.next() }
        #expect(generator.next() == 4_123_659_995)
    }

    @Test func permutationsOfNumPy() {
        var ten = MersenneTwister(seed: 12345)
        #expect(ten.permutation(10) == [0, 7, 3, 9, 6, 4, 1, 8, 5, 2])
        var thirteen = MersenneTwister(seed: 12345)
        #expect(thirteen.permutation(13) == [0, 9, 7, 3, 6, 10, 8, 12, 11, 4, 1, 5, 2])
        #expect((0..<3).map { _ in thirteen.next() } == [1_605_979_227, 2_807_061_239, 665_605_494])
        var zero = MersenneTwister(seed: 0)
        #expect(zero.permutation(1000).prefix(8) == [993, 859, 298, 553, 672, 971, 27, 231])
        #expect(zero.permutation(1) == [0] && zero.permutation(0) == [])
    }

    /// Spec 01: test sets of five folds are blocks of the permutation.
    @Test func foldsOfSpec01() {
        func folds(_ count: Int) -> [[Int]] {
            var generator = MersenneTwister(seed: 12345)
            var rest = generator.permutation(count)[...]
            return (0..<5).map { fold in
                let size = count / 5 + (fold < count % 5 ? 1 : 0)
                defer { rest = rest.dropFirst(size) }
                return rest.prefix(size).sorted()
            }
        }
        #expect(folds(10) == [[0, 7], [3, 9], [4, 6], [1, 8], [2, 5]])
        #expect(folds(13) == [[0, 7, 9], [3, 6, 10], [8, 11, 12], [1, 4], [2, 5]])
    }
}
