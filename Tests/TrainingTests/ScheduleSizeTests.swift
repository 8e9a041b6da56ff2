import Support
import Testing
import Training

@Suite struct ScheduleSizeTests {
    private let standard = ScheduleSize(
        epochs: 50, averagingEpochs: 10, trainingBatches: 2500, validationBatches: 100, warmUpIterations: 4000)
    private let speed = TrainingSpeed(step: 0.5, validationBatch: 0.2, epochEnd: 1)

    @Test func secondsAreThoseOfAllParts() {
        #expect(standard.seconds(at: speed) == 60 * (2500 * 0.5 + 100 * 0.2 + 1))
        #expect(standard.iterations == 150_000)
    }

    @Test func aScheduleThatFitsStaysAsItIs() throws {
        #expect(try standard.fitted(to: 1e6, at: speed) == standard)
    }

    /// Whatever the budget: the schedule stays within it and uses most of it, its parts in proportion.
    @Test func fittedSchedulesUseTheirBudget() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let asked = ScheduleSize(
                epochs: generator.integer(in: 1..<80), averagingEpochs: generator.integer(in: 0..<20),
                trainingBatches: generator.integer(in: 1..<3000), validationBatches: generator.integer(in: 1..<200),
                warmUpIterations: generator.integer(in: 0..<5000))
            let speed = TrainingSpeed(
                step: 0.01 + generator.uniform() * 10, validationBatch: generator.uniform() * 5, epochEnd: generator.uniform())
            let budget = asked.seconds(at: speed) * (0.001 + generator.uniform() * 0.99)
            guard let fitted = try? asked.fitted(to: budget, at: speed) else {
                // Only where a single short epoch is too much, give or take the share that is not planned for.
                let least = ScheduleSize(epochs: 1, averagingEpochs: 0, trainingBatches: 1, validationBatches: 1, warmUpIterations: 0)
                #expect(least.seconds(at: speed) > 0.94 * budget)
                continue
            }
            #expect(fitted.seconds(at: speed) <= budget)
            #expect(fitted.trainingBatches <= asked.trainingBatches && fitted.validationBatches <= asked.validationBatches)
            #expect(fitted.epochs >= 1 && fitted.epochs <= asked.epochs && fitted.averagingEpochs <= asked.averagingEpochs)
            #expect(fitted.averagingEpochs > 0 || asked.averagingEpochs == 0 || fitted.epochs == 1)
            let decaying = Double(fitted.epochs * fitted.trainingBatches) / Double(asked.epochs * asked.trainingBatches)
            #expect(abs(Double(fitted.warmUpIterations) - Double(asked.warmUpIterations) * decaying) <= 0.5)
            // One more batch per epoch would be too much, unless the epoch is whole.
            var longer = fitted
            longer.trainingBatches += 1
            #expect(longer.seconds(at: speed) > 0.95 * budget || fitted.trainingBatches == asked.trainingBatches)
        }
    }

    @Test func epochsBecomeFewerOnlyWhereTheyWouldBeTooShort() throws {
        let day = try standard.fitted(to: 86_400 / 4, at: speed)
        #expect(day.allEpochs == 60 && day.trainingBatches < 700 && day.trainingBatches > 600)
        let minutes = try standard.fitted(to: 600, at: speed)
        #expect(minutes.allEpochs < 60 && minutes.trainingBatches >= 99 && minutes.averagingEpochs >= 1)
        #expect(minutes.epochs > 4 * minutes.averagingEpochs)
    }

    @Test func abudgetForNothingIsAProblem() {
        let problem = #expect(throws: Problem.self) { try standard.fitted(to: 0.5, at: speed) }
        #expect(problem?.problem.contains("is too short") == true)
    }
}
