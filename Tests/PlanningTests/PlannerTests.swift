import Core
import Foundation
import Planning
import Support
import TestSupport
import Testing

@Suite struct PlannerTests {
    private func configuration(budget: Int? = nil, dim: Int = 3) -> PlannerConfiguration {
        var configuration = PlannerConfiguration(dim: dim)
        configuration.anchorEvaluations = 300
        if let budget { configuration.memoryBudget = budget }
        return configuration
    }

    @Test func isotropicDataGetsTheOriginalsUsualPlan() throws {
        let fingerprint = sampleFingerprint(size: [128, 128, 128], boxes: growingBoxes(20), modalities: ["CT"], reduction: 0.5)
        let plans = try Planner(configuration: configuration()).plan(fingerprint: fingerprint)
        #expect(plans.count == 1)
        let plan = plans[0]
        #expect(plan.patchSize == [128, 128, 128] && plan.batchSize == 4 && plan.dataIdentifier == "D3V001_3d")
        #expect(plan.architecture.strides == Array(repeating: [2, 2, 2], count: 5))
        #expect(plan.architecture.decoderLevels == [2, 3, 4, 5] && plan.architecture.startChannels == 32)
        #expect(plan.anchors.width.count == 4 && plan.anchors.width[1] == plan.anchors.width[0].map { 2 * $0 })
        #expect(plan.normalizationSchemes == ["CT"] && plan.useMaskForNorm == [false])
        #expect(!plan.doDummy2DDataAug && !plan.triggerLowResolution)
    }

    @Test func aSmallerBudgetGivesASmallerPatch() throws {
        let fingerprint = sampleFingerprint(size: [128, 128, 128], boxes: growingBoxes(20, largest: 10))
        var tried = 0
        let plan = try Planner(configuration: configuration(budget: 3 << 30)).plan(fingerprint: fingerprint) { event in
            if case .tried(_, let fits) = event, !fits { tried += 1 }
        }[0]
        #expect(plan.patchSize.reduce(1, *) < 128 * 128 * 128 && tried > 0)
        let candidate = PlanCandidate(
            patchSize: plan.patchSize, batchSize: plan.batchSize, architecture: plan.architecture, objectsPerPatch: 100)
        #expect(MemoryModel().estimate(candidate).total <= 3 << 30)
    }

    @Test func largerTargetsGiveLargerPatchesThenLargerBatches() throws {
        let large = sampleFingerprint(size: [256, 256, 256], boxes: growingBoxes(20, largest: 10))
        func plan(_ gigabytes: Double, _ fingerprint: Fingerprint) throws -> Plan {
            try Planner(configuration: configuration(budget: PlannerConfiguration.memoryBudget(gigabytes: gigabytes)))
                .plan(fingerprint: fingerprint)[0]
        }
        func voxels(_ plan: Plan) -> Int { plan.patchSize.reduce(1, *) }
        let plans = try [11.0, 24, 80].map { try plan($0, large) }
        #expect(voxels(plans[0]) < voxels(plans[1]) && voxels(plans[1]) < voxels(plans[2]))
        #expect(plans[0].batchSize == 4)
        // Images that fit whole: what is left goes to the batch.
        let small = sampleFingerprint(size: [96, 96, 96], boxes: growingBoxes(20, largest: 10))
        let batches = try [11.0, 24, 80].map { try plan($0, small) }
        #expect(batches.allSatisfy { $0.patchSize == [96, 96, 96] })
        #expect(batches.map(\.batchSize) == [4, 8, 16])
    }

    @Test func smallerTargetsGiveNarrowerNetworks() throws {
        let fingerprint = sampleFingerprint(size: [160, 160, 160], boxes: growingBoxes(20, largest: 10))
        let usual = try Planner(configuration: configuration()).plan(fingerprint: fingerprint)[0]
        var widths: [Int] = []
        for gigabytes in [8.0, 4, 2, 1.5] {
            let budget = PlannerConfiguration.memoryBudget(gigabytes: gigabytes)
            let plan = try Planner(configuration: configuration(budget: budget)).plan(fingerprint: fingerprint)[0]
            let expectation = try #require(plan.expectation)
            #expect(expectation.memory <= budget && expectation.memoryBudget == budget)
            #expect(expectation.memory == expectation.memoryByPart.values.reduce(0, +))
            #expect(plan.faults.isEmpty, "\(plan.faults)")
            #expect(plan.architecture.fpnChannels == 4 * plan.architecture.startChannels)
            if plan.batchSize == 4 { #expect(2 * plan.patchSize.reduce(1, *) >= usual.patchSize.reduce(1, *)) }
            widths.append(plan.architecture.startChannels)
        }
        #expect(widths == widths.sorted(by: >) && widths[0] > widths[3])
    }

    @Test func aBoundOnTheTimeOfAStepIsKept() throws {
        let fingerprint = sampleFingerprint(size: [128, 128, 128], boxes: growingBoxes(20, largest: 10))
        func plan(bound: Double?) throws -> Plan {
            var settings = configuration()
            settings.maxStepSeconds = bound
            // A machine of 100 gigaflop per second.
            let planner = Planner(configuration: settings, timer: { Double(MemoryModel().work($0).operations) / 1e11 })
            return try planner.plan(fingerprint: fingerprint)[0]
        }
        let (fast, free) = (try plan(bound: 20), try plan(bound: 1e6))
        let seconds = try #require(fast.expectation?.stepSeconds)
        #expect(seconds <= 20 && fast.expectation?.maxStepSeconds == 20)
        #expect(free.patchSize == [128, 128, 128] && free.architecture.startChannels == 32)
        #expect(fast.architecture.startChannels < 32)
        #expect(throws: Problem.self) { try plan(bound: 1e-6) }
    }

    @Test func anImpossibleBudgetIsAProblem() {
        #expect(throws: Problem.self) {
            try Planner(configuration: configuration(budget: 1 << 20)).plan(fingerprint: sampleFingerprint())
        }
    }

