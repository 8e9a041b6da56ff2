import Boxes
import Core
import Detector
import Foundation
import Support
import Testing
import TestSupport
import Torch

/// A `net_*` folder of the conformance data: the configuration, its network with the original's weights, and its inputs.
struct NetworkFixture: CustomTestStringConvertible, Sendable {
    let seed: SeedFolder
    let name: String

    var testDescription: String { "\(seed)/\(name)" }

    static let all: [NetworkFixture] = SeedFolder.all.flatMap { seed in
        Set(seed.files("net_").compactMap { $0.split(separator: "/").first.map(String.init) }).sorted().map {
            NetworkFixture(seed: seed, name: $0)
        }
    }

    struct Config: Decodable {
        struct PlanPart: Decodable {
            let architecture: Plan.Architecture
            let anchors: Plan.Anchors
            let batch_size: Int
        }
        struct TrainerPart: Decodable {
            let initial_lr, sgd_momentum, weight_decay, warm_lr, poly_gamma: Double
            let sgd_nesterov: Bool
            let warm_iterations, max_num_epochs, num_train_batches_per_epoch: Int
        }
        let plan: PlanPart
        let model_cfg: ModelConfiguration
        let trainer_cfg: TrainerPart
    }

    /// The file's configuration; keys that the original does not have take our defaults.
    func config() throws -> Config {
        var tree = try seed.json("\(name)/config.json") as? [String: Any] ?? [:]
        let defaults = try JSONSerialization.jsonObject(with: JSONFile.encode(ModelConfiguration())) as? [String: Any] ?? [:]
        tree["model_cfg"] = Self.merged(defaults, tree["model_cfg"] as? [String: Any] ?? [:])
        return try JSONFile.decode(from: JSONSerialization.data(withJSONObject: tree), named: "\(name)/config.json")
    }

    private static func merged(_ base: [String: Any], _ top: [String: Any]) -> [String: Any] {
        base.merging(top) { old, new in
            guard let old = old as? [String: Any], let new = new as? [String: Any] else { return new }
            return merged(old, new)
        }
    }

    func tensors(_ file: String) throws -> [String: Tensor] {
        let url = seed.file("\(name)/\(file)")
        return try WeightFile.read(url)
    }

    func arrays(_ file: String) throws -> [String: NPYArray] {
        if file.hasSuffix(".npz") { return try seed.npz("\(name)/\(file)") }
        return try tensors(file).mapValues { tensor in
            tensor.dtype == .int64
                ? NPYArray(try tensor.values(Int64.self), shape: tensor.shape)
                : NPYArray(try tensor.values(Double.self), shape: tensor.shape)
        }
    }

    func network(weights: String = "state_dict_0.safetensors", sampling: (any AnchorSampling)? = nil) throws -> RetinaUNet {
        let config = try config()
        let network = try RetinaUNet(
            architecture: config.plan.architecture, anchors: config.plan.anchors, configuration: config.model_cfg, sampling: sampling,
            matcher: try InjectedCandidates(
                matcher: ATSSMatcher(
                    candidates: config.model_cfg.matcher_kwargs.num_candidates,
                    centerInGroundTruth: config.model_cfg.matcher_kwargs.center_in_gt),
                candidates: candidates()))
        try network.load(tensors(weights), from: "\(name)/\(weights)")
        try network.move(to: TestDevice.current)
        return network
    }

    /// Per object box: the anchors that the original chose among equally near ones.
    private func candidates() throws -> [Box: [Int]] {
        let forward = try arrays("forward.safetensors")
        return try targets().truths.enumerated().reduce(into: [:]) { candidates, image in
            guard let chosen = forward["atss_candidate_idx_\(image.offset)"] else { return }
            let indices = chosen.integers()
            let perObject = chosen.shape[1]
            for (row, box) in image.element.boxes.enumerated() { candidates[box] = Array(indices[row * perObject..<(row + 1) * perObject]) }
        }
    }

    /// `[N, C, …]`
    func images() throws -> Tensor {
        let inputs = try arrays("inputs.npz")
        guard let images = inputs["images"] else { throw Problem(name, "no images") }
        return try Tensor.from(images.floats(), shape: images.shape).onTestDevice()
    }

    func targets() throws -> DetectionTargets {
        let inputs = try arrays("inputs.npz")
        guard let images = inputs["images"], let segmentation = inputs["target_seg"] else { throw Problem(name, "no targets") }
        let dimension = images.shape.count - 2
        let truths = (0..<images.shape[0]).map { index -> GroundTruth in
            let labels = inputs["target_classes_\(index)"]?.integers() ?? []
            let boxes = Box.boxes(flat: inputs["target_boxes_\(index)"]?.floats() ?? [], dimension: dimension)
            return GroundTruth(boxes: boxes, labels: labels)
        }
        let foreground = segmentation.floats().map { Int64($0 > 0 ? 1 : 0) }
        return DetectionTargets(truths: truths, classes: try Tensor.from(foreground, shape: segmentation.shape).onTestDevice())
    }
}

/// ATSS whose candidates are the original's: which of equally near anchors it took is arbitrary.
private struct InjectedCandidates: Matcher {
    let matcher: ATSSMatcher
    let candidates: [Box: [Int]]

    func match(anchors: Anchors, groundTruth: [Box]) -> [Int32] {
        matcher.match(anchors: anchors, groundTruth: groundTruth) { candidates[$0] ?? [] }
    }
}
