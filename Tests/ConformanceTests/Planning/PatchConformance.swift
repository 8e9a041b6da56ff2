import Planning
import TestSupport
import Testing

/// Family plan: poolings, kernels and initial patches (exact).
@Suite struct PatchConformance {
    private struct PoolingCase: Decodable {
        let spacing: [Double]
        let patch_size: [Int]
        let num_pool_per_axis: [Int]
        let pool_op_kernel_sizes: [[Int]]
        let conv_kernel_sizes: [[Int]]
        let patch_out: [Int]
        let must_be_divisible_by: [Int]
    }

    private struct InitialCase: Decodable {
        let target_spacing_transposed: [Double]
        let median_shape_transposed: [Double]
        let initial_patch_size: [Int]
    }

    @Test(arguments: SeedFolder.all) func poolingPlans(_ seed: SeedFolder) throws {
        let file = "plan/pool_and_conv.json"
        let cases = try seed.json([PoolingCase].self, file)
        #expect(!cases.isEmpty)
        var wrong = 0
        for item in cases {
            let plan = PoolingPlan(spacing: item.spacing, patchSize: item.patch_size, minimumLength: 4)
            let same =
                plan.strides == item.pool_op_kernel_sizes && plan.kernels == item.conv_kernel_sizes && plan.patchSize == item.patch_out
                && plan.divisor == item.must_be_divisible_by && plan.poolings == item.num_pool_per_axis
            if !same { wrong += 1 }
            #expect(same, "spacing \(item.spacing) patch \(item.patch_size)")
        }
        #expect(ConformanceReport.note(family: "plan", file: "\(seed)/\(file)", deviation: Double(wrong), tolerance: 0))
    }

    @Test(arguments: SeedFolder.all) func initialPatches(_ seed: SeedFolder) throws {
        let file = "plan/initial_patch_size.json"
        let cases = try seed.json([InitialCase].self, file)
        #expect(!cases.isEmpty)
        var wrong = 0
        for item in cases {
            let patch = InitialPatch.size(spacing: item.target_spacing_transposed, medianShape: item.median_shape_transposed)
            if patch != item.initial_patch_size { wrong += 1 }
            #expect(patch == item.initial_patch_size)
        }
        #expect(ConformanceReport.note(family: "plan", file: "\(seed)/\(file)", deviation: Double(wrong), tolerance: 0))
    }
}
