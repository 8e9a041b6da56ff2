import Boxes
import Core
import Detector
import Planning
import Support
import Torch

/// Times real training steps, for plans that shall not take too long and for what is told before training.
enum StepTiming {
    /// Seconds of one step on `candidate`: forward, losses, backward, update; the better of two after one that warms up.
    static func seconds(_ candidate: PlanCandidate, on device: Device = .cpu, autocast: DType?) throws -> Double {
        let architecture = candidate.architecture
        try TorchLibrary.setThreadCount(processorCount)
        let sizes = architecture.decoderLevels.map { level in [4.0, 6, 9].map { $0 * Double(1 << level) } }
        let network = try RetinaUNet(
            architecture: architecture, anchors: Plan.Anchors(width: sizes, height: sizes, depth: architecture.dim == 3 ? sizes : []),
            configuration: ModelConfiguration())
        try network.move(to: device)
        var optimiser = SGD([ParameterGroup(network.parameters, weightDecay: 3e-5)], learningRate: 1e-6, momentum: 0.9, nesterov: true)
        let images = try Tensor.randn([candidate.batchSize, architecture.inChannels] + candidate.patchSize).to(device)
        let object = GroundTruth(boxes: [Box(lower: SIMD3(2, 2, 0), upper: SIMD3(6, 6, architecture.dim == 3 ? 4 : 1))], labels: [0])
        let targets = DetectionTargets(
            truths: Array(repeating: object, count: candidate.batchSize),
            classes: try Tensor.zeros([candidate.batchSize] + candidate.patchSize, dtype: .int64).to(device))
        var generator = SeededGenerator(seed: 0)
        var times: [Double] = []
        for _ in 0..<3 {
            times.append(
                try ContinuousClock().measure {
                    try network.clearGrads()
                    let losses = try withAutocast(device, autocast) {
                        try network.losses(images, targets, using: &generator)
                    }
                    try losses.total().backward()
                    try optimiser.step()
                    // A GPU works behind; its result is waited for here.
                    _ = try network.parameters.first?.tensor.sum().item()
                } / .seconds(1))
        }
        return times.dropFirst().min() ?? times[0]
    }
}
