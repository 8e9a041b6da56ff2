import Testing
import Training

@Suite struct LearningRateScheduleTests {
    private let schedule = LearningRateSchedule(
        initial: 0.01, warmUpRate: 1e-6, warmUpIterations: 4000, gamma: 0.9, iterationsPerEpoch: 2500, epochs: 50, averagingEpochs: 10)

    @Test(arguments: [(0, 3.49975e-6), (3999, 0.01), (4000, 0.0099999256), (50_000, 0.00650194), (100_000, 0.00241893)])
    func vectorsOfTheSpec(_ iteration: Int, _ rate: Double) {
        #expect(abs(schedule.rate(at: iteration) - rate) / rate < 1e-6)
    }

    @Test func averagingCyclesFallFromATenthToAThousandth() {
        for epoch in 50..<60 {
            #expect(abs(schedule.rate(at: epoch * 2500) - 1e-3) < 1e-12)
            #expect(abs(schedule.rate(at: epoch * 2500 + 2499) - 1e-5) < 1e-12)
        }
    }
}
