import Boxes
import Core
import Detector
import Foundation
import Support
import TestSupport
import Testing
import Torch

/// The exchangeable parts: every choice trains, in 2D and 3D, for any plan.
@Suite(.serialized, .onEveryDevice) struct PartsTests {
    /// A small network, its images and its targets.
    private struct Scene {
        var dimension = 3
        var kernels = [[3, 3, 3], [3, 3, 3], [3, 3, 3]]
        var strides = [[2, 2, 2], [2, 2, 2]]
        var size = [16, 16, 8]
        var modalities = 1
        var classes = 2
        var levels = [1, 2]

        func network(_ change: (inout ModelConfiguration) -> Void = { _ in }) throws -> RetinaUNet {
            let architecture = Plan.Architecture(
                archName: "", dim: dimension, inChannels: modalities, classifierClasses: classes, segClasses: classes, startChannels: 4,
                maxChannels: 16, fpnChannels: 16, headChannels: 16, convKernels: kernels, strides: strides, decoderLevels: levels)
            let sizes = levels.map { level in [4.0, 7].map { $0 * Double(1 << (level - 1)) } }
            var configuration = ModelConfiguration()
            change(&configuration)
            try TorchLibrary.seed(5)
            let network = try RetinaUNet(
                architecture: architecture, anchors: Plan.Anchors(width: sizes, height: sizes, depth: dimension == 3 ? sizes : []),
                configuration: configuration)
            try network.move(to: TestDevice.current)
            return network
        }

        func images() throws -> Tensor {
            try TorchLibrary.seed(6)
            return try Tensor.randn([2, modalities] + size).onTestDevice()
        }

        /// One object in the first image, none in the second.
        func targets() throws -> DetectionTargets {
            let map = try Tensor.zeros([2] + size, dtype: .int64)
            var object = try map.narrowed(axis: 0, start: 0, count: 1)
            for axis in 1...dimension { object = try object.narrowed(axis: axis, start: 2, count: 5) }
            try object.fill(Double(classes))
            let upper = dimension == 3 ? SIMD3<Float>(7, 7, 7) : SIMD3<Float>(7, 7, 1)
            let truth = GroundTruth(
                boxes: [Box(lower: dimension == 3 ? SIMD3(1, 1, 1) : SIMD3(1, 1, 0), upper: upper)], labels: [classes - 1])
            return DetectionTargets(truths: [truth, GroundTruth()], classes: try map.onTestDevice())
        }
    }

    /// Boxes are the same whether the resolutions for the segmenter are computed or not.
    @Test(arguments: [0, 1, 2])
    func boxesNeedNoFinerResolutions(finest: Int) throws {
        var scene = Scene()
        scene.levels = Array(finest...2)
        let network = try scene.network()
        let images = try scene.images()
        let (whole, boxes) = try withoutGrad { (try network.forward(images), try network.forwardBoxes(images)) }
        #expect(try boxes.logits.values(Float.self) == whole.logits.values(Float.self))
        #expect(try boxes.deltas.values(Float.self) == whole.deltas.values(Float.self))
        #expect(boxes.anchors.boxes == whole.anchors.boxes)
    }

