import Boxes
import Core
import Detector
import Foundation
import Support
import TestSupport
import Testing
import Torch
import Training

/// Families `net_*`: forward pass, anchors, matching, losses, gradients, three steps, inference, initialisation.
@Suite(.serialized, .onEveryDevice) struct NetworkConformance {
    @Test(arguments: NetworkFixture.all)
    func forward(_ fixture: NetworkFixture) throws {
        let network = try fixture.network()
        let expected = try fixture.arrays("forward.safetensors")
        let file = "\(fixture.name)/forward.safetensors"
        let output = try withoutGrad { try network.forward(fixture.images()) }

        func compare(_ tensor: Tensor, _ name: String, _ tolerance: Double = 2e-4) throws {
            let deviation = try fixture.seed.deviation(tensor.values(Float.self), from: name, in: file, arrays: expected)
            #expect(
                ConformanceReport.note(
                    family: fixture.name, file: "\(file):\(name)", deviation: deviation.largest / max(deviation.std, 1e-12),
                    tolerance: tolerance))
        }
        for (level, map) in output.encoderMaps.enumerated() { try compare(map, "encoder_\(level)") }
        for (level, map) in output.decoderMaps.enumerated() { try compare(map, "decoder_P\(level)") }
        try compare(output.logits, "box_logits")
        try compare(output.deltas, "box_deltas")
        try compare(output.segmentation, "seg_logits")

