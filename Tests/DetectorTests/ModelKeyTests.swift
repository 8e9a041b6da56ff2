import Boxes
import Core
import Detector
import Foundation
import Support
import TestSupport
import Testing
import Torch

/// Every key below `model_cfg` changes what it is about in the network that is built, and nothing else.
@Suite(.serialized) struct ModelKeyTests {
    /// What can be seen of a network.
    private enum Aspect: String, CaseIterable {
        /// Names and shapes of the parameters.
        case shapes
        /// Sizes and number of the anchors.
        case anchors
        /// What the network says of images.
        case outputs
        case cls, reg, seg_ce, seg_dice
        case detections
    }

    private static let everywhere: Set<Aspect> = [.outputs, .cls, .reg, .seg_ce, .seg_dice, .detections]
    private static let matching: Set<Aspect> = [.cls, .reg]
    private static let focal = ["classifier=Focal"]
    private static let l1 = ["regressor=L1"]
    private static let overlap = ["matcher=IoU"]
    private static let fusion = ["decoder_kwargs.num_fusion=1"]

    /// For each key: what must be chosen for it to count, another value, and what changes; other shapes change everything behind them.
    private static let effects: [(key: String, needs: [String], value: String, aspects: Set<Aspect>)] = [
        ("classifier", [], "Focal", [.cls]), ("regressor", [], "L1", [.reg]), ("segmenter", [], "DiceTopKFgBg", [.seg_ce]),
        ("matcher", [], "IoU", matching), ("sampler", [], "NoSampler", matching),
        ("decoder_kwargs.min_out_channels", [], "12", [.shapes]), ("decoder_kwargs.upsampling_mode", [], "nearest", [.shapes]),
        ("decoder_kwargs.num_lateral", [], "2", [.shapes]), ("decoder_kwargs.norm_lateral", [], "true", [.shapes]),
        ("decoder_kwargs.activation_lateral", [], "true", everywhere), ("decoder_kwargs.num_out", [], "2", [.shapes]),
        ("decoder_kwargs.norm_out", [], "true", [.shapes]), ("decoder_kwargs.activation_out", [], "true", everywhere),
        ("decoder_kwargs.num_fusion", [], "1", [.shapes]), ("decoder_kwargs.norm_fusion", fusion, "true", [.shapes]),
        ("decoder_kwargs.activation_fusion", fusion, "true", everywhere),
        ("head_classifier_kwargs.num_convs", [], "2", [.shapes]),
        ("head_classifier_kwargs.norm_channels_per_group", [], "4", [.outputs, .cls, .detections]),
        ("head_classifier_kwargs.norm_affine", [], "false", [.shapes]), ("head_classifier_kwargs.reduction", [], "sum", [.cls]),
        ("head_classifier_kwargs.loss_weight", [], "2", [.cls]),
        ("head_classifier_kwargs.prior_prob", [], "0.1", [.outputs, .cls, .detections]),
        ("head_classifier_kwargs.smoothing", [], "0.1", [.cls]), ("head_classifier_kwargs.gamma", focal, "1", [.cls]),
        ("head_classifier_kwargs.alpha", focal, "0.25", [.cls]),
        ("head_regressor_kwargs.num_convs", [], "2", [.shapes]),
        ("head_regressor_kwargs.norm_channels_per_group", [], "4", [.outputs, .reg, .detections]),
        ("head_regressor_kwargs.norm_affine", [], "false", [.shapes]), ("head_regressor_kwargs.reduction", l1, "mean", [.reg]),
        ("head_regressor_kwargs.loss_weight", [], "2", [.reg]), ("head_regressor_kwargs.learn_scale", [], "false", [.shapes]),
        ("head_regressor_kwargs.beta", l1, "0.1", [.reg]),
        ("head_sampler_kwargs.batch_size_per_image", [], "4", matching), ("head_sampler_kwargs.positive_fraction", [], "0.1", matching),
        ("head_sampler_kwargs.pool_size", [], "1", [.cls]), ("head_sampler_kwargs.min_neg", [], "3000", [.cls]),
        ("segmenter_kwargs.dice_kwargs.batch_dice", [], "false", [.seg_dice]),
        ("segmenter_kwargs.topk", ["segmenter=DiceTopKFgBg"], "0.5", [.seg_ce]),
        ("matcher_kwargs.num_candidates", [], "1", matching), ("matcher_kwargs.center_in_gt", [], "true", matching),
        ("matcher_kwargs.low_threshold", overlap, "0.05", [.cls]), ("matcher_kwargs.high_threshold", overlap, "0.9", matching),
        ("matcher_kwargs.allow_low_quality_matches", overlap, "false", matching),
        ("coder_kwargs.weights", [], "[1, 1, 2, 2, 1, 2]", [.reg, .detections]),
        ("plan_arch_overwrites.start_channels", [], "8", [.shapes]), ("plan_arch_overwrites.max_channels", [], "8", [.shapes]),
        ("plan_arch_overwrites.fpn_channels", [], "8", [.shapes]), ("plan_arch_overwrites.head_channels", [], "8", [.shapes]),
        ("plan_arch_overwrites.in_channels", [], "2", [.shapes]), ("plan_arch_overwrites.classifier_classes", [], "3", [.shapes]),
        ("plan_arch_overwrites.seg_classes", ["segmenter=DiCE"], "3", [.shapes]),
        ("plan_arch_overwrites.conv_kernels", [], "[[1, 3, 3], [3, 3, 3], [3, 3, 3]]", [.shapes]),
        ("plan_arch_overwrites.strides", [], "[[1, 2, 2], [2, 2, 2]]", [.shapes, .anchors]),
        ("plan_arch_overwrites.decoder_levels", [], "[0, 1]", [.shapes, .anchors]),
        ("plan_arch_overwrites.detections_per_img", [], "3", [.detections]),
        ("plan_arch_overwrites.score_thresh", [], "0.5", [.detections]),
        ("plan_arch_overwrites.topk_candidates", [], "3", [.detections]),
        ("plan_arch_overwrites.remove_small_boxes", [], "5", [.detections]),
        ("plan_arch_overwrites.nms_thresh", [], "0.1", [.detections]),
        ("plan_anchors_overwrites.width", [], "[[3, 9], [6, 18]]", [.anchors, .cls, .reg, .detections]),
        ("plan_anchors_overwrites.height", [], "[[3, 9], [6, 18]]", [.anchors, .cls, .reg, .detections]),
        ("plan_anchors_overwrites.depth", [], "[[3, 9], [6, 18]]", [.anchors, .cls, .reg, .detections]),
    ]

