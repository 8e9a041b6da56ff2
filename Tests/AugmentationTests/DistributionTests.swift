import Augmentation
import Core
import Foundation
import Support
import Testing

/// Random parameters have the rates and ranges of spec 05.
@Suite struct DistributionTests {
    private let draws = 10_000

    private func pipeline(
        _ name: String, _ overrides: [String] = [], patch: SIMD3<Int> = SIMD3(8, 8, 8), dimension: Int = 3, inSlices: Bool = false
    ) throws -> AugmentationPipeline {
        let environment = Environment(dataFolder: URL(fileURLWithPath: "data"), modelsFolder: URL(fileURLWithPath: "models"))
        let configuration = try Configuration.compose(["augmentation=\(name)"] + overrides, environment: environment)
        return try AugmentationPipeline.training(
            configuration.augmentation, masked: [true, false], dimension: dimension, patchSize: patch, inSlices: inSlices)
    }

    @Test func rotationAndScaling() throws {
        let spatial = try pipeline("base_more").spatial
        var rotated = spatial
        rotated.scaling = nil
        var scaled = spatial
        scaled.rotation = nil
        var (turns, shrunk, grown) = ([[Double]](), [Double](), [Double]())
        var either = 0
        for seed in 0..<UInt64(draws) {
            var generator = SeededGenerator(seed: seed)
            if let turn = rotated.draw(using: &generator) {
                // The angles of R_x · R_y · R_z.
                let radians = [
                    atan2(-turn.rows.1.z, turn.rows.2.z), asin(max(-1, min(1, turn.rows.0.z))), atan2(-turn.rows.0.y, turn.rows.0.x),
                ]
                turns.append(radians.map { $0 * 180 / .pi })
            }
            if let scale = scaled.draw(using: &generator) {
                let factor = scale.rows.0.x
                #expect(scale.rows.1.y == factor && scale.rows.2.z == factor && (0.7...1.4).contains(factor))
                if factor < 1 { shrunk.append(factor) } else { grown.append(factor) }
            }
            if spatial.draw(using: &generator) != nil { either += 1 }
        }
        Statistics.expectRate(turns.count, 0.2, of: draws, "rotation")
        Statistics.expectRate(shrunk.count + grown.count, 0.2, of: draws, "scaling")
        Statistics.expectRate(shrunk.count, 0.1, of: draws, "scaling below 1")
        Statistics.expectRate(either, 1 - 0.8 * 0.8, of: draws, "either")
        for axis in 0..<3 { Statistics.expectUniform(turns.map { $0[axis] }, -30...30, "angles about axis \(axis)") }
        Statistics.expectUniform(shrunk, 0.7...1, "factors below 1")
        Statistics.expectUniform(grown, 1...1.4, "factors above 1")
    }