    /// Losses are finite, every parameter gets a gradient, a step lowers the loss, detections come out.
    private func train(_ scene: Scene, _ name: String, _ change: (inout ModelConfiguration) -> Void = { _ in }) throws {
        let network = try scene.network(change)
        let (images, targets) = (try scene.images(), try scene.targets())
        var optimiser = SGD([ParameterGroup(network.parameters, weightDecay: 0)], learningRate: 1e-3, momentum: 0.9, nesterov: true)
        var values: [Double] = []
        for step in 0..<4 {
            var generator = SeededGenerator(seed: 1)
            try network.clearGrads()
            let losses = try network.losses(images, targets, using: &generator)
            #expect(losses.regression != nil, "\(name)")
            let total = try losses.total()
            values.append(try total.detached().item())
            try total.backward()
            if step == 0 {
                // Nothing looks at the map of a level without heads, the finest apart.
                let unseen = network.decoder.channels.indices.filter { $0 > 0 && !scene.levels.contains($0) }
                    .map { "model.decoder.out.P\($0)." }
                for parameter in network.parameters where !unseen.contains(where: parameter.name.hasPrefix) {
                    let grad = try #require(try parameter.tensor.grad(), "\(name): \(parameter.name) gets no gradient")
                    #expect(try grad.isFinite(), "\(name): \(parameter.name)")
                }
            }
            try optimiser.step()
        }
        #expect(values.allSatisfy { $0.isFinite } && values[3] < values[0], "\(name): \(values)")
        let found = try network.detections(images)
        #expect(found.count == 2 && found.allSatisfy { $0.labels.allSatisfy { (0..<scene.classes).contains($0) } }, "\(name)")
        #expect(found[0].scores.allSatisfy { (0...1).contains($0) })
        var generator = SeededGenerator(seed: 1)
        let evaluation = try network.evaluate(images, targets, using: &generator)
        #expect(evaluation.foreground.shape == [2] + scene.size, "\(name)")
    }

    @Test func everyCombinationOfHeadsAndLossesTrains() throws {
        for classifier in ModelConfiguration.ClassifierKind.allCases {
            for regressor in ModelConfiguration.RegressorKind.allCases {
                for segmenter in ModelConfiguration.SegmenterKind.allCases {
                    try train(Scene(), "\(classifier) \(regressor) \(segmenter)") {
                        ($0.classifier, $0.regressor, $0.segmenter) = (classifier, regressor, segmenter)
                    }
                }
            }
        }
    }

    @Test func everyMatcherTrainsWithEverySampler() throws {
        for matcher in ModelConfiguration.MatcherKind.allCases {
            for sampler in ModelConfiguration.SamplerKind.allCases {
                for classifier in ModelConfiguration.ClassifierKind.allCases {
                    try train(Scene(), "\(matcher) \(sampler) \(classifier)") {
                        ($0.matcher, $0.sampler, $0.classifier) = (matcher, sampler, classifier)
                    }
                }
            }
        }
    }

    @Test func anyShapeOfNetworkTrains() throws {
        try train(Scene(modalities: 3, classes: 1), "three modalities, one class")
        try train(Scene(classes: 5), "five classes") { ($0.classifier, $0.segmenter) = (.ce, .classes) }
        try train(
            Scene(kernels: [[1, 3, 3], [3, 3, 3], [3, 3, 3]], strides: [[1, 2, 2], [2, 2, 1]], size: [8, 16, 16]), "anisotropic")
        try train(Scene(levels: [1]), "one level with heads")
        try train(Scene(), "deeper heads") { ($0.head_classifier_kwargs.num_convs, $0.head_regressor_kwargs.num_convs) = (3, 2) }
        try train(Scene(), "shallow heads, no affine, no scale") {
            ($0.head_classifier_kwargs.num_convs, $0.head_regressor_kwargs.num_convs) = (0, 0)
            $0.head_classifier_kwargs.norm_affine = false
            $0.head_regressor_kwargs.learn_scale = false
        }
        let plane = Scene(dimension: 2, kernels: [[3, 3], [3, 3], [3, 3]], strides: [[2, 2], [2, 2]], size: [16, 16])
        for mode in ModelConfiguration.UpsamplingMode.allCases {
            try train(plane, "2D \(mode)") { ($0.decoder_kwargs.upsampling_mode, $0.segmenter) = (mode, .classes) }
        }
    }

