import Core
import Planning
import Support
import Testing

@Suite struct MemoryModelTests {
    private func candidate(_ patch: [Int], batch: Int = 4, classes: Int = 1, start: Int = 32) -> PlanCandidate {
        let pooling = PoolingPlan(spacing: [1, 1, 1], patchSize: patch, minimumLength: 4)
        let first = min(max(1, pooling.resolutions - 4), 2)
        return PlanCandidate(
            patchSize: pooling.patchSize, batchSize: batch,
            architecture: Plan.Architecture(
                archName: "RetinaUNetV001", dim: 3, inChannels: 1, classifierClasses: classes, segClasses: classes, startChannels: start,
                maxChannels: 320, fpnChannels: 4 * start, headChannels: 128, convKernels: pooling.kernels, strides: pooling.strides,
                decoderLevels: Array(first..<pooling.resolutions)), objectsPerPatch: 3)
    }

    @Test func parametersOfTheNetworkOfTheSpecification() {
        let architecture = Plan.Architecture(
            archName: "RetinaUNetV001", dim: 3, inChannels: 1, classifierClasses: 2, segClasses: 2, startChannels: 32, maxChannels: 320,
            fpnChannels: 128, headChannels: 128, convKernels: [[1, 3, 3]] + Array(repeating: [3, 3, 3], count: 5),
            strides: [[1, 2, 2]] + Array(repeating: [2, 2, 2], count: 4), decoderLevels: [2, 3, 4, 5])
        let shape = NetworkShape(architecture)
        #expect(shape.parameters == 19_015_262)
        #expect(shape.encoder == [32, 64, 128, 256, 320, 320] && shape.decoder == [32, 64, 128, 128, 128, 128])
    }

    @Test func usualPatchesFitTheDefaultBudgetAndLargerOnesDoNot() {
        let model = MemoryModel()
        let budget = PlannerConfiguration.defaultMemoryBudget
        #expect(budget == 11_523_260_416 - 11 * 1_048_576)
        #expect(model.estimate(candidate([128, 128, 128])).total <= budget)
        #expect(model.estimate(candidate([160, 160, 160])).total > budget)
        #expect(model.estimate(candidate([192, 192, 192])).total > 2 * budget)
    }

    @Test(arguments: MemoryModel.Processor.allCases) func partsAddUpAndGrowWithWhatTheyDependOn(_ processor: MemoryModel.Processor) {
        let model = MemoryModel(processor: processor)
        let small = model.estimate(candidate([64, 64, 64]))
        #expect(small.total == small.parts.reduce(0) { $0 + $1.bytes })
        let batch = model.estimate(candidate([64, 64, 64], batch: 8))
        #expect(batch[.encoder] == 2 * small[.encoder] && batch.total > small.total)
        let full = MemoryModel(precision: .full, processor: processor).estimate(candidate([64, 64, 64]))
        #expect(full[.encoder] == 2 * small[.encoder] && full.total > small.total)
        #expect(model.estimate(candidate([64, 64, 64], classes: 20)).total > small.total)
        #expect(model.estimate(candidate([64, 64, 64], start: 8)).total < small.total)
        #expect(model.estimate(candidate([96, 64, 64])).total > small.total)
    }

    @Test func workIsThatOfTheConvolutions() {
        let model = MemoryModel()
        let one = model.work(candidate([64, 64, 64], batch: 1))
        let four = model.work(candidate([64, 64, 64], batch: 4))
        #expect(four.multiplications == 4 * one.multiplications && four.elements == 4 * one.elements)
        // The first two convolutions alone: 64³ voxels, 27 positions, 1 → 32 → 32 channels.
        #expect(one.multiplications > 64 * 64 * 64 * 27 * (32 + 32 * 32))
        #expect(one.operations == 6 * one.multiplications)
    }

    @Test func whatTheAllocatorKeepsCounts() {
        var ledger = AllocationLedger(keepsBelow: 100)
        ledger.take(90, 0)
        ledger.give(90, 0)
        ledger.take(500, 1)
        #expect(ledger.estimate.total == 590 && ledger.estimate[.reserve] == 90)
        ledger.give(500, 1)
        ledger.take(60, 0)
        #expect(ledger.estimate.total == 590)
        var returning = AllocationLedger(keepsBelow: 0)
        returning.take(90, 0)
        returning.give(90, 0)
        returning.take(500, 1)
        #expect(returning.estimate.total == 500)
    }

    @Test func theTapeGivesBackWhatTheBackwardPassHasUsed() {
        var tape = StepTape(keepsBelow: 0)
        let x = tape.make(100, .input)
        let y = tape.apply([x], bytes: 200, .encoder, saves: [x], backward: 7, parameters: 5)
        let z = tape.apply([y], bytes: 50, .encoder, saves: [y])
        tape.release(y)
        // x, y (saved) and z; then gradients of z (50) and y (200), of x (100) beside scratch.
        #expect(tape.ledger.estimate.total == 350)
        #expect(tape.backward(from: [z]) == 5)
        #expect(tape.ledger.estimate.total == 100 + 200 + 50 + 200 + 50)
        tape.drop(gradients: 5)
        tape.release(x)
        tape.release(z)
        tape.touch(601)
        #expect(tape.ledger.estimate.total == 601 && tape.ledger.estimate[.workspace] == 601)
    }

    @Test func amountsOfMemory() throws {
        #expect(try ByteSize.bytes("8GiB") == 8 << 30)
        #expect(try ByteSize.bytes(" 2.5 GB ") == 2_500_000_000)
        #expect(try ByteSize.bytes("512M") == 512 << 20)
        #expect(try ByteSize.bytes("11523260416") == 11_523_260_416)
        #expect(throws: Problem.self) { try ByteSize.bytes("much") }
        #expect(throws: Problem.self) { try ByteSize.bytes("-3GB") }
        #expect(ByteSize.text(11_523_260_416) == "10.7 GiB")
    }
}
