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
        #expect(model.estimate(candidate([128, 128, 128])).total <= budget)
        #expect(model.estimate(candidate([160, 160, 160])).total > budget)
        #expect(model.estimate(candidate([192, 192, 192])).total > 2 * budget)
    }

    @Test func partsAddUpAndGrowWithWhatTheyDependOn() {
        let model = MemoryModel()
        let small = model.estimate(candidate([64, 64, 64]))
        #expect(small.total == small.parts.reduce(0) { $0 + $1.bytes })
        #expect(small.parts.allSatisfy { $0.bytes > 0 })
        let batch = model.estimate(candidate([64, 64, 64], batch: 8))
        #expect(batch.encoder == 2 * small.encoder && batch.weights == small.weights)
        let full = MemoryModel(precision: .full).estimate(candidate([64, 64, 64]))
        #expect(full.encoder == 2 * small.encoder && full.total > small.total)
        #expect(model.estimate(candidate([64, 64, 64], classes: 4)).head > small.head)
        #expect(model.estimate(candidate([64, 64, 64], start: 8)).total < small.total)
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