    @Test func everyDecoderOptionChangesTheNetwork() throws {
        let names = Set(try Scene().network().parameters.map(\.name))
        func added(_ change: (inout ModelConfiguration.Decoder) -> Void) throws -> Set<String> {
            try train(Scene(), "decoder") { change(&$0.decoder_kwargs) }
            return Set(try Scene().network { change(&$0.decoder_kwargs) }.parameters.map(\.name)).subtracting(names)
        }
        #expect(try added { $0.num_lateral = 2 }.contains("model.decoder.lateral.P1.1.conv.weight"))
        #expect(try added { $0.norm_lateral = true }.contains("model.decoder.lateral.P2.0.norm.weight"))
        #expect(try added { $0.num_out = 2 }.contains("model.decoder.out.P0.1.conv.weight"))
        #expect(try added { $0.norm_out = true }.contains("model.decoder.out.P0.0.norm.bias"))
        #expect(try added { $0.num_fusion = 1 }.contains("model.decoder.fusion_bottom_up.P1.0.conv.weight"))
        #expect(
            try added { ($0.num_fusion, $0.norm_fusion) = (1, true) }.contains("model.decoder.fusion_bottom_up.P0.0.norm.weight"))
        #expect(try added { $0.upsampling_mode = .linear }.isEmpty)

