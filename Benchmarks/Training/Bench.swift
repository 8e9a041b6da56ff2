import Boxes
import Core
import Detector
import Foundation
import Planning
import Support
import Torch
import Training

/// One network with one batch, for `compare.py`: its description, and steps of it on request.
struct Bench {
    private let candidate: PlanCandidate
    private let sizes: [[Double]]
    private let autocast: DType?
    private let device: Device
    private let classes = 2

    /// - Parameter arguments: patch, channels of the first stage, of pyramid and heads, batch; `full`, `mixed` (bfloat16) or `half` (float16);
    ///   the device, the CPU where it is left out.
    init(_ arguments: [String]) throws {
        let numbers = arguments.prefix(4).compactMap { Int($0) }
        let precisions: [String: DType?] = ["full": nil, "mixed": .bfloat16, "half": .float16]
        guard arguments.count >= 5, numbers.count == 4, let autocast = precisions[arguments[4]],
            let device = Device(arguments.count > 5 ? arguments[5] : "cpu")
        else { throw Problem("arguments", "PATCH START WIDTH BATCH full|mixed|half [cpu|cuda]") }
        (self.autocast, self.device) = (autocast, device)
        let pooling = PoolingPlan(spacing: [1, 1, 1], patchSize: [numbers[0], numbers[0], numbers[0]], minimumLength: 4)
        let first = min(max(1, pooling.resolutions - 4), 2)
        candidate = PlanCandidate(
            patchSize: pooling.patchSize, batchSize: numbers[3],
            architecture: Plan.Architecture(
                archName: "RetinaUNetV001", dim: 3, inChannels: 1, classifierClasses: classes, segClasses: classes,
                startChannels: numbers[1], maxChannels: 10 * numbers[1], fpnChannels: numbers[2], headChannels: numbers[2],
                convKernels: pooling.kernels, strides: pooling.strides, decoderLevels: Array(first..<pooling.resolutions)),
            objectsPerPatch: 2)
        sizes = candidate.architecture.decoderLevels.map { level in [4.0, 6, 9].map { $0 * Double(1 << level) / 2 } }
    }

    func run(_ command: String) throws {
        guard command != "describe" else { return try describe() }
        try TorchLibrary.setThreadCount(processorCount)
        guard try device == .cpu || Device.cudaCount() > device.index else { throw Problem("\(device)", "is not there") }
        try TorchLibrary.seed(0)
        _ = try Tensor.randn([8, 8])
        let before = status("VmRSS:")
        var step = try Step(candidate, sizes, autocast, device)
        if command == "steps" {
            // Resident memory over many steps, one after the other: after the last, and at most.
            var index = 0
            while let line = readLine(), let count = Int(line) {
                for _ in 0..<count { try step.whole() }
                index += count
                say("\(index)\t\(gibibytes(status("VmRSS:")))\t\(gibibytes(status("VmHWM:")))")
            }
            return
        }
        while let what = readLine() {
            switch what {
            case "memory": say(try device.peakMemory() ?? status("VmHWM:") - before)
            case "swift": say(try step.swiftSeconds())
            case let request where request.hasPrefix("case "):
                guard let size = Int(request.dropFirst("case ".count)) else { throw Problem(request, "is no size of a case") }
                say(try step.predictCase(size))
            default:
                let cpu = ProcessorTime.process
                let wall = try ContinuousClock().measure { try what == "step" ? step.whole() : step.network() } / .seconds(1)
                say("\(wall) \(ProcessorTime.process - cpu)")
            }
        }
    }

    /// At once, not when a buffer is full: somebody waits for it.
    private func say(_ answer: some CustomStringConvertible) { FileHandle.standardOutput.write(Data("\(answer)\n".utf8)) }

    private func describe() throws {
        struct Description: Encodable {
            let kernels, strides: [[Int]]
            let levels, patch: [Int]
            let start, fpn, head, classes, modalities, batch: Int
            let anchors: [[Double]]
        }
        let network = candidate.architecture
        let description = Description(
            kernels: network.convKernels, strides: network.strides, levels: network.decoderLevels, patch: candidate.patchSize,
            start: network.startChannels, fpn: network.fpnChannels, head: network.headChannels, classes: classes, modalities: 1,
            batch: candidate.batchSize, anchors: sizes)
        print(String(decoding: try JSONEncoder().encode(description), as: UTF8.self))
    }
}

