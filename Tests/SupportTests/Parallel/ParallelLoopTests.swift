import Foundation
import Support
import Testing

@Suite struct ParallelLoopTests {
    private struct Failure: Error, Equatable { let index: Int }

    private final class Counter: @unchecked Sendable {
        private let lock = NSLock()
        private var counts: [Int: Int] = [:]
        func add(_ index: Int) { lock.withLock { counts[index, default: 0] += 1 } }
        var all: [Int: Int] { lock.withLock { counts } }
    }

    @Test(arguments: [0, 1, 3, 16])
    func everyIndexOnce(threads: Int) throws {
        for count in [0, 1, 2, 1000] {
            let counter = Counter()
            try parallelFor(count, threads: threads) { counter.add($0) }
            #expect(counter.all == Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, 1) }))
            #expect(try parallelMap(count, threads: threads) { $0 * $0 } == (0..<count).map { $0 * $0 })
        }
    }

    @Test(arguments: [1, 4])
    func theErrorOfTheLowestIndexIsThrown(threads: Int) {
        for _ in 0..<20 {
            let counter = Counter()
            let failure = #expect(throws: Failure.self) {
                try parallelFor(10_000, threads: threads) { index in
                    counter.add(index)
                    if index >= 3 { throw Failure(index: index) }
                }
            }
            #expect(failure == Failure(index: 3))
            // Nothing is started after an error but what the other threads had begun.
            #expect(counter.all.count <= 3 + threads + threads)
            #expect(throws: Failure.self) { try parallelMap(100, threads: threads) { if $0 == 50 { throw Failure(index: 50) } } }
        }
    }

    @Test func theGateOpensAgainAfterAnError() throws {
        let gate = MemoryGate(budget: 100)
        // More than the budget still gets in, alone; and an error leaves nothing behind.
        #expect(gate.run(needing: 1000) { 7 } == 7)
        #expect(throws: Failure.self) { try gate.run(needing: 1000) { throw Failure(index: 0) } }
        #expect(gate.run(needing: 100) { 8 } == 8)
    }
}
