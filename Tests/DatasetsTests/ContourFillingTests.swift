import Datasets
import Testing

@Suite struct ContourFillingTests {
    /// The pixels marked `#` (line) and `o` (inside) of a picture; the line in the order of the pixels around `o`.
    private func pixels(_ rows: [String], _ mark: Character) -> Set<SIMD2<Int>> {
        Set(rows.enumerated().flatMap { y, row in row.enumerated().filter { $0.element == mark }.map { SIMD2($0.offset, y) } })
    }

    @Test func aDiamondOfPixels() {
        let picture = [
            ".......",
            "...#...",
            "..#o#..",
            ".#ooo#.",
            "..#o#..",
            "...#...",
        ]
        let line = [SIMD2(3, 1), SIMD2(4, 2), SIMD2(5, 3), SIMD2(4, 4), SIMD2(3, 5), SIMD2(2, 4), SIMD2(1, 3), SIMD2(2, 2)]
        let filled = ContourFilling.pixels(line)
        #expect(filled.line == pixels(picture, "#") && filled.inside == pixels(picture, "o"))
        // Drawn the other way round, with the first pixel a second time at the end.
        let again = ContourFilling.pixels(line.reversed() + [line[7]])
        #expect(again.line == filled.line && again.inside == filled.inside)
    }

    @Test func cornersAlone() {
        let filled = ContourFilling.pixels([SIMD2(2, 2), SIMD2(8, 2), SIMD2(8, 6), SIMD2(2, 6)])
        #expect(filled.inside == Set((3...7).flatMap { x in (3...5).map { SIMD2(x, $0) } }))
        #expect(filled.line.count == 20)
    }

    @Test func linesWithoutAnInside() {
        #expect(ContourFilling.pixels([]).inside.isEmpty)
        #expect(ContourFilling.pixels([SIMD2(4, 4)]).inside.isEmpty && ContourFilling.pixels([SIMD2(4, 4)]).line == [SIMD2(4, 4)])
        #expect(ContourFilling.pixels([SIMD2(0, 0), SIMD2(3, 1), SIMD2(6, 0)]).inside.isEmpty)
    }
}
