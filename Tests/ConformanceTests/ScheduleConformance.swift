import Support
import TestSupport
import Testing
import Training

/// Family `train`: the learning rate of every iteration.
@Test(arguments: SeedFolder.all)
func learningRates(_ seed: SeedFolder) throws {
    let arrays = try seed.npz("train/lr.npz")
    func compare(_ schedule: LearningRateSchedule, _ indices: [Int], _ name: String) throws {
        let expected = try #require(arrays[name]).doubles()
        let deviation = zip(indices, expected).reduce(0.0) { max($0, abs(schedule.decayRate(at: $1.0) - $1.1) / $1.1) }
        #expect(ConformanceReport.note(family: "train", file: "train/lr.npz:\(name)", deviation: deviation, tolerance: 1e-9))
    }
    func schedule(warmUp: Int, total: Int, warmUpRate: Double) -> LearningRateSchedule {
        LearningRateSchedule(
            initial: 0.01, warmUpRate: warmUpRate, warmUpIterations: warmUp, gamma: 0.9, iterationsPerEpoch: total, epochs: 1,
            averagingEpochs: 0)
    }
    let full = schedule(warmUp: 4000, total: 125_000, warmUpRate: 1e-6)
    try compare(full, try #require(arrays["full_idx"]).integers(), "full_lr")
    try compare(full, Array(0..<4100), "warm4000_total125000_first4100")
    let short = try #require(arrays["warm10_total60"]).count
    try compare(schedule(warmUp: 10, total: 60, warmUpRate: 1e-6), Array(0..<short), "warm10_total60")

    // The original's cycle rises; ours is the same cycle run backwards (design, numbers 24, 29 and 31).
    let cycle = try #require(arrays["cycle_n25_init1e-3_final1e-5"]).doubles()
    let ours = LearningRateSchedule(
        initial: 0.01, warmUpRate: 1e-6, warmUpIterations: 0, gamma: 0.9, iterationsPerEpoch: 25, epochs: 0, averagingEpochs: 4)
    #expect(abs(ours.rate(at: 0) - 1e-3) < 1e-15 && abs(ours.rate(at: 24) - 1e-5) < 1e-15)
    #expect((1..<25).allSatisfy { ours.rate(at: $0) < ours.rate(at: $0 - 1) })
    #expect(cycle[1] > cycle[0])
}
