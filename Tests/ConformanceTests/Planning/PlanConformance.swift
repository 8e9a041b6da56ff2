import Core
import Foundation
import Planning
import Support
import TestSupport
import Testing

/// Family plan: whole plans of the original where "fits in memory" means at most so many voxels, and the patches it tried.
///
/// Two rules of ours depart from the original (docs/explanation/planning.md), and `referenceBehaviour` sets them to its: sizes for the
/// low-resolution trigger in voxels of the images, and whole level factors in the anchor search.
@Suite struct PlanConformance {
    private struct Calls: Decodable {
        struct Call: Decodable, Equatable {
            let min_shape: [Int]
            let target_shape: [Int]
            let num_instances: Int
            let fits: Bool
        }
        let max_voxels: Int
        let calls: [Call]
        let plans: [String]
    }

    private struct Expected: Decodable {
        let mode: String
        let target_spacing: [Double]
        let target_spacing_transposed: [Double]
        let median_shape_transposed: [Double]
        let normalization_schemes: [Int: String]
        let use_mask_for_norm: [Int: Bool]
        let anisotropy_threshold: Double
        let resample_anisotropy_threshold: Double
        let target_spacing_percentile: Double
        let dim: Int
        let network_dim: Int
        let num_modalities: Int
        let all_classes: [Int]
        let num_classes: Int
        let transpose_forward: [Int]
        let transpose_backward: [Int]
        let planner_id: String
        let data_identifier: String
        let patch_size: [Int]
        let batch_size: Int
        let architecture: Plan.Architecture
        let anchors: Plan.Anchors
        let do_dummy_2D_data_aug: Bool
        let trigger_lr1: Bool?
    }

    @Test(arguments: SeedFolder.all) func plansAndTriedPatches(_ seed: SeedFolder) throws {
        let suffix = "_estimator_calls.json"
        let files = seed.files("plan/", suffix: suffix)
        #expect(!files.isEmpty)
        for file in files {
            let calls = try seed.json(Calls.self, file)
            let stem = String(file.dropLast(suffix.count))
            let task = String(stem.prefix(upTo: stem.range(of: "_max_voxels")?.lowerBound ?? stem.endIndex))
            let fingerprint = try seed.json(Fingerprint.self, "\(task)_dataset_properties.json")
            var configuration = PlannerConfiguration(dim: fingerprint.dim)
            configuration.referenceBehaviour = true
            let limit = calls.max_voxels
            let planner = Planner(configuration: configuration) { $0.voxels <= limit }
            var tried: [Calls.Call] = []
            var scores: [Double] = []
            let plans = try planner.plan(fingerprint: fingerprint, seed: 1) { event in
                switch event {
                case .tried(let candidate, let fits):
                    tried.append(
                        Calls.Call(
                            min_shape: candidate.divisor, target_shape: candidate.patchSize, num_instances: candidate.objectsPerPatch,
                            fits: fits))
                case .anchors(_, let score): scores.append(score)
                }
            }
            let same = tried == calls.calls && plans.map(\.dataIdentifier) == calls.plans
            #expect(ConformanceReport.note(family: "plan", file: "\(seed)/\(file)", deviation: same ? 0 : 1, tolerance: 0))
            #expect(tried == calls.calls)
            #expect(plans.map(\.dataIdentifier) == calls.plans)
            for plan in plans {
                let name = "\(stem)_\(plan.dataIdentifier).json"
                let expected = try seed.json(Expected.self, name)
                compare(plan, expected, fingerprint, "\(seed)/\(name)")
            }
        }
    }

    private func compare(_ plan: Plan, _ expected: Expected, _ fingerprint: Fingerprint, _ name: String) {
        #expect(plan.mode == expected.mode)
        #expect(plan.plannerID == expected.planner_id)
        #expect(plan.dataIdentifier == expected.data_identifier)
        #expect(plan.dim == expected.dim && plan.networkDim == expected.network_dim)
        #expect(plan.numModalities == expected.num_modalities)
        #expect(plan.allClasses == expected.all_classes && plan.numClasses == expected.num_classes)
        #expect(plan.transposeForward == expected.transpose_forward && plan.transposeBackward == expected.transpose_backward)
        #expect(plan.normalizationSchemes == expected.normalization_schemes.sorted { $0.key < $1.key }.map(\.value))
        #expect(plan.useMaskForNorm == expected.use_mask_for_norm.sorted { $0.key < $1.key }.map(\.value))
        #expect(plan.anisotropyThreshold == expected.anisotropy_threshold)
        #expect(plan.resampleAnisotropyThreshold == expected.resample_anisotropy_threshold)
        #expect(plan.targetSpacingPercentile == expected.target_spacing_percentile)
        #expect(plan.patchSize == expected.patch_size && plan.batchSize == expected.batch_size)
        #expect(plan.doDummy2DDataAug == expected.do_dummy_2D_data_aug)
        // The low-resolution plan of the original does not carry the trigger.
        #expect(plan.triggerLowResolution == expected.trigger_lr1 ?? false)
        var network = plan.architecture
        network.classWeight = expected.architecture.classWeight
        #expect(network == expected.architecture)

        var deviation = relative(plan.targetSpacing, expected.target_spacing)
        deviation = max(deviation, relative(plan.targetSpacingTransposed, expected.target_spacing_transposed))
        deviation = max(deviation, relative(plan.medianShapeTransposed, expected.median_shape_transposed))
        deviation = max(deviation, relative(plan.architecture.classWeight ?? [], expected.architecture.classWeight ?? []))
        #expect(ConformanceReport.note(family: "plan", file: name, deviation: deviation, tolerance: 1e-6))

        // Anchors: as good as the original's on the same objects and factors.
        let spacing = SpacingPlan(
            spacings: fingerprint.allSpacings, sizes: fingerprint.allSizes, anisotropyThreshold: plan.anisotropyThreshold,
            percentile: plan.targetSpacingPercentile, level: plan.mode.hasSuffix("lr1") ? 1 : 0)
        let boxes = ScaledObjects(fingerprint, spacing: spacing).ordinary(dim: plan.dim)
        let factors = LevelStrides.factors(strides: plan.architecture.strides, decoderLevels: plan.architecture.decoderLevels)
            .map { $0.map { $0.rounded(.towardZero) } }
        let objective = AnchorObjective(boxes: boxes, levels: factors)
        func score(_ anchors: Plan.Anchors) -> Double {
            let actual = LevelStrides.factors(strides: plan.architecture.strides, decoderLevels: plan.architecture.decoderLevels)
            let axes = [anchors.width, anchors.height, anchors.depth]
            return objective.meanBestIoU(
                axes.indices.map { axis in axes[axis].isEmpty ? [1, 1, 1] : axes[axis][0].map { Int(($0 / actual[0][axis]).rounded()) } })
        }
        let loss = score(expected.anchors) - score(plan.anchors)
        #expect(ConformanceReport.note(family: "plan", file: "\(name) anchors", deviation: loss, tolerance: 0.01))
    }

    private func relative(_ ours: [Double], _ theirs: [Double]) -> Double {
        guard ours.count == theirs.count else { return .infinity }
        return zip(ours, theirs).reduce(0) { max($0, abs($1.0 - $1.1) / max(1e-12, abs($1.1))) }
    }
}