    @Test func dataWithoutObjectsIsAProblem() {
        for fingerprint in [sampleFingerprint(boxes: []), sampleFingerprint(cases: 0)] {
            #expect(throws: Problem.self) { try Planner(configuration: configuration()).plan(fingerprint: fingerprint) }
        }
    }

    @Test func objectsBeyondThePatchTriggerTheLowResolutionPlan() throws {
        let planner = Planner(configuration: configuration()) { $0.voxels <= 32 * 32 * 32 }
        let large = sampleFingerprint(size: [96, 96, 96], boxes: growingBoxes(30, largest: 60))
        let plans = try planner.plan(fingerprint: large)
        #expect(plans.map(\.mode) == ["3d", "3dlr1"] && plans[0].triggerLowResolution)
        #expect(plans[1].targetSpacing == [2, 2, 2] && plans[1].dataIdentifier == "D3V001_3dlr1")
        #expect(try planner.plan(fingerprint: sampleFingerprint(size: [96, 96, 96], boxes: growingBoxes(30, largest: 20))).count == 1)
    }

    @Test func lowResolutionLooksAtTheTargetSpacing() throws {
        // Half of the cases are four times finer: their objects look large in voxels, not in millimetres.
        var fingerprint = sampleFingerprint(cases: 5, size: [64, 64, 64], boxes: growingBoxes(10, largest: 14))
        let fine = sampleFingerprint(cases: 5, size: [256, 256, 256], spacing: [0.25, 0.25, 0.25], boxes: growingBoxes(10, largest: 56))
        for (id, item) in fine.cases where id != "case_0" && id != "case_1" && id != "case_2" {
            fingerprint.cases[id] = item
        }
        fingerprint.allSizes = fingerprint.caseIDs.compactMap { fingerprint.cases[$0]?.sizeAfterCropping }
        fingerprint.allSpacings = fingerprint.caseIDs.compactMap { fingerprint.cases[$0]?.originalSpacing }
        var settings = configuration()
        let ours = try Planner(configuration: settings) { $0.voxels <= 32 * 32 * 32 }.plan(fingerprint: fingerprint)
        settings.referenceBehaviour = true
        let theirs = try Planner(configuration: settings) { $0.voxels <= 32 * 32 * 32 }.plan(fingerprint: fingerprint)
        #expect(ours.count == 1 && theirs.count == 2)
    }

    @Test func thinDataStillFindsAPatch() throws {
        let boxes = growingBoxes(9, largest: 12).map { [0, $0[1], 2, $0[3], $0[4], $0[5]] }
        let fingerprint = sampleFingerprint(size: [3, 200, 200], boxes: boxes)
        let plan = try Planner(configuration: configuration()) { $0.voxels <= 3 * 64 * 64 }.plan(fingerprint: fingerprint)[0]
        #expect(plan.patchSize[0] == 3 && plan.patchSize[1] <= 64 && plan.doDummy2DDataAug)
    }

    @Test func planesGetTwoDimensionalPlans() throws {
        let boxes = growingBoxes(12).map { Array($0.prefix(4)) }
        let fingerprint = sampleFingerprint(size: [256, 256], spacing: [1, 1], boxes: boxes)
        let plan = try Planner(configuration: configuration(dim: 2)).plan(fingerprint: fingerprint)[0]
        #expect(plan.mode == "2d" && plan.patchSize.count == 2 && plan.anchors.depth.isEmpty && plan.anchors.height.count == 5)
        #expect(plan.architecture.startChannels == 48 && plan.batchSize == 16)
    }

    @Test func plansAndFingerprintsSurviveTheirFiles() throws {
        let fingerprint = sampleFingerprint(boxes: growingBoxes(5, largest: 20))
        let plan = try Planner(configuration: configuration()).plan(fingerprint: fingerprint)[0]
        try withTemporaryFolder { folder in
            let planFile = folder.appendingPathComponent("plan.json")
            try JSONFile.write(plan, to: planFile)
            #expect(try JSONFile.read(Plan.self, from: planFile) == plan)
            let file = folder.appendingPathComponent("dataset_properties.json")
            try JSONFile.write(fingerprint, to: file)
            #expect(try JSONFile.read(Fingerprint.self, from: file) == fingerprint)
        }
    }

    @Test func descriptionNamesTheDecisions() throws {
        let plan = try Planner(configuration: configuration()).plan(fingerprint: sampleFingerprint(boxes: growingBoxes(5, largest: 20)))[0]
        let text = Planner.describe(plan)
        #expect(text.contains("D3V001_3d") && text.contains("64×64×64 × 4") && text.contains("1×1×1 mm"))
        #expect(text.split(separator: "\n").count > 10)
    }
}
