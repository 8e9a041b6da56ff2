import Foundation
import Support
import TestSupport
import Testing

@Suite struct LargeArchiveTests {
    /// Noise and repetition of more than 4 MiB, which are compressed in different ways, come back as they were.
    @Test func noiseAndRepetitionRoundTrip() throws {
        try withTemporaryFolder { folder in
            var generator = SeededGenerator(seed: 1)
            let arrays = [
                "noise": NPYArray((0..<1_300_000).map { _ in Float(generator.normal()) }, shape: [13, 100_000]),
                "ramp": NPYArray((0..<1_300_000).map { Int32($0 % 1000) }, shape: [1_300_000]),
                "zeros": NPYArray([Int32](repeating: 0, count: 1_300_000), shape: [1_300_000]),
            ]
            let file = folder.appendingPathComponent("a.npz")
            try NPZ.write(arrays, to: file)
            #expect(try NPZ.read(file) == arrays)
            // Noise takes 4.8 MB; the ramp 1.8 MB where its repetition is looked for, 2.4 MB where it is not.
            #expect(try Data(contentsOf: file).count < 6_900_000)
        }
    }

    @Test func theGateLetsInWhatFitsAndAlwaysOne() throws {
        let gate = MemoryGate(budget: 100)
        let (lock, state) = (NSLock(), Load())
        try parallelFor(40, threads: 8) { index in
            // Every tenth piece is larger than the budget and runs alone.
            let bytes = index % 10 == 0 ? 500 : 40
            gate.run(needing: bytes) {
                lock.withLock { state.enter(bytes) }
                Thread.sleep(forTimeInterval: 0.001)
                lock.withLock { state.leave(bytes) }
            }
        }
        #expect(state.runs == 40)
        #expect(!state.wasExceeded)
        #expect(MemoryGate.availableMemory > 0)
    }

    private final class Load: @unchecked Sendable {
        private(set) var runs = 0
        private(set) var wasExceeded = false
        private var used = 0

        func enter(_ bytes: Int) {
            if used > 0 && used + bytes > 100 { wasExceeded = true }
            used += bytes
            runs += 1
        }

        func leave(_ bytes: Int) { used -= bytes }
    }
}
