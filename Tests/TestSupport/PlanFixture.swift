import Core

extension Plan {
    /// A plan of which only preprocessing and patch matter; the rest is the smallest that is possible.
    public static func fixture(
        transpose: [Int] = [0, 1, 2], spacing: [Double] = [1, 1, 1], schemes: [String] = ["nonCT"], masks: [Bool]? = nil,
        intensity: [IntensityStatistics] = [], patchSize: [Int] = [8, 8, 8], batchSize: Int = 4, orientation: String? = nil
    ) -> Plan {
        Plan(
            mode: "3d", plannerID: "test", dataIdentifier: "test_3d", dim: 3, networkDim: 3, numModalities: schemes.count,
            allClasses: [0, 1], targetSpacing: spacing, targetSpacingTransposed: spacing, medianShapeTransposed: [],
            transposeForward: transpose, transposeBackward: transpose.indices.map { transpose.firstIndex(of: $0) ?? $0 },
            normalizationSchemes: schemes, useMaskForNorm: masks ?? schemes.map { _ in false }, anisotropyThreshold: 3,
            resampleAnisotropyThreshold: 3, targetSpacingPercentile: 50, patchSize: patchSize, batchSize: batchSize,
            architecture: Plan.Architecture(
                archName: "", dim: 3, inChannels: schemes.count, classifierClasses: 2, segClasses: 2, startChannels: 8, maxChannels: 32,
                fpnChannels: 8, headChannels: 8, convKernels: [], strides: [], decoderLevels: []),
            anchors: Plan.Anchors(width: [], height: [], depth: []), doDummy2DDataAug: false, triggerLowResolution: false,
            intensity: intensity, orientation: orientation)
    }
}
