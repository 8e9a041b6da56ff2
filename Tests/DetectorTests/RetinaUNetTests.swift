import Boxes
import Core
import Detector
import Support
import TestSupport
import Testing
import Torch

@Suite(.serialized, .onEveryDevice) struct RetinaUNetTests {
    private func network(dimension: Int = 3, levels: [Int] = [1, 2], classes: Int = 2) throws -> RetinaUNet {
        func axes(_ value: Int) -> [Int] { Array(repeating: value, count: dimension) }
        let architecture = Plan.Architecture(
            archName: "RetinaUNetV001", dim: dimension, inChannels: 1, classifierClasses: classes, segClasses: classes, startChannels: 4,
            maxChannels: 16, fpnChannels: 16, headChannels: 16, convKernels: [axes(3), axes(3), axes(3)], strides: [axes(2), axes(2)],
            decoderLevels: levels)
        let sizes = levels.map { level in [4.0, 6, 8].map { size in size * Double(1 << (level - 1)) } }
        let anchors = Plan.Anchors(width: sizes, height: sizes, depth: dimension == 3 ? sizes : [])
        try TorchLibrary.seed(3)
        let network = try RetinaUNet(architecture: architecture, anchors: anchors, configuration: ModelConfiguration())
        try network.move(to: TestDevice.current)
        return network
    }

    @Test func shapesOfTheOutputs() throws {
        let network = try network()
        let output = try withoutGrad { try network.forward(Tensor.randn([2, 1, 16, 16, 8]).onTestDevice()) }
        let perImage = 27 * (8 * 8 * 4 + 4 * 4 * 2)
        #expect(output.anchors.boxes.count == perImage)
        #expect(output.logits.shape == [2 * perImage, 2])
        #expect(output.deltas.shape == [2 * perImage, 6])
        #expect(output.segmentation.shape == [2, 2, 16, 16, 8])
    }

    @Test func worksInTwoDimensions() throws {
        let network = try network(dimension: 2)
        var generator = SeededGenerator(seed: 0)
        let images = try Tensor.randn([1, 1, 16, 16]).onTestDevice()
        let truth = GroundTruth(boxes: [Box(lower: SIMD3(3, 3, 0), upper: SIMD3(9, 9, 1))], labels: [1])
        let losses = try network.losses(
            images, DetectionTargets(truths: [truth], classes: Tensor.zeros([1, 16, 16], dtype: .int64).onTestDevice()), using: &generator)
        #expect(losses.regression != nil)
        #expect(try losses.total().item().isFinite)
        let found = try network.detections(images)[0]
        #expect(!found.isEmpty)
        #expect(found.boxes.allSatisfy { $0.lower.z == 0 && $0.upper.z == 1 })
    }

    @Test func detectionsAreSortedInsideTheImageAndWithoutDuplicates() throws {
        let network = try network()
        let found = try network.detections(Tensor.randn([1, 1, 16, 16, 8]).onTestDevice())[0]
        #expect(found.count > 0 && found.count <= 100)
        #expect(zip(found.scores, found.scores.dropFirst()).allSatisfy { $0 >= $1 })
        for (index, box) in found.boxes.enumerated() {
            #expect(box.lower.min() >= 0 && box.upper.x <= 16 && box.upper.y <= 16 && box.upper.z <= 8)
            for other in found.boxes.indices where other != index && found.labels[other] == found.labels[index] {
                #expect(box.intersectionOverUnion(found.boxes[other]) <= 0.6)
            }
        }
    }

    @Test func batchWithoutObjectsHasNoRegression() throws {
        let network = try network()
        var generator = SeededGenerator(seed: 0)
        let losses = try network.losses(
            Tensor.randn([1, 1, 16, 16, 8]).onTestDevice(),
            DetectionTargets(truths: [GroundTruth()], classes: Tensor.zeros([1, 16, 16, 8], dtype: .int64).onTestDevice()),
            using: &generator)
        #expect(losses.regression == nil)
        #expect(try losses.total().item() > 0)
    }

    @Test func samplingTakesTheHardestNegatives() throws {
        var generator = SeededGenerator(seed: 5)
        var logits = [Float](repeating: -5, count: 1000)
        for index in 900..<1000 { logits[index] = 5 }
        var matches = [Int32](repeating: -1, count: 1000)
        matches[3] = 0
        // Ignored anchors take no part, however high they score.
        for index in 950..<1000 { matches[index] = -2 }
        let sampling = HardNegativeSampling(
            HardNegativeSampler(batchSizePerImage: 32, positiveFraction: 0.33, poolSize: 20, minNegatives: 1))
        let sample = try sampling.sample([matches], ranking: { try Tensor.from(logits, shape: [1000]) }, using: &generator)
        #expect(sample.positives == [3])
        #expect(sample.negatives.count == 2)
        #expect(sample.negatives.allSatisfy { (900..<950).contains($0) })
    }

    @Test func stepsLowerTheLoss() throws {
        let network = try network(classes: 1)
        let image = try Tensor.zeros([1, 1, 16, 16, 16]).onTestDevice()
        try image.narrowed(axis: 2, start: 4, count: 7).narrowed(axis: 3, start: 5, count: 7).narrowed(axis: 4, start: 3, count: 7).fill(3)
        let mask = try image.selected(axis: 1, 0).isGreater(than: 1).to(.int64)
        let truth = GroundTruth(boxes: [Box(lower: SIMD3(3, 4, 2), upper: SIMD3(11, 12, 10))], labels: [0])
        let targets = DetectionTargets(truths: [truth], classes: mask)
        var optimiser = SGD([ParameterGroup(network.parameters, weightDecay: 0)], learningRate: 0.02, momentum: 0.9, nesterov: true)
        var generator = SeededGenerator(seed: 1)
        var values: [Double] = []
        for _ in 0..<60 {
            try network.clearGrads()
            let loss = try network.losses(image, targets, using: &generator).total()
            values.append(try loss.detached().item())
            try loss.backward()
            try optimiser.step()
        }
        #expect(values.suffix(5).reduce(0, +) / 5 < 0.5 * values[0])
        let best = try network.detections(image)[0]
        #expect(best.boxes[0].intersectionOverUnion(truth.boxes[0]) > 0.5)
    }
}