/// The network with its optimiser and a batch of two objects per image.
struct Step {
    let net: RetinaUNet
    var optimiser: SGD
    let images: Tensor
    let targets: DetectionTargets
    let autocast: DType?
    let device: Device
    var scaler: LossScaler?
    var generator = SeededGenerator(seed: 0)

    init(_ candidate: PlanCandidate, _ sizes: [[Double]], _ autocast: DType?, _ device: Device) throws {
        self.autocast = autocast
        self.device = device
        scaler = autocast == .float16 ? LossScaler() : nil
        net = try RetinaUNet(
            architecture: candidate.architecture, anchors: Plan.Anchors(width: sizes, height: sizes, depth: sizes),
            configuration: ModelConfiguration())
        try net.move(to: device)
        let groups = [
            ParameterGroup(net.parameters.filter { $0.role != .normalization }, weightDecay: 3e-5),
            ParameterGroup(net.parameters.filter { $0.role == .normalization }, weightDecay: 0),
        ]
        optimiser = SGD(groups, learningRate: 0.01, momentum: 0.9, nesterov: true)
        images = try Tensor.randn([candidate.batchSize, 1] + candidate.patchSize).to(device)
        let truth = GroundTruth(
            boxes: [Box(lower: SIMD3(3, 4, 5), upper: SIMD3(14, 15, 16)), Box(lower: SIMD3(20, 20, 20), upper: SIMD3(29, 27, 28))],
            labels: [0, 1])
        let patch = candidate.patchSize
        var map = [Int64](repeating: 0, count: patch.reduce(1, *))
        for (index, box) in truth.boxes.enumerated() {
            for i in Int(box.lower.x) + 1..<Int(box.upper.x) {
                for j in Int(box.lower.y) + 1..<Int(box.upper.y) {
                    for k in Int(box.lower.z) + 1..<Int(box.upper.z) { map[(i * patch[1] + j) * patch[2] + k] = Int64(index + 1) }
                }
            }
        }
        let one = try Tensor.from(map, shape: [1] + patch).to(device)
        targets = DetectionTargets(
            truths: Array(repeating: truth, count: candidate.batchSize),
            classes: try Tensor.concatenated(Array(repeating: one, count: candidate.batchSize), axis: 0))
    }

    mutating func whole() throws {
        try net.clearGrads()
        let loss = try withAutocast(device, autocast) { try net.losses(images, targets, using: &generator) }.total()
        var isFinite = true
        if let factor = scaler {
            try (loss * factor.scale).backward()
            isFinite = try factor.unscale(net.parameters)
            scaler?.update(overflowed: !isFinite)
        } else {
            try loss.backward()
        }
        if isFinite { try optimiser.step() }
        try wait()
    }

    /// Until a GPU, which works behind, has done what it was asked.
    private func wait() throws {
        if device.type == .cuda { _ = try net.parameters[0].tensor.detached().sum().item() }
    }

    /// Forward and backward pass of the means of all outputs.
    func network() throws {
        try net.clearGrads()
        let output = try withAutocast(device, autocast) { try net.forward(images) }
        let total = try [output.logits, output.deltas, output.segmentation].map { try $0.to(.float32).mean() }
        try (total[0] + total[1] + total[2]).backward()
        try wait()
    }

    /// What of a step is computed in Swift: anchors, matching, and the choice of anchors, with the ranking that libtorch computes.
    mutating func swiftSeconds() throws -> Double {
        let output = try withoutGrad { try withAutocast(device, autocast) { try net.forward(images) } }
        let (logits, classifier) = try (output.logits.to(.float32).detached(), net.classifier)
        let maps = net.decoderLevels.map { output.decoderMaps[$0] }.map { SIMD3($0.size(2), $0.size(3), $0.size(4)) }
        let size = SIMD3(images.size(2), images.size(3), images.size(4))
        return try ContinuousClock().measure {
            _ = net.anchorGenerator.anchors(imageSize: size, featureMapSizes: maps)
            let matches = net.matches(output.anchors, targets.truths)
            _ = try net.sampling.sample(matches, ranking: { try classifier.ranking(logits) }, using: &generator)
        } / .seconds(1)
    }
}
