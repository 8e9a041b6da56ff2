import Core
import Foundation
import Inference
import Interop
import Support
import TestSupport
import Testing

/// Plans of the original become ours; what has no counterpart is named.
@Suite struct OriginalPlanTests {
    /// A plan as a pickle of the original gives it.
    private func document(_ change: (inout [String: Document]) -> Void = { _ in }) throws -> Document {
        let text = """
            mode: 3d
            planner_id: D3V001
            data_identifier: D3V001_3d
            dim: 3
            network_dim: 3
            num_modalities: 2
            all_classes: [0]
            num_classes: 1
            target_spacing: [2.0, 1.0, 1.0]
            target_spacing_transposed: [2.0, 1.0, 1.0]
            median_shape_transposed: [50.0, 90.0, 90.0]
            transpose_forward: [0, 1, 2]
            transpose_backward: [0, 1, 2]
            normalization_schemes: {"1": nonCT, "0": CT}
            use_mask_for_norm: {"0": false, "1": true}
            anisotropy_threshold: 3
            resample_anisotropy_threshold: 3
            target_spacing_percentile: 50
            patch_size: [32, 64, 64]
            batch_size: 4
            do_dummy_2D_data_aug: false
            dataloader_kwargs: {}
            postprocessing: {}
            architecture: {arch_name: RetinaUNetV001, max_channels: 320, start_channels: 8, fpn_channels: 32, head_channels: 32,
              classifier_classes: 1, seg_classes: 1, in_channels: 2, dim: 3, class_weight: [0.5, 0.5],
              conv_kernels: [[1, 3, 3], [3, 3, 3], [3, 3, 3]], strides: [[1, 2, 2], [2, 2, 2]], decoder_levels: [1, 2]}
            anchors: {width: [[1.0, 2.0], [2.0, 4.0]], height: [[1.0], [2.0]], depth: [[3.0], [6.0]], stride: 1, aspect_ratios: null}
            dataset_properties:
              intensity_properties:
                "0": {local_props: {}, median: 1.0, mean: 2.0, std: 3.0, min: 0.0, max: 9.0, percentile_99_5: 8.0, percentile_00_5: 1.0}
                "1": {local_props: {}, median: .nan, mean: .nan, std: .nan, min: .nan, max: .nan, percentile_99_5: .nan, percentile_00_5: .nan}
            inference_plan: {model_iou: 0.3, model_nms_fn: nndet.inference.detection.model.batched_nms_model,
              ensemble_nms_fn: nndet.inference.detection.ensemble.batched_wbc_ensemble, model_topk: 500}
            """
        guard case .map(var map) = try Document(yaml: text, named: "plan") else { throw Problem("plan", "no map") }
        change(&map)
        return .map(map)
    }

    @Test func everyValue() throws {
        let original = try OriginalPlan(document(), named: "plan.pkl")
        let plan = original.plan
        #expect(plan.normalizationSchemes == ["CT", "nonCT"] && plan.useMaskForNorm == [false, true])
        #expect(plan.patchSize == [32, 64, 64] && plan.batchSize == 4 && !plan.triggerLowResolution && plan.orientation == nil)
        #expect(plan.intensity[0].percentile995 == 8 && plan.intensity[1].mean.isNaN)
        #expect(plan.architecture.strides == [[1, 2, 2], [2, 2, 2]] && plan.architecture.decoderLevels == [1, 2])
        #expect(plan.anchors.width == [[1, 2], [2, 4]])
        let parameters = try #require(original.parameters)
        #expect(parameters.modelIoU == 0.3 && parameters.modelSuppression == .plain && parameters.modelTopK == 500)
        #expect(parameters.ensembling == .weightedClustering && parameters.ensembleIoU == InferenceParameters().ensembleIoU)
        #expect(try OriginalPlan(document { $0["inference_plan"] = nil }, named: "plan.pkl").parameters == nil)
    }

    /// What cannot be mapped, and the key that the message names.
    private static let strange: [(key: String, change: @Sendable (inout [String: Document]) -> Void)] = [
        ("dataloader_kwargs", { $0["dataloader_kwargs"] = .map(["a": .integer(1)]) }),
        ("postprocessing", { $0["postprocessing"] = .text("x") }), ("my_key", { $0["my_key"] = .integer(1) }),
        ("patch_size", { $0["patch_size"] = nil }),
        ("anchors.aspect_ratios", { $0["anchors"] = $0["anchors"]?.setting(["aspect_ratios"], to: .list([])) }),
        ("architecture.depth", { $0["architecture"] = $0["architecture"]?.setting(["depth"], to: .integer(1)) }),
        ("normalization_schemes", { $0["normalization_schemes"] = .map(["0": .text("CT"), "2": .text("CT")]) }),
        ("intensity_properties", { $0["dataset_properties"] = nil }), ("architecture", { $0["architecture"] = nil }),
        ("inference_plan.magic", { $0["inference_plan"] = .map(["magic": .integer(1)]) }),
        ("model_nms_fn", { $0["inference_plan"] = .map(["model_nms_fn": .text("nndet.other.function")]) }),
        ("in_channels", { $0["architecture"] = $0["architecture"]?.setting(["in_channels"], to: .integer(3)) }),
        ("transpose_backward", { $0["transpose_backward"] = .list([.integer(2), .integer(0), .integer(1)]) }),
    ]

    @Test(arguments: strange.indices)
    func whatHasNoCounterpart(index: Int) throws {
        let (key, change) = Self.strange[index]
        #expect {
            try OriginalPlan(document(change), named: "plan.pkl")
        } throws: {
            let problem = try #require($0 as? Problem)
            return problem.description.contains(key) && problem.subject.contains("plan.pkl")
        }
    }

    @Test func configurations() throws {
        let text = """
            task: Task000D3_Example
            data: {task: Task000D3_Example}
            host: {parent_data: "${oc.env:elsewhere}", plan_path: /data/plan.pkl}
            train: {mode: overwrite, val_test: true}
            predictor: BoxPredictorSelective
            augmentation: {border_cval_seg: -1, p_rot: 0.3}
            augment_cfg: {num_threads: '${oc.env:det_num_threads, "12"}', splits: my_splits.pkl, batch_size: 2}
            trainer_cfg: {accelerator: null, amp_backend: native, amp_level: O1, sweep_ckpt: last, precision: 32}
            """
        let result = try Configuration.original(Document(yaml: text, named: "config"), named: "config")
        #expect(result["host"] == nil && result["train"] == nil && result["predictor"] == nil)
        #expect(result["augmentation"] == .map(["p_rot": .number(0.3)]))
        #expect(result["augment_cfg"] == .map(["splits": .text("my_splits"), "batch_size": .integer(2)]))
        #expect(result["trainer_cfg"] == .map(["sweep_ckpt": .text("final"), "precision": .integer(32)]))
        #expect(result["data"] != nil)
        #expect {
            try Configuration.original(.map(["additional_imports": .list([.text("mine")])]), named: "config")
        } throws: { "\($0)".contains("additional_imports") }
        #expect(throws: Problem.self) { try Configuration.original(.list([]), named: "config") }
    }
}
