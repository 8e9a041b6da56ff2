import Core

/// A plan of which only the transposition and the dimension matter.
func plan(transposeBackward: [Int], dim: Int = 3) -> Plan {
    Plan(
        mode: "3d", plannerID: "D3V001", dataIdentifier: "D3V001_3d", dim: dim, networkDim: dim, numModalities: 1, allClasses: [0],
        targetSpacing: [1, 1, 1], targetSpacingTransposed: [1, 1, 1], medianShapeTransposed: [1, 1, 1], transposeForward: [0, 1, 2],
        transposeBackward: transposeBackward, normalizationSchemes: ["nonCT"], useMaskForNorm: [false], anisotropyThreshold: 3,
        resampleAnisotropyThreshold: 3, targetSpacingPercentile: 50, patchSize: [32, 32, 32], batchSize: 4,
        architecture: Plan.Architecture(
            archName: "RetinaUNetV001", dim: dim, inChannels: 1, classifierClasses: 1, segClasses: 1, startChannels: 32,
            maxChannels: 320, fpnChannels: 128, headChannels: 128, convKernels: [[3, 3, 3]], strides: [], decoderLevels: [0]),
        anchors: Plan.Anchors(width: [[4]], height: [[4]], depth: [[4]]), doDummy2DDataAug: false, triggerLowResolution: false,
        intensity: [])
}