    /// Size and smoothness of the displacements, taken back from a field of one voxel.
    @Test(arguments: [("default", 0.0...900, 9.0...13), ("insane", 0.0...1300, 9.0...15)])
    func elasticDeformation(name: String, alpha: ClosedRange<Double>, sigma: ClosedRange<Double>) throws {
        var spatial = try pipeline(name, patch: SIMD3(1, 1, 1)).spatial
        (spatial.rotation, spatial.scaling) = (nil, nil)
        var count = 0
        func field(_ change: (inout SpatialTransform.Elastic) -> Void, seed: UInt64) throws -> Double {
            var certain = spatial
            certain.elastic?.probability = 1
            if var elastic = certain.elastic {
                change(&elastic)
                certain.elastic = elastic
            }
            var generator = SeededGenerator(seed: seed)
            return Double(try #require(certain.draw(using: &generator)?.displacements?[0][0]))
        }
        var (alphas, sigmas) = ([Double](), [Double]())
        for seed in 0..<UInt64(draws) {
            var generator = SeededGenerator(seed: seed)
            if spatial.draw(using: &generator) != nil { count += 1 }
            let unit = try field({ ($0.alpha, $0.sigma) = (1...1, 10...10) }, seed: seed)
            alphas.append(try field({ $0.sigma = 10...10 }, seed: seed) / unit)
            // Beyond the voxel there is nothing, so that 1 / (σ √2π) of it is left along each of the three axes.
            sigmas.append(10 / cbrt(try field({ $0.alpha = 1...1 }, seed: seed) / unit))
        }
        Statistics.expectRate(count, 0.2, of: draws, "elastic deformation")
        Statistics.expectUniform(alphas, alpha, "size of the displacements")
        Statistics.expectUniform(sigmas, sigma, "smoothness of the displacements")
    }

    @Test func noiseHasItsMoments() throws {
        let noise = IntensityTransform(.noise(deviation: 0.05...0.05), probability: 1)
        var patch = Patch(
            images: Array(repeating: 1, count: 27_000), labels: Array(repeating: 0, count: 27_000), channels: 1, size: SIMD3(30, 30, 30))
        var generator = SeededGenerator(seed: 4)
        try noise.apply(to: &patch, using: &generator)
        let moments = patch.images.withUnsafeMutableBufferPointer { Moments($0) }
        #expect(abs(moments.mean - 1) < 0.05 * 5 / Double(27_000).squareRoot())
        #expect(abs(moments.deviation - 0.05) < 0.002)
    }

    @Test func keysReachTheTransforms() throws {
        func spatial(_ overrides: [String]) throws -> SpatialTransform {
            try pipeline("base_more", overrides.map { "augmentation.\($0)" }).spatial
        }
        let plain = try spatial([])
        #expect(plain.elastic == nil && plain.rotation?.probability == 0.2 && plain.fill == 0 && plain.labelFill == 0)
        #expect(
            try spatial(["do_elastic=true", "p_eldef=0.4", "elastic_deform_alpha=[1,2]", "elastic_deform_sigma=[3,4]"]).elastic
                == SpatialTransform.Elastic(probability: 0.4, alpha: 1...2, sigma: 3...4))
        #expect(try spatial(["do_rotation=false"]).rotation == nil)
        #expect(
            try spatial(["p_rot=1", "rotation_y=[-5,6]"]).rotation
                == SpatialTransform.Rotation(probability: 1, angles: [-30...30, -5...6, -30...30]))
        #expect(try spatial(["do_scaling=false"]).scaling == nil)
        #expect(
            try spatial(["p_scale=1", "scale_range=[0.9,1]", "independent_scale_factor_for_each_axis=true"]).scaling
                == SpatialTransform.Scaling(probability: 1, range: 0.9...1, independent: true))
        #expect(try spatial(["order_data=1"]).order == .linear)
        #expect(try spatial(["border_cval_data=2", "border_cval_seg=-1"]).fill == 2)
        #expect(try spatial(["border_cval_seg=-1"]).labelFill == -1)
        #expect(try spatial(["order_seg=1"]).labelOrder == .linear)
        let bordered = try spatial(["border_mode_data=nearest", "border_mode_seg=grid-wrap"])
        #expect(bordered.border == .nearest && bordered.labelBorder == .wrap)
        #expect(try spatial(["random_crop=true"]).randomCrop == RandomCrop())
        #expect(
            try spatial(["random_crop=true", "random_crop_dist_to_border=[3, 4, 5]"]).randomCrop
                == RandomCrop(distance: SIMD3(3, 4, 5)))
        for wrong in ["order_data=2", "order_seg=2", "border_mode_data=wrap", "selected_data_channels=[7]"] {
            #expect(throws: Problem.self) { try spatial([wrong]) }
        }
        func gammas(_ overrides: [String]) throws -> [IntensityTransform] {
            try pipeline("base_more", overrides.map { "augmentation.\($0)" }).transforms.compactMap { $0 as? IntensityTransform }.suffix(2)
        }
        let changed = try gammas(["p_gamma=0.7", "gamma_range=[1,2]", "gamma_retain_stats=false"])
        #expect(changed.map(\.change) == [.gamma(1...2, inverted: true, retains: false), .gamma(1...2, inverted: false, retains: false)])
        #expect(changed[1].probability == 0.7)
        #expect(try gammas(["do_gamma=false"]).contains { $0.change == .contrast(0.75...1.25) })
        #expect(try pipeline("base_more", ["augmentation.do_mirror=false"]).transforms.contains { ($0 as? Mirror)?.axes == [] })
        #expect(try pipeline("base_more", ["augmentation.mirror_axes=[2]"]).transforms.contains { ($0 as? Mirror)?.axes == [2] })
        #expect(try pipeline("base_more").transforms.contains { ($0 as? MaskOutside)?.modalities == [0] })
        #expect(try pipeline("noaug").transforms.isEmpty)
    }

    @Test func patchesAreCutLargeEnough() throws {
        #expect(try pipeline("base_more", patch: SIMD3(128, 128, 128)).generatorSize == SIMD3(249, 249, 249))
        #expect(try pipeline("base_more", patch: SIMD3(64, 160, 160)).generatorSize == SIMD3(193, 312, 243))
        #expect(try pipeline("mirror_only", patch: SIMD3(64, 160, 160)).generatorSize == SIMD3(64, 160, 160))
        // In slices the first axis keeps its size, and a half turn needs the size vector's own turn alone.
        let slices = try pipeline("base_more", patch: SIMD3(16, 64, 64), inSlices: true)
        #expect(slices.generatorSize.x == 16 && slices.generatorSize.y > 64)
        let flat = try pipeline("base_more", patch: SIMD3(64, 64, 1), dimension: 2)
        #expect(flat.generatorSize.z == 1 && flat.generatorSize.x == slices.generatorSize.y)
        #expect(flat.spatial.rotation?.angles[0] == -180...180)
        #expect(flat.transforms.contains { ($0 as? Mirror)?.axes == [0, 1] })
    }
}
