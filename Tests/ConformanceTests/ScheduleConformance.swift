import Foundation
import Support
import TestSupport
import Testing
import Torch
import Training

/// Family `train`: the learning rate of every iteration.
@Test(arguments: SeedFolder.all)
func learningRates(_ seed: SeedFolder) throws {
    let arrays = try seed.npz("train/lr.npz")
    struct Semantics: Decodable { let warmup, cycle: String }
    let semantics = try seed.json(Semantics.self, "train/lr_semantics.json")
    let written = try #require(semantics.warmup.firstMatch(of: /base_lr=([0-9.e-]+)/)).1
    let base = try #require(Double(written))
    #expect(semantics.cycle.contains("rises"))
    func compare(_ schedule: LearningRateSchedule, _ indices: [Int], _ name: String) throws {
        let expected = try #require(arrays[name]).doubles()
        let deviation = zip(indices, expected).reduce(0.0) { max($0, abs(schedule.decayRate(at: $1.0) - $1.1) / $1.1) }
        #expect(ConformanceReport.note(family: "train", file: "train/lr.npz:\(name)", deviation: deviation, tolerance: 1e-9))
    }
    func schedule(warmUp: Int, total: Int, warmUpRate: Double) -> LearningRateSchedule {
        LearningRateSchedule(
            initial: base, warmUpRate: warmUpRate, warmUpIterations: warmUp, gamma: 0.9, iterationsPerEpoch: total, epochs: 1,
            averagingEpochs: 0)
    }
    let full = schedule(warmUp: 4000, total: 125_000, warmUpRate: 1e-6)
    try compare(full, try #require(arrays["full_idx"]).integers(), "full_lr")
    try compare(full, Array(0..<4100), "warm4000_total125000_first4100")
    let short = try #require(arrays["warm10_total60"]).count
    try compare(schedule(warmUp: 10, total: 60, warmUpRate: 1e-6), Array(0..<short), "warm10_total60")

    // Known difference (design, numbers 24, 29 and 31): the original's cycle rises and ends one of its 25 steps short of the upper rate;
    // ours falls in 24 steps, so that both rates occur.
    let name = "cycle_n25_init1e-3_final1e-5"
    let cycle = try #require(arrays[name]).doubles()
    #expect(cycle.count >= 50)
    let rising = cycle.enumerated().reduce(0.0) { max($0, abs($1.element - original(cycle: 25, at: $1.offset))) }
    #expect(ConformanceReport.note(family: "train", file: "train/lr.npz:\(name)", deviation: rising, tolerance: 1e-9))
    let ours = LearningRateSchedule(
        initial: 0.01, warmUpRate: 1e-6, warmUpIterations: 0, gamma: 0.9, iterationsPerEpoch: 25, epochs: 0, averagingEpochs: 4)
    for iteration in 0..<100 {
        #expect(abs(ours.rate(at: iteration) - (1e-3 - 9.9e-4 * Double(iteration % 25) / 24)) < 1e-15, "iteration \(iteration)")
    }
}

/// The original's rate while it averages: from a thousandth of 0.01 upwards, anew in each cycle of `count` iterations.
private func original(cycle count: Int, at iteration: Int) -> Double { 1e-5 + 9.9e-4 * Double(iteration % count) / Double(count) }

/// What the original's averaging does, with the differences of ours (design, numbers 24, 29 and 31): it begins an epoch early, takes the
/// weights at the start of each epoch, and its rate rises within a cycle.
@Test func averaging() throws {
    struct Semantics: Decodable {
        let epoch_start_w: [[Double]]
        let lr: [Double]
        let step_w: [[Double]]
        let NE, SWA, NB: Int
        let model_last: [Double]
    }
    guard let url = SeedFolder.beside("swa_semantics.json") else { return }
    let theirs = try JSONFile.read(Semantics.self, from: url)
    struct Weights: Module {
        let tensor: Tensor
        var parameters: [NamedParameter] { [NamedParameter("w", tensor, .weight)] }
    }
    func mean(_ snapshots: [[Double]]) throws -> [Double] {
        var average = WeightAverage()
        for snapshot in snapshots { try average.add(Weights(tensor: Tensor.from(snapshot, shape: [snapshot.count]))) }
        return try #require(average.weights["w"]).values()
    }
    func distance(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } }

    let first = theirs.NE - 1
    let early = try mean(Array(theirs.epoch_start_w[first...]))
    #expect(
        ConformanceReport.note(
            family: "train", file: "swa_semantics.json:model_last", deviation: distance(early, theirs.model_last), tolerance: 1e-6))
    // Ours would take in the weights after the last step of each averaging epoch, which theirs sees one epoch later or never.
    let ends = (theirs.NE..<theirs.NE + theirs.SWA).map { theirs.step_w[($0 + 1) * theirs.NB - 1] }
    #expect(try distance(mean(ends), theirs.model_last) > 1e-6)

    let schedule = LearningRateSchedule(
        initial: 0.01, warmUpRate: 1e-6, warmUpIterations: 2, gamma: 0.9, iterationsPerEpoch: theirs.NB, epochs: theirs.NE,
        averagingEpochs: theirs.SWA)
    let decay = (0..<first * theirs.NB).reduce(0.0) { max($0, abs(schedule.rate(at: $1) - theirs.lr[$1]) / theirs.lr[$1]) }
    #expect(ConformanceReport.note(family: "train", file: "swa_semantics.json:lr", deviation: decay, tolerance: 1e-9))
    let rising = (first * theirs.NB..<theirs.lr.count).reduce(0.0) {
        max($0, abs(theirs.lr[$1] - original(cycle: theirs.NB, at: $1)))
    }
    #expect(ConformanceReport.note(family: "train", file: "swa_semantics.json:cycle", deviation: rising, tolerance: 1e-9))
}