        func output(_ change: (inout ModelConfiguration.Decoder) -> Void) throws -> [Float] {
            let network = try Scene().network { change(&$0.decoder_kwargs) }
            return try withoutGrad { try network.forward(Scene().images()).decoderMaps[0].values() }
        }
        let plain = try output { _ in }
        #expect(plain.contains { $0 < 0 })
        #expect(try output { $0.activation_out = true }.allSatisfy { $0 >= 0 })
        #expect(try output { $0.activation_lateral = true } != plain)
        #expect(try output { $0.upsampling_mode = .nearest } != output { $0.upsampling_mode = .linear })
        let fused = try output { $0.num_fusion = 1 }
        #expect(try output { ($0.num_fusion, $0.activation_fusion) = (1, true) } != fused)
        #expect(try Scene().network { $0.decoder_kwargs.min_out_channels = 12 }.decoder.channels == [12, 16, 16])
    }

    @Test func optionsOfTheLossesHaveTheirEffect() throws {
        func losses(_ change: (inout ModelConfiguration) -> Void) throws -> [String: Double] {
            let scene = Scene()
            var generator = SeededGenerator(seed: 1)
            let losses = try withoutGrad { try scene.network(change).losses(scene.images(), scene.targets(), using: &generator) }
            return try Dictionary(uniqueKeysWithValues: losses.named.map { ($0.key, try $0.value.item()) })
        }
        func changes(_ key: String, _ first: (inout ModelConfiguration) -> Void, _ second: (inout ModelConfiguration) -> Void) throws {
            let (a, b) = (try losses(first), try losses(second))
            for name in a.keys { #expect((a[name] != b[name]) == (name == key), "\(key) \(name): \(a) \(b)") }
        }
        try changes("cls", { _ in }) { $0.head_classifier_kwargs.smoothing = 0.1 }
        try changes("cls", { _ in }) { $0.head_classifier_kwargs.reduction = .sum }
        try changes("cls", { _ in }) { $0.head_classifier_kwargs.prior_prob = 0.1 }
        try changes("cls", { $0.classifier = .ce }) { ($0.classifier, $0.head_classifier_kwargs.prior_prob) = (.ce, 0.1) }
        try changes("cls", { $0.classifier = .focal }) { ($0.classifier, $0.head_classifier_kwargs.gamma) = (.focal, 1) }
        try changes("cls", { $0.classifier = .focal }) { ($0.classifier, $0.head_classifier_kwargs.alpha) = (.focal, 0.25) }
        try changes("cls", { _ in }) { $0.head_classifier_kwargs.loss_weight = 2 }
        try changes("reg", { _ in }) { $0.regressor = .l1 }
        try changes("reg", { $0.regressor = .l1 }) { ($0.regressor, $0.head_regressor_kwargs.beta) = (.l1, 0.1) }
        try changes("reg", { $0.regressor = .l1 }) { ($0.regressor, $0.head_regressor_kwargs.reduction) = (.l1, .mean) }
        try changes("reg", { $0.regressor = .l1 }) { ($0.regressor, $0.coder_kwargs.weights) = (.l1, [1, 1, 2, 2, 1, 2]) }
        try changes("reg", { _ in }) { $0.head_regressor_kwargs.loss_weight = 2 }
        try changes("seg_ce", { _ in }) { $0.segmenter = .foregroundTopK }
        try changes("seg_ce", { $0.segmenter = .foregroundTopK }) { ($0.segmenter, $0.segmenter_kwargs.topk) = (.foregroundTopK, 0.5) }
        try changes("seg_dice", { _ in }) { $0.segmenter_kwargs.dice_kwargs.batch_dice = false }
    }

    /// Convolutions in bfloat16, losses and boxes in float32: what is made of the same outputs is the same within autocast and without.
    @Test(.enabled(if: TestDevice.all.contains(where: \.supportsBFloat16))) func lossesAndBoxesAreComputedInFloat32() throws {
        let device = TestDevice.current
        guard device.supportsBFloat16 else { return }
        for regressor in ModelConfiguration.RegressorKind.allCases {
            let network = try Scene().network { $0.regressor = regressor }
            let (images, targets) = (try Scene().images(), try Scene().targets())
            try withoutGrad {
                let output = try withAutocast(device, .bfloat16) { try network.forward(images) }
                #expect(output.segmentation.dtype == .bfloat16 && output.logits.dtype == .bfloat16)
                var generators = (SeededGenerator(seed: 1), SeededGenerator(seed: 1))
                let losses = try withAutocast(device, .bfloat16) { try network.losses(of: output, targets, using: &generators.0) }
                let expected = try network.losses(of: output, targets, using: &generators.1)
                for (loss, other) in zip(losses.named, expected.named) {
                    #expect(try loss.value.dtype == .float32 && loss.value.item() == other.value.item(), "\(regressor) \(loss.key)")
                }
                let size = SIMD3(16, 16, 8)
                let found = try withAutocast(device, .bfloat16) { try network.detections(of: output.boxes, imageSize: size) }
                #expect(try found == network.detections(of: output.boxes, imageSize: size) && found.contains { $0.count > 0 })
            }
        }
    }

    @Test func priorIsWhatTheUntrainedNetworkSays() throws {
        for classifier in ModelConfiguration.ClassifierKind.allCases {
            let network = try Scene().network {
                ($0.classifier, $0.head_classifier_kwargs.prior_prob) = (classifier, 0.05)
            }
            let probabilities: [Float] = try withoutGrad {
                try network.classifier.probabilities(network.forward(Scene().images()).logits).values()
            }
            let mean = probabilities.reduce(0, +) / Float(probabilities.count)
            #expect(abs(mean - 0.05) < 0.01, "\(classifier): \(mean)")
        }
    }

    @Test func samplersTakeWhatTheySay() throws {
        var matches = [[Int32]](repeating: [Int32](repeating: -1, count: 500), count: 2)
        for index in 0..<50 { matches[0][index] = 1 }
        for index in 100..<200 { matches[1][index] = -2 }
        var generator = SeededGenerator(seed: 3)
        func noRanking() throws -> Tensor { throw Problem("sampling", "needs no ranking") }
        let balanced = BalancedSampling(BalancedSampler(batchSizePerImage: 30, positiveFraction: 0.5))
        let sample = try balanced.sample(matches, ranking: noRanking, using: &generator)
        #expect(sample.positives.count == 15 && sample.positives.allSatisfy { (0..<50).contains($0) })
        #expect(Set(sample.negatives).count == 45 && sample.negatives.count { $0 >= 500 } == 30)
        #expect(sample.negatives.allSatisfy { !(600..<700).contains($0) && $0 >= 50 })
        let all = try NoSampling().sample(matches, ranking: noRanking, using: &generator)
        #expect(all.positives == Array(0..<50) && all.negatives == Array(50..<600) + Array(700..<1000))
    }

    @Test func weightsOfTheCoderMustFitTheDimension() throws {
        #expect(throws: Problem.self) { try Scene().network { $0.coder_kwargs.weights = [1, 1, 1, 1] } }
    }
}
