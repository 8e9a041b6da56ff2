import Evaluation

/// What is evaluated and how: the options of `nndet eval` and `nndet report`.
public struct EvaluationChoices: Sendable {
    /// Boxes: average precision and FROC.
    public var boxes = true
    /// Whole cases by their best detection.
    public var cases = false
    /// Segmentations: Dice.
    public var segmentation = false
    /// Masks of objects: panoptic quality and matched Dice.
    public var instances = false
    /// Single detections: what is right, wrong and missed.
    public var analysis = false
    /// Cases without a prediction count as empty instead of being an error.
    public var missingAsEmpty = false
    /// Best detections that count, per class and image.
    public var maxDetections = 100
    /// Draws of the bootstrap over cases; 0 for no intervals.
    public var resamples = 1000
    public var seed: UInt64 = 0
    /// Sizes that part the ranges of the scores by size; nil: three of equal number.
    public var sizeLimits: [Double]?
    /// The original's numbers where ours are mended (classes without objects, FROC without hits).
    public var referenceBehaviour = false
    /// Cases on the page of pictures.
    public var picturedCases = 2

    public init() {}

    func scoring(_ classNames: [String]) -> ScoringOptions {
        var options = ScoringOptions(classNames: classNames)
        options.maxDetections = maxDetections
        options.bootstrap = resamples > 0 ? Bootstrap(resamples: resamples, seed: seed) : nil
        options.sizeLimits = sizeLimits
        options.referenceBehaviour = referenceBehaviour
        return options
    }
}
