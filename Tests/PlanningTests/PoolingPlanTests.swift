import Planning
import Testing

@Suite struct PoolingPlanTests {
    private let all = [2, 2, 2], plane = [1, 2, 2]
    private let cube = [3, 3, 3], flat = [1, 3, 3]

    @Test func isotropic() {
        let plan = PoolingPlan(spacing: [1, 1, 1], patchSize: [128, 128, 128], minimumLength: 4)
        #expect(plan.strides == Array(repeating: all, count: 5))
        #expect(plan.kernels == Array(repeating: cube, count: 6))
        #expect(plan.divisor == [32, 32, 32] && plan.bottleneck == [4, 4, 4] && plan.poolings == [5, 5, 5])
    }

    @Test func thickSlicesPoolTwiceInThePlaneFirst() {
        let plan = PoolingPlan(spacing: [3, 0.7, 0.7], patchSize: [40, 256, 256], minimumLength: 4)
        #expect(plan.strides == [plane, plane, all, all, all, plane])
        #expect(plan.kernels == [flat, flat, cube, cube, cube, cube, cube])
        #expect(plan.divisor == [8, 64, 64])
    }

    @Test func veryThickSlices() {
        let plan = PoolingPlan(spacing: [5, 0.5, 0.5], patchSize: [20, 320, 320], minimumLength: 4)
        #expect(plan.strides == [plane, plane, plane, all, all, plane])
        #expect(plan.kernels == [flat, flat, flat, cube, cube, cube, cube])
        #expect(plan.divisor == [4, 64, 64])
    }

    @Test func shortAxisStopsEarlier() {
        let plan = PoolingPlan(spacing: [1, 0.8, 0.8], patchSize: [96, 160, 160], minimumLength: 4)
        #expect(plan.strides == [all, all, all, all, plane])
        #expect(plan.kernels == Array(repeating: cube, count: 6))
        #expect(plan.divisor == [16, 32, 32])
    }

    @Test func patchIsPaddedToTheDivisor() {
        let plan = PoolingPlan(spacing: [1, 1, 1], patchSize: [30, 33, 9], minimumLength: 4)
        #expect(plan.divisor == [4, 4, 2] && plan.patchSize == [32, 36, 10])
        let deeper = PoolingPlan(spacing: [1, 1, 1], patchSize: [30, 33, 21], minimumLength: 4)
        #expect(deeper.divisor == [8, 8, 4] && deeper.patchSize == [32, 40, 24])
    }

    @Test func twoDimensions() {
        let plan = PoolingPlan(spacing: [1, 1], patchSize: [256, 128], minimumLength: 8)
        #expect(plan.strides == [[2, 2], [2, 2], [2, 2], [2, 2], [2, 1]])
        #expect(plan.bottleneck == [8, 8])
    }
}
