import Foundation
import Support
import Testing

@Suite struct SeededGeneratorTests {
    @Test func theSeedDecides() {
        var one = SeededGenerator(seed: 42)
        var same = SeededGenerator(seed: 42)
        var other = SeededGenerator(seed: 43)
        let first = (0..<100).map { _ in one.next() }
        #expect(first == (0..<100).map { _ in same.next() })
        #expect(Set(first).isDisjoint(with: (0..<100).map { _ in other.next() }))
    }

    @Test func splittingDoesNotAdvanceAndKeysDiffer() {
        let parent = SeededGenerator(seed: 1)
        var (one, again, other, named) = (parent.split(1), parent.split(1), parent.split(2), parent.split("case_1"))
        let first = one.next()
        #expect(first == again.next())
        #expect(Set([first, other.next(), named.next()]).count == 3)
        var (a, b) = (parent.split("a"), parent.split("b"))
        #expect(a.next() != b.next())
        // Children of children are not children of the parent.
        var (grandchild, child) = (parent.split(1).split(2), parent.split(2))
        #expect(grandchild.next() != child.next())
    }

    @Test func goesOnWhereItWasSaved() throws {
        var generator = SeededGenerator(seed: 5)
        _ = generator.next()
        var restored = try JSONDecoder().decode(SeededGenerator.self, from: JSONEncoder().encode(generator))
        #expect(restored.next() == generator.next())
    }

    @Test func distributions() {
        var generator = SeededGenerator(seed: 7)
        let count = 100_000
        let uniform = (0..<count).map { _ in generator.uniform(-1, 3) }
        #expect(uniform.allSatisfy { $0 >= -1 && $0 < 3 })
        #expect(abs(uniform.reduce(0, +) / Double(count) - 1) < 0.02)
        let normal = (0..<count).map { _ in generator.normal() }
        #expect(abs(normal.reduce(0, +) / Double(count)) < 0.015)
        #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / Double(count) - 1) < 0.03)
        var hits = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { hits[generator.integer(in: -3..<4) + 3] += 1 }
        #expect(hits.allSatisfy { abs($0 - 10_000) < 500 })
        let heads = (0..<count).count { _ in generator.chance(0.2) }
        #expect(abs(heads - 20_000) < 700)
    }
}