        let anchors = try fixture.seed.deviation(
            output.anchors.boxes.flat(dimension: network.dimension), from: "anchors", in: file, arrays: expected)
        #expect(ConformanceReport.note(family: fixture.name, file: "\(file):anchors", deviation: anchors.largest, tolerance: 1e-5))
        #expect(try #require(expected["anchors_per_level"]).integers() == output.anchors.perLevel)
        try compareMatches(fixture, network, output.anchors, expected)
    }

    /// Labels (0 background, class + 1) of all anchors of the batch, and the boxes of the positive ones.
    private func compareMatches(_ fixture: NetworkFixture, _ network: RetinaUNet, _ anchors: Anchors, _ expected: [String: NPYArray]) throws
    {
        let truths = try fixture.targets().truths
        var positives: [Int: (label: Int, box: Box)] = [:]
        for (image, matches) in network.matches(anchors, truths).enumerated() {
            for (anchor, match) in matches.enumerated() where match >= 0 {
                positives[image * matches.count + anchor] = (truths[image].labels[Int(match)] + 1, truths[image].boxes[Int(match)])
            }
        }
        let indices = try #require(expected["labels.positive_index"]).integers()
        #expect(positives.keys.sorted() == indices)
        #expect(try #require(expected["labels.positive_value"]).integers() == indices.map { positives[$0]?.label ?? 0 })
        let rows = Box.boxes(flat: try #require(expected["matched_gt_boxes.positive_rows"]).floats(), dimension: network.dimension)
        #expect(rows == indices.compactMap { positives[$0]?.box })
        let wrong = Double(Set(positives.keys).symmetricDifference(indices).count)
        #expect(
            ConformanceReport.note(family: fixture.name, file: "\(fixture.name)/forward.safetensors:labels", deviation: wrong, tolerance: 0)
        )
    }

    @Test(arguments: NetworkFixture.all)
    func forwardInDouble(_ fixture: NetworkFixture) throws {
        let network = try fixture.network()
        try withoutGrad { for parameter in network.parameters { try parameter.tensor.setData(parameter.tensor.to(.float64)) } }
        let expected = try fixture.arrays("forward.safetensors")
        let output = try withoutGrad { try network.forward(fixture.images().to(.float64)) }
        let samples = try fixture.seed.samples(of: "\(fixture.name)/forward.safetensors")
        for (name, tensor) in [("box_logits", output.logits), ("box_deltas", output.deltas), ("seg_logits", output.segmentation)] {
            let mine = try tensor.values(Double.self)
            let key = "f64_\(name)"
            let stride = samples[key]?.stride ?? 1
            let theirs = try #require(expected[samples[key] == nil ? key : "\(key).sample"]).doubles()
            let largest = theirs.enumerated().reduce(0.0) { max($0, abs(mine[$1.offset * stride] - $1.element)) }
            #expect(
                ConformanceReport.note(
                    family: fixture.name, file: "\(fixture.name)/forward.safetensors:\(key)", deviation: largest, tolerance: 1e-9))
        }
    }

    /// Three optimiser steps with the original's samples: losses, first gradients, weights. In double: in single precision the rounding of
    /// one libtorch release against another moves the weights by more than the tolerance within three steps.
    @Test(arguments: NetworkFixture.all)
    func steps(_ fixture: NetworkFixture) throws {
        struct Steps: Decodable {
            struct Step: Decodable { let lr, loss, cls, seg_ce, seg_dice: Double; let reg: Double? }
            let steps: [Step]
        }
        let config = try fixture.config()
        let reference = try fixture.seed.json(Steps.self, "\(fixture.name)/steps.json").steps
        let sampled = try fixture.arrays("sampled.npz")
        let samples = reference.indices.map { step in
            AnchorSample(positives: sampled["pos_idx_\(step)"]?.integers() ?? [], negatives: sampled["neg_idx_\(step)"]?.integers() ?? [])
        }
        let sampling = InjectedSampling(samples)
        let network = try fixture.network(sampling: sampling)
        try withoutGrad { for parameter in network.parameters { try parameter.tensor.setData(parameter.tensor.to(.float64)) } }
        let parameters = network.parameters
        var optimiser = SGD(
            [
                ParameterGroup(parameters.filter { $0.role != .normalization }, weightDecay: config.trainer_cfg.weight_decay),
                ParameterGroup(parameters.filter { $0.role == .normalization }, weightDecay: 0),
            ], learningRate: 0, momentum: config.trainer_cfg.sgd_momentum, nesterov: config.trainer_cfg.sgd_nesterov)
        let trainer = config.trainer_cfg
        let schedule = LearningRateSchedule(
            initial: trainer.initial_lr, warmUpRate: trainer.warm_lr, warmUpIterations: trainer.warm_iterations, gamma: trainer.poly_gamma,
            iterationsPerEpoch: trainer.num_train_batches_per_epoch, epochs: trainer.max_num_epochs, averagingEpochs: 0)
        let images = try fixture.images().to(.float64)
        let targets = try fixture.targets()
        var generator = SeededGenerator(seed: 0)
        var worst = 0.0
        for (index, step) in reference.enumerated() {
            sampling.step = index
            #expect(abs(schedule.rate(at: index) - step.lr) <= 1e-9 * step.lr)
            optimiser.learningRate = step.lr
            try network.clearGrads()
            let losses = try network.losses(images, targets, using: &generator)
            let values = try Dictionary(uniqueKeysWithValues: losses.named.map { ($0.key, try $0.value.detached().item()) })
            worst = max(
                worst, relative(values["cls"], step.cls), relative(values["seg_ce"], step.seg_ce),
                relative(values["seg_dice"], step.seg_dice))
            // The original reports −GIoU, we 1 − GIoU (design, number 21): the same but for the constant.
            if let reg = step.reg { worst = max(worst, abs((values["reg"] ?? .infinity) - 1 - reg)) }
            try losses.total().backward()
            if index == 0 { try compareGradients(fixture, network) }
            try optimiser.step()
        }
        #expect(ConformanceReport.note(family: fixture.name, file: "\(fixture.name)/steps.json", deviation: worst, tolerance: 1e-4))

        try compareWeights(fixture, parameters)
    }

    /// Weights after the steps, each tensor by the norm of the difference over its own norm, as the gradients.
    private func compareWeights(_ fixture: NetworkFixture, _ parameters: [NamedParameter]) throws {
        let file = "\(fixture.name)/state_dict_3.safetensors"
        let expected = try fixture.arrays("state_dict_3.safetensors")
        let samples = try fixture.seed.samples(of: file)
        var worst = 0.0
        for parameter in parameters {
            let mine = try parameter.tensor.detached().values(Double.self)
            let stride = samples[parameter.name]?.stride ?? 1
            let theirs = try #require(expected[samples[parameter.name] == nil ? parameter.name : "\(parameter.name).sample"]).doubles()
            let difference = theirs.enumerated().reduce(0.0) {
                $0 + (mine[$1.offset * stride] - $1.element) * (mine[$1.offset * stride] - $1.element)
            }
            let norm = theirs.reduce(0.0) { $0 + $1 * $1 }
            worst = max(worst, (difference / max(norm, 1e-6)).squareRoot())
        }
        #expect(ConformanceReport.note(family: fixture.name, file: file, deviation: worst, tolerance: 1e-4))
    }

    private func relative(_ mine: Double?, _ theirs: Double) -> Double { abs((mine ?? .infinity) - theirs) / max(abs(theirs), 1e-12) }

    private func compareGradients(_ fixture: NetworkFixture, _ network: RetinaUNet) throws {
        let expected = try fixture.arrays("grads_step0.safetensors")
        let norms = try fixture.seed.json([String: Double?].self, "\(fixture.name)/grad_norms_step0.json")
        let samples = try fixture.seed.samples(of: "\(fixture.name)/grads_step0.safetensors")
        var worst = 0.0
        for parameter in network.parameters {
            guard let norm = try #require(norms[parameter.name], "no reference for \(parameter.name)") else {
                #expect(try parameter.tensor.grad() == nil, "\(parameter.name) gets no gradient in the original")
                continue
            }
            let grad = try #require(try parameter.tensor.grad()).values(Double.self)
            let mine = grad.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let scale = max(norm, 1e-6)
            worst = max(worst, abs(mine - norm) / scale)
            let stride = samples[parameter.name]?.stride ?? 1
            let theirs = try #require(expected[samples[parameter.name] == nil ? parameter.name : "\(parameter.name).sample"]).doubles()
            for (index, value) in theirs.enumerated() { worst = max(worst, abs(grad[index * stride] - value) / scale) }
        }
        #expect(
            ConformanceReport.note(family: fixture.name, file: "\(fixture.name)/grads_step0.safetensors", deviation: worst, tolerance: 1e-3)
        )
    }

    @Test(arguments: NetworkFixture.all)
    func inference(_ fixture: NetworkFixture) throws {
        let network = try fixture.network()
        let expected = try fixture.arrays("inference.npz")
        let images = try fixture.images()
        let detections = try network.detections(images)
        var boxDeviation = 0.0
        var scoreDeviation = 0.0
        for (index, mine) in detections.enumerated() {
            let boxes = Box.boxes(flat: try #require(expected["pred_boxes_\(index)"]).floats(), dimension: network.dimension)
            let scores = try #require(expected["pred_scores_\(index)"]).doubles()
            let labels = try #require(expected["pred_labels_\(index)"]).integers()
            #expect(mine.count == boxes.count)
            for (score, reference) in zip(mine.scores, scores) { scoreDeviation = max(scoreDeviation, abs(Double(score) - reference)) }
            // Same order except ties: each of theirs must stand among ours of (nearly) the same score.
            for (row, box) in boxes.enumerated() {
                let best = mine.boxes.indices.filter { abs(Double(mine.scores[$0]) - scores[row]) < 1e-4 && mine.labels[$0] == labels[row] }
                    .map { mine.boxes[$0].largestDifference(from: box) }.min()
                boxDeviation = max(boxDeviation, Double(best ?? .infinity))
            }
        }
        let file = "\(fixture.name)/inference.npz"
        #expect(ConformanceReport.note(family: fixture.name, file: "\(file):boxes", deviation: boxDeviation, tolerance: 1e-3))
        #expect(ConformanceReport.note(family: fixture.name, file: "\(file):scores", deviation: scoreDeviation, tolerance: 1e-4))

        let probability = try withoutGrad { try network.forward(images).segmentation.softmax(axis: 1) }
        let segmentation = try fixture.seed.deviation(probability.values(Float.self), from: "pred_seg", in: file, arrays: expected)
        #expect(ConformanceReport.note(family: fixture.name, file: "\(file):pred_seg", deviation: segmentation.largest, tolerance: 1e-4))
    }

    /// Default initialisation has the original's shapes, means and spreads.
    @Test(arguments: NetworkFixture.all)
    func initialisation(_ fixture: NetworkFixture) throws {
        let data = try Data.file(fixture.seed.file("\(fixture.name)/init_statistics.json"))
        let reference = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [Any]])
        let config = try fixture.config()
        try TorchLibrary.seed(1)
        let network = try RetinaUNet(architecture: config.plan.architecture, anchors: config.plan.anchors, configuration: config.model_cfg)
        let parameters = network.parameters
        #expect(Set(parameters.map(\.name)) == Set(reference.keys))
        var worst = 0.0
        for parameter in parameters {
            guard let entry = reference[parameter.name], let mean = entry[1] as? Double, let std = entry[2] as? Double else { continue }
            let values = try parameter.tensor.detached().values(Double.self)
            let mine = values.reduce(0, +) / Double(values.count)
            let spread = (values.reduce(0) { $0 + ($1 - mine) * ($1 - mine) } / Double(values.count)).squareRoot()
            // Both are samples: allow five standard errors of each.
            let slack = 7 * std / Double(values.count).squareRoot() + 1e-6
            worst = max(worst, abs(mine - mean) / slack, abs(spread - std) / (slack + (values.count < 30 ? std : 0)))
        }
        #expect(ConformanceReport.note(family: fixture.name, file: "\(fixture.name)/init_statistics.json", deviation: worst, tolerance: 1))
    }
}

/// Gives the original's samples, one per step.
private final class InjectedSampling: AnchorSampling {
    private let samples: [AnchorSample]
    var step = 0

    init(_ samples: [AnchorSample]) { self.samples = samples }

    func sample(_ matches: [[Int32]], ranking: () throws -> Tensor, using generator: inout SeededGenerator) throws -> AnchorSample {
        samples[step]
    }
}

extension Box {
    fileprivate func largestDifference(from other: Box) -> Float {
        let low = lower - other.lower
        let high = upper - other.upper
        return max(abs(low.x), abs(low.y), abs(low.z), abs(high.x), abs(high.y), abs(high.z))
    }
}