    private func configuration(_ overrides: [String]) throws -> Configuration {
        try Configuration.compose(
            overrides.map { "model_cfg.\($0)" },
            environment: Environment(dataFolder: URL(fileURLWithPath: "data"), modelsFolder: URL(fileURLWithPath: "models")))
    }

    private var plan: Plan {
        var plan = Plan.fixture(patchSize: [16, 16, 8])
        plan.architecture = Plan.Architecture(
            archName: "", dim: 3, inChannels: 1, classifierClasses: 2, segClasses: 2, startChannels: 4, maxChannels: 16, fpnChannels: 16,
            headChannels: 16, convKernels: [[3, 3, 3], [3, 3, 3], [3, 3, 3]], strides: [[2, 2, 2], [2, 2, 2]], decoderLevels: [1, 2])
        let sizes = [[4.0, 7], [8, 14]]
        plan.anchors = Plan.Anchors(width: sizes, height: sizes, depth: sizes)
        return plan
    }

    /// A cube, and a slab between the planes of anchor centres.
    private func targets() throws -> DetectionTargets {
        let map = try Tensor.zeros([2, 16, 16, 8], dtype: .int64)
        var cube = try map.narrowed(axis: 0, start: 0, count: 1)
        for axis in 1...3 { cube = try cube.narrowed(axis: axis, start: 2, count: 5) }
        try cube.fill(2)
        let slab = try map.narrowed(axis: 0, start: 1, count: 1).narrowed(axis: 1, start: 4, count: 6).narrowed(axis: 2, start: 4, count: 6)
        try slab.narrowed(axis: 3, start: 5, count: 1).fill(1)
        return DetectionTargets(
            truths: [
                GroundTruth(boxes: [Box(lower: SIMD3(1, 1, 1), upper: SIMD3(7, 7, 7))], labels: [1]),
                GroundTruth(boxes: [Box(lower: SIMD3(3, 3, 4.25), upper: SIMD3(10, 10, 5.75))], labels: [0]),
            ], classes: map)
    }

    private func seen(_ overrides: [String]) throws -> [Aspect: String] {
        let configuration = try configuration(overrides)
        let plan = try configuration.overwriting(plan)
        let network = try TorchLibrary.withSeed(5) {
            try RetinaUNet(architecture: plan.architecture, anchors: plan.anchors, configuration: configuration.modelCfg)
        }
        let images = try TorchLibrary.withSeed(6) { try Tensor.randn([2, plan.architecture.inChannels, 16, 16, 8]) }
        return try withoutGrad {
            let output = try network.forward(images)
            var generator = SeededGenerator(seed: 1)
            let losses = try network.losses(of: output, targets(), using: &generator)
            func numbers(_ tensors: [Tensor]) throws -> String {
                try tensors.map { "\(try $0.values(Float.self).hashValue)" }.joined(separator: " ")
            }
            var seen: [Aspect: String] = [
                .shapes: network.parameters.map { "\($0.name) \($0.tensor.shape)" }.joined(separator: "\n"),
                .anchors: "\(network.anchorGenerator.cells) \(output.anchors.perLevel)",
                .outputs: try numbers(output.decoderMaps + [output.logits, output.deltas, output.segmentation]),
                .detections: try "\(network.detections(of: output.boxes, imageSize: SIMD3(16, 16, 8)))",
            ]
            for (name, loss) in losses.named { seen[try #require(Aspect(rawValue: name))] = "\(try loss.item())" }
            return seen
        }
    }

    @Test func everyKeyHasItsEffect() throws {
        var known: [[String]: [Aspect: String]] = [:]
        for (key, needs, value, aspects) in Self.effects {
            let before = try known[needs] ?? seen(needs)
            known[needs] = before
            let after = try seen(needs + ["\(key)=\(value)"])
            let changed = Set(Aspect.allCases.filter { before[$0] != after[$0] })
            // What random weights go to depends on their shapes.
            let isRight = aspects.contains(.shapes) ? aspects.isSubset(of: changed) : aspects == changed
            #expect(isRight, "\(key)=\(value): \(changed.map(\.rawValue).sorted())")
        }
    }

    @Test func noKeyIsForgotten() throws {
        let leaves = try #require(try configuration([]).resolved["model_cfg"]).leaves().map { $0.joined(separator: ".") }
        let none = ["encoder_kwargs", "head_kwargs", "plan_arch_overwrites", "plan_anchors_overwrites"]
        let tested = Self.effects.map(\.key)
        #expect(Set(leaves).subtracting(none) == Set(tested.filter { !$0.hasPrefix("plan_") }))
        let overwrites =
            Mirror(reflecting: PlanOverwrites()).children.count
            + Mirror(reflecting: ModelConfiguration().plan_arch_overwrites).children.count
        #expect(Set(tested).count == tested.count && tested.count { $0.hasPrefix("plan_") } == overwrites)
    }
}
