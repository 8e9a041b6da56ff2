// One training step of planned networks: memory and seconds, predicted and measured, on this machine's CPU.
// Every measurement runs in a fresh process: without arguments the program starts itself once per network and precision.
import Boxes
import Core
import Detector
import Foundation
import Planning
import Support
import Torch
import Training

/// A network as the planner would make it for a patch.
struct Example {
    let name: String
    let spacing: [Double]
    let patch: [Int]
    var batch = 2
    var startChannels = 32
    var modalities = 1
    var classes = 1

    var candidate: PlanCandidate {
        let pooling = PoolingPlan(spacing: spacing, patchSize: patch, minimumLength: 4)
        let first = min(max(1, pooling.resolutions - 4), 2)
        return PlanCandidate(
            patchSize: pooling.patchSize, batchSize: batch,
            architecture: Plan.Architecture(
                archName: "RetinaUNetV001", dim: 3, inChannels: modalities, classifierClasses: classes, segClasses: classes,
                startChannels: startChannels, maxChannels: 10 * startChannels, fpnChannels: 4 * startChannels,
                headChannels: 4 * startChannels, convKernels: pooling.kernels, strides: pooling.strides,
                decoderLevels: Array(first..<pooling.resolutions)), objectsPerPatch: 4)
    }
}

let examples = [
    Example(name: "isotropic", spacing: [1, 1, 1], patch: [64, 64, 64]),
    Example(name: "large", spacing: [1, 1, 1], patch: [96, 96, 96], batch: 1, startChannels: 16),
    Example(name: "anisotropic", spacing: [3, 0.7, 0.7], patch: [24, 128, 128], startChannels: 24),
    Example(name: "modalities", spacing: [1, 1, 1], patch: [64, 80, 80], startChannels: 16, modalities: 2, classes: 3),
    Example(name: "narrow", spacing: [1, 1, 1], patch: [80, 96, 96], startChannels: 8),
    Example(name: "wide", spacing: [2, 1, 1], patch: [32, 64, 64], batch: 4, classes: 2),
]

/// A line of /proc/self/status, bytes.
func status(_ name: String) -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
}

func gibibytes(_ bytes: Int) -> String { String(format: "%.3f", Double(bytes) / Double(1 << 30)) }

/// Two steps and the averaging between them, as the last epochs of a training have them.
func measure(_ example: Example, _ precision: MemoryModel.Precision) throws {
    let candidate = example.candidate
    let architecture = candidate.architecture
    try TorchLibrary.setThreadCount(processorCount)
    try TorchLibrary.seed(0)
    _ = try Tensor.randn([8, 8])
    let before = status("VmRSS:")

    let levels = architecture.decoderLevels.map { level in [4.0, 6, 9].map { $0 * Double(1 << level) / 2 } }
    let network = try RetinaUNet(
        architecture: architecture, anchors: Plan.Anchors(width: levels, height: levels, depth: levels), configuration: ModelConfiguration()
    )
    var optimiser = SGD([ParameterGroup(network.parameters, weightDecay: 3e-5)], learningRate: 0.01, momentum: 0.9, nesterov: true)
    var average = WeightAverage()
    var generator = SeededGenerator(seed: 0)
    var seconds: [Double] = []
    for step in 0..<2 {
        let time = try ContinuousClock().measure {
            let images = try Tensor.randn([candidate.batchSize, architecture.inChannels] + candidate.patchSize)
            let truths = (0..<candidate.batchSize).map { _ in
                GroundTruth(boxes: [Box(lower: SIMD3(3, 4, 5), upper: SIMD3(14, 15, 16))], labels: [0])
            }
            let targets = DetectionTargets(
                truths: truths, classes: try Tensor.zeros([candidate.batchSize] + candidate.patchSize, dtype: .int64))
            try network.clearGrads()
            let losses = try withAutocast(.cpu, precision == .full ? nil : .bfloat16) {
                try network.losses(images, targets, using: &generator)
            }
            try losses.total().backward()
            try optimiser.step()
        }
        seconds.append(time / .seconds(1))
        if step == 0 { try average.add(network) }
    }
    let measured = status("VmHWM:") - before
    let model = MemoryModel(precision: precision, processor: .cpu)
    let predicted = model.estimate(candidate)
    let parts = predicted.parts.map { "\($0.part.rawValue) \(gibibytes($0.bytes))" }.joined(separator: ", ")
    print(
        "\(example.name)\t\(precision.rawValue)\t\(candidate.patchSize.map(String.init).joined(separator: "×"))×\(candidate.batchSize)\t"
            + "\(architecture.startChannels)\t\(gibibytes(predicted.total))\t\(gibibytes(measured))\t"
            + String(format: "%+.1f %%", 100 * (Double(predicted.total) / Double(measured) - 1))
            + String(format: "\t%.1f s\t%.3f Tflop", seconds.min() ?? 0, Double(model.work(candidate).operations) / 1e12)
            + "\t\(model.work(candidate).multiplications)\t\(model.work(candidate).elements)\t\(parts)")
}

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "describe", "serve", "steps":
    try Bench(Array(arguments.dropFirst())).run(arguments[0])
case "sweep" where arguments.count == 3:
    try SweepTiming(cases: Int(arguments[1]) ?? 100, boxes: Int(arguments[2]) ?? 2700).run()
case let name? where arguments.count == 2:
    guard let example = examples.first(where: { $0.name == name }), let precision = MemoryModel.Precision(rawValue: arguments[1]) else {
        throw Problem(name, "there is no such network or precision")
    }
    try measure(example, precision)
default:
    FileHandle.standardOutput.write(
        Data("network\tprecision\tpatch × batch\tchannels\tpredicted GiB\tmeasured GiB\tdifference\tstep\twork\n".utf8))
    for example in examples {
        for precision in MemoryModel.Precision.allCases {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = [example.name, precision.rawValue]
            try process.run()
            process.waitUntilExit()
        }
    }
}
