import Core
import Support
import Torch

/// What a detector is to learn from a batch.
public struct DetectionTargets {
    /// Objects of each image, in patch coordinates.
    public let truths: [GroundTruth]
    /// `[N, …]` int64, class + 1 on objects, 0 elsewhere.
    public let classes: Tensor

    public init(truths: [GroundTruth], classes: Tensor) {
        self.truths = truths
        self.classes = classes
    }

    /// `[N, …]` int64, 1 on objects.
    public var foreground: Tensor { get throws { try classes.isGreater(than: 0).to(.int64) } }
}

/// The parts of the loss by the original's names; what gradients are taken of is their sum.
public struct DetectionLosses {
    /// Classification of sampled anchors.
    public var classification: Tensor
    /// Boxes of sampled positive anchors; absent where there are none.
    public var regression: Tensor?
    public var segmentationCrossEntropy: Tensor
    public var segmentationDice: Tensor

    public init(classification: Tensor, regression: Tensor?, segmentationCrossEntropy: Tensor, segmentationDice: Tensor) {
        self.classification = classification
        self.regression = regression
        self.segmentationCrossEntropy = segmentationCrossEntropy
        self.segmentationDice = segmentationDice
    }

    /// The parts with the keys that are logged.
    public var named: [(key: String, value: Tensor)] {
        [("cls", classification)] + (regression.map { [("reg", $0)] } ?? []) + [
            ("seg_ce", segmentationCrossEntropy), ("seg_dice", segmentationDice),
        ]
    }

    public func total() throws -> Tensor {
        let sum = try classification + segmentationCrossEntropy + segmentationDice
        return try regression.map { try sum + $0 } ?? sum
    }
}

/// A network that finds objects: the pipeline knows only these functions of it.
public protocol DetectionNetwork: Module {
    /// Losses of a batch `images` `[N, C, …]`.
    func losses(_ images: Tensor, _ targets: DetectionTargets, using generator: inout SeededGenerator) throws -> DetectionLosses
    /// Objects found in each image `[N, C, …]`, in voxels of the patch, by falling score.
    func detections(_ images: Tensor) throws -> [Detections]
    /// The same, and the probabilities `[N, segmentedClasses, …]` (float32) of the segmenter's foreground classes.
    func segmentedDetections(_ images: Tensor) throws -> (detections: [Detections], probabilities: Tensor)
    /// Foreground classes that the segmenter tells apart.
    var segmentedClasses: Int { get }
    /// Losses and detections from one forward pass, and the foreground probability `[N, …]`, for validation.
    func evaluate(_ images: Tensor, _ targets: DetectionTargets, using generator: inout SeededGenerator) throws -> DetectorEvaluation
}

/// What validation wants to know of a batch.
public struct DetectorEvaluation {
    public let losses: DetectionLosses
    public let detections: [Detections]
    /// Probability of foreground, `[N, …]`.
    public let foreground: Tensor

    public init(losses: DetectionLosses, detections: [Detections], foreground: Tensor) {
        self.losses = losses
        self.detections = detections
        self.foreground = foreground
    }
}
