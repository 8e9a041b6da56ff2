import Core
import Foundation
import Support
import Testing

@Suite struct PlanOverwritesTests {
    let plan = Plan(
        mode: "3d", plannerID: "D3V001", dataIdentifier: "D3V001_3d", dim: 3, networkDim: 3, numModalities: 1, allClasses: [0],
        targetSpacing: [1, 1, 1], targetSpacingTransposed: [1, 1, 1], medianShapeTransposed: [32, 32, 32], transposeForward: [0, 1, 2],
        transposeBackward: [0, 1, 2], normalizationSchemes: ["CT"], useMaskForNorm: [false], anisotropyThreshold: 3,
        resampleAnisotropyThreshold: 3, targetSpacingPercentile: 50, patchSize: [32, 32, 32], batchSize: 4,
        architecture: .init(
            archName: "RetinaUNetV001", dim: 3, inChannels: 1, classifierClasses: 1, segClasses: 1, startChannels: 32, maxChannels: 320,
            fpnChannels: 128, headChannels: 128, convKernels: [[3, 3, 3], [3, 3, 3]], strides: [[2, 2, 2]], decoderLevels: [1]),
        anchors: .init(width: [[4]], height: [[4]], depth: [[4]]), doDummy2DDataAug: false, triggerLowResolution: false, intensity: [])

    @Test func valuesReplaceThoseOfThePlan() throws {
        var overwrites = PlanOverwrites()
        overwrites.startChannels = 8
        overwrites.depth = [[1, 2]]
        let changed = try overwrites.applied(to: plan)
        #expect(changed.architecture.startChannels == 8 && changed.architecture.maxChannels == 320)
        #expect(changed.anchors.depth == [[1, 2]] && changed.anchors.width == [[4]])
        #expect(try PlanOverwrites().applied(to: plan) == plan)
    }

    @Test func lengthsMustFit() {
        var overwrites = PlanOverwrites()
        overwrites.strides = [[2, 2, 2], [2, 2, 2]]
        #expect(throws: Problem.self) { try overwrites.applied(to: plan) }
        overwrites = PlanOverwrites()
        overwrites.decoderLevels = [2]
        #expect(throws: Problem.self) { try overwrites.applied(to: plan) }
        overwrites = PlanOverwrites()
        overwrites.width = [[4], [8]]
        #expect(throws: Problem.self) { try overwrites.applied(to: plan) }
    }
}
