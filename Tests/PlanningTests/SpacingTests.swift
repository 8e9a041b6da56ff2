import Boxes
import Core
import Planning
import Testing

@Suite struct SpacingTests {
    @Test func percentilesInterpolateLinearly() {
        #expect(Statistics.percentile(50, of: [4, 1, 3, 2]) == 2.5)
        #expect(abs(Statistics.percentile(10, of: [1, 2, 3, 4, 5]) - 1.4) < 1e-12)
        #expect(Statistics.percentile(100, of: [1, 7]) == 7)
        #expect(Statistics.percentile(99.5, of: [3]) == 3)
    }

    @Test func intensities() {
        let statistics = Statistics.intensity(of: [4, 2, 6, 8])
        #expect(statistics.median == 5 && statistics.mean == 5 && statistics.min == 2 && statistics.max == 8)
        #expect(abs(statistics.std - 5.0.squareRoot()) < 1e-12)
        #expect(Statistics.intensity(of: []).mean.isNaN)
    }

    @Test func medianSpacingAndFirstLargestAxisFirst() {
        let plan = SpacingPlan(
            spacings: [[1, 1, 2], [1, 1, 3], [1, 1, 2]], sizes: [[50, 60, 70], [50, 60, 70], [50, 60, 70]], anisotropyThreshold: 3,
            percentile: 50)
        #expect(plan.target == [1, 1, 2])
        #expect(plan.transposeForward == [2, 0, 1] && plan.transposeBackward == [1, 2, 0])
        #expect(plan.medianShapeTransposed == [70, 50, 60])
        let same = SpacingPlan(spacings: [[1, 1, 1]], sizes: [[9, 9, 9]], anisotropyThreshold: 3, percentile: 50)
        #expect(same.transposeForward == [0, 1, 2])
    }

    @Test func thickAndFewSlicesTakeAFinerTarget() {
        let spacings = (0..<11).map { [Double($0 + 4), 1, 1] }
        let sizes = spacings.map { _ in [20, 100, 100] }
        // Median 9, 10th percentile 5.
        #expect(SpacingPlan.target(spacings: spacings, sizes: sizes, anisotropyThreshold: 3, percentile: 50) == [5, 1, 1])
        // Enough slices: the median stays.
        let many = spacings.map { _ in [50, 100, 100] }
        #expect(SpacingPlan.target(spacings: spacings, sizes: many, anisotropyThreshold: 3, percentile: 50) == [9, 1, 1])
        // Never finer than the plane.
        let mixed = [[0.5, 1, 1], [9, 1, 1], [9, 1, 1]]
        let target = SpacingPlan.target(spacings: mixed, sizes: mixed.map { _ in [9, 100, 100] }, anisotropyThreshold: 3, percentile: 50)
        #expect(target[0] >= 1)
    }

    @Test func lowResolutionDoublesTheSpacing() {
        let plan = SpacingPlan(spacings: [[1, 2, 1]], sizes: [[40, 20, 40]], anisotropyThreshold: 3, percentile: 50, level: 1)
        #expect(plan.target == [2, 4, 2] && plan.medianShapeTransposed == [10, 20, 20])
    }

    @Test func normalisation() {
        #expect(["CT", "CT2", "CT3", "MRI"].map(Normalization.scheme) == ["CT", "CT2", "nonCT", "nonCT"])
        #expect(Normalization.usesMask(modality: "MRI", sizeReductions: [0.5, 0.6, 1]))
        #expect(!Normalization.usesMask(modality: "MRI", sizeReductions: [0.5, 0.8, 1]))
        #expect(!Normalization.usesMask(modality: "myCT", sizeReductions: [0.5]))
    }

    @Test func initialPatch() {
        #expect(InitialPatch.size(spacing: [1, 1, 1], medianShape: [88.2, 120.7, 99.1]) == [88, 99, 99])
        #expect(InitialPatch.size(spacing: [1, 1, 1], medianShape: [600, 700, 700]) == [512, 512, 512])
        #expect(InitialPatch.size(spacing: [1, 1, 1], medianShape: [130.5, 512, 512]) == [130, 512, 512])
    }

    @Test func objectsAreScaledAndTransposed() {
        let fingerprint = sampleFingerprint(cases: 1, spacing: [1, 1, 4], boxes: [[0, 2, 10, 12, 4, 8], [30, 30, 34, 34, 30, 32]])
        let spacing = SpacingPlan(spacings: [[1, 1, 2]], sizes: [[64, 64, 64]], anisotropyThreshold: 3, percentile: 50)
        let objects = ScaledObjects(fingerprint, spacing: spacing)
        #expect(objects.all[0] == Box(lower: SIMD3(8, 0, 2), upper: SIMD3(16, 10, 12)))
        #expect(objects.mostObjects(inPatch: [200, 200, 200]) == 2)
        #expect(objects.mostObjects(inPatch: [20, 20, 20]) == 1)
        #expect(ScaledObjects(unscaled: fingerprint, transposeForward: [2, 0, 1]).all[0].size == SIMD3(4, 10, 10))
    }
}
