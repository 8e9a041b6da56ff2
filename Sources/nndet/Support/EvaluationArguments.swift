import ArgumentParser
import Foundation
import Pipeline

/// Options of all commands that score boxes.
struct ScoringArguments: ParsableArguments {
    @Flag(help: "Count cases without a prediction as empty; without this they are an error.")
    var missingAsEmpty = false

    @Option(help: ArgumentHelp("Best detections that count, per class and image.", valueName: "N"))
    var maxDetections = 100

    @Option(help: ArgumentHelp("Draws of the bootstrap over cases, for intervals; 0: none.", valueName: "N"))
    var bootstrap = 1000

    @Option(help: "Seed of the bootstrap.")
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("Sizes that part the objects, e.g. 6,20 (default: three parts of equal number).", valueName: "mm,…"))
    var sizeLimits: String?

    @Flag(help: "The original's numbers where they are mended here: classes without objects, FROC without a hit.")
    var referenceBehaviour = false

    private var limits: [Double]? { sizeLimits.map { $0.split(separator: ",").map { Double($0) ?? .nan } } }

    func validate() throws {
        try requirePositive(maxDetections, "--max-detections")
        if bootstrap < 0 { throw ValidationError("--bootstrap must not be negative and is \(bootstrap)") }
        if let limits {
            guard !limits.isEmpty, limits.allSatisfy({ $0 > 0 && $0.isFinite }), zip(limits, limits.dropFirst()).allSatisfy({ $0 < $1 })
            else { throw ValidationError("--size-limits must be rising positive numbers such as 6,20") }
        }
    }

    var choices: EvaluationChoices {
        var choices = EvaluationChoices()
        choices.missingAsEmpty = missingAsEmpty
        choices.maxDetections = maxDetections
        choices.resamples = bootstrap
        choices.seed = seed
        choices.sizeLimits = limits
        choices.referenceBehaviour = referenceBehaviour
        return choices
    }
}

/// Predictions and labels without a task.
struct FileArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Folder of <case>_boxes.npz (or .pkl of the Python nnDetection), or COCO's JSON.", valueName: "folder|json"))
    var predictions: String?

    @Option(help: ArgumentHelp("Folder of <case>_boxes_gt.npz.", valueName: "folder"))
    var labels: String?

    @Option(help: ArgumentHelp("Annotations in COCO's JSON.", valueName: "json"))
    var groundTruth: String?

    @Option(help: ArgumentHelp("Names of the classes by id, with --labels (default: as many as appear).", valueName: "a,b,…"))
    var classes: String?

    /// Called by the command, which knows its arguments.
    func validate(_ chosen: ModelArguments) throws {
        if predictions == nil {
            if labels != nil || groundTruth != nil || classes != nil {
                throw ValidationError("--labels, --ground-truth and --classes go with --predictions")
            }
            if chosen.task == nil || chosen.model == nil {
                throw ValidationError("give a task and a model, or --predictions with --labels or --ground-truth")
            }
            return
        }
        if chosen.task != nil { throw ValidationError("give either a task and a model, or --predictions") }
        if (labels == nil) == (groundTruth == nil) {
            throw ValidationError("--predictions needs --labels (a folder) or --ground-truth (JSON)")
        }
        if classes != nil, labels == nil { throw ValidationError("--classes goes with --labels; JSON names its categories") }
    }

    var source: EvaluationFiles? { source(images: nil) }

    func source(images: URL?) -> EvaluationFiles? {
        guard let predictions else { return nil }
        if let groundTruth { return .coco(predictions: URL(fileURLWithPath: predictions), groundTruth: URL(fileURLWithPath: groundTruth)) }
        return labels.map {
            .folders(
                predictions: URL(fileURLWithPath: predictions, isDirectory: true), labels: URL(fileURLWithPath: $0, isDirectory: true),
                images: images, classes: classes?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? [])
        }
    }
}
