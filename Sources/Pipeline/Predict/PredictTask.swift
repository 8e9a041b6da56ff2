import Core
import Foundation
import Inference
import Preprocessing
import Support

/// `nndet predict`: finds objects in the test images of a task, with one fold or the consolidated folds (spec 08).
public struct PredictTask: Sendable {
    public let task: TaskFolder
    public let model: ModelFolder
    /// −1: the consolidated folds.
    public var fold = -1
    /// Mirrorings, 8, 4 or 1.
    public var transforms = 8
    /// Settings on top of the stored configuration.
    public var overrides: [String] = []
    /// Whether the test images are preprocessed first.
    public var preprocesses = true
    /// Images preprocessed at a time.
    public var preprocessingThreads = 3
    /// Which weights of a single fold predict.
    public var checkpoint = Checkpoint.final
    /// The original's tiles, mirroring and restoration.
    public var referenceBehaviour = false

    public init(task: TaskFolder, model: ModelFolder) {
        self.task = task
        self.model = model
    }

    /// Writes `test_predictions/<case>_boxes.npz` and `.json`; cases that were predicted by the same model with the same options are kept.
    ///
    /// - Throws: `Problem` naming what is missing or cannot be read.
    public func run(_ context: CommandContext) throws {
        let run = try model.existing(fold: fold)
        let context = try context.logging(to: run.log("inference"))
        let configuration = try Configuration.read(run.config, overrides: overrides, environment: context.environment)
        let tuned = FileManager.default.fileExists(atPath: run.planInference.path)
        let inference: InferencePlan =
            tuned ? try JSONFile.read(from: run.planInference) : InferencePlan(plan: try Plan.read(from: run.plan))
        if tuned { try inference.plan.check(named: run.planInference.path) }
        if !tuned {
            context.log.warning("\(run.planInference.path) is missing: predicting with untuned parameters (run 'nndet sweep' first)")
        }
        let plan = inference.plan
        let weights = fold < 0 ? try consolidatedWeights(run) : [run.weights(checkpoint)]

        let cases = try task.caseIDs(.test)
        guard !cases.isEmpty else {
            throw Problem(task.images(.test), "there are no test images", remedy: "put them there, named like the training images")
        }
        let images = task.preprocessedImages(plan.dataIdentifier, .test)
        if preprocesses {
            let progress = context.progress("preprocess", cases.count)
            _ = try Preprocessor(plan: plan).runTest(task, threads: preprocessingThreads, progress: progress)
        }
        let target = run.predictions(.test)
        let keys = try keys(cases, images, inference, configuration, weights)
        var made = PredictionKeys(in: target)
        let missing = cases.filter { !made.holds($0, keys[$0]) }
        if missing.count < cases.count { context.log.info("\(cases.count - missing.count) of \(cases.count) cases are predicted already") }
        if !missing.isEmpty {
            let model = try LoadedModel(plan: plan, configuration: configuration, weights: weights)
            context.log.info(
                "predicting \(missing.count) cases with \(model.count) model\(model.count == 1 ? "" : "s") × \(transforms) mirrorings, \(model.compute.description)"
            )
            let progress = context.progress("predict", missing.count)
            for id in missing {
                let prepared = try PreparedCase.read(id, in: images)
                let raw = try model.predict(
                    prepared.channels, channels: prepared.channelCount, shape: prepared.shape, transforms: transforms,
                    referenceBehaviour: referenceBehaviour)
                let detections = try Restoration(properties: prepared.properties, plan: plan, referenceBehaviour: referenceBehaviour)
                    .imageSpace(BoxEnsembler(parameters: inference.parameters).detections(raw))
                try CasePrediction(
                    caseID: id, detections: detections, geometry: prepared.properties.geometry, isRestored: true, dimension: plan.networkDim
                ).write(in: target, legend: ClassLegend(names: task.info.labels))
                try made.note(id, keys[id] ?? "")
                progress.advance(note: "\(id): \(detections.count) boxes")
            }
        }
        context.log.info("predictions: \(target.path)")
    }

    private func consolidatedWeights(_ run: RunFolder) throws -> [URL] {
        let names = try FileManager.default.contentsOfDirectory(atPath: run.url.path)
        let weights = names.filter { $0.hasPrefix("model_fold") && $0.hasSuffix(".safetensors") }.sorted()
        guard !weights.isEmpty else { throw Problem(run.url, "holds no model", remedy: "run 'nndet consolidate' without --no_model") }
        return weights.map(run.file)
    }

    /// Per case: what its predictions are made of.
    private func keys(
        _ cases: [String], _ images: URL, _ inference: InferencePlan, _ configuration: Configuration, _ weights: [URL]
    ) throws -> [String: String] {
        var common = ContentKey()
        for url in weights {
            guard FileManager.default.fileExists(atPath: url.path) else {
                throw Problem(url, "no such model", remedy: "finish the training first, or choose --ckpt")
            }
            try Data.file(url).withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in common.add(bytes) }
        }
        common.add(String(decoding: try JSONFile.encode(inference), as: UTF8.self))
        for part in configuration.determining + ["\(configuration.inferenceKwargs)", "\(transforms)", "\(referenceBehaviour)"] {
            common.add(part)
        }
        return try Dictionary(
            uniqueKeysWithValues: cases.map { id in
                let properties: CaseProperties = try JSONFile.read(from: images.appendingPathComponent("\(id).json"))
                var key = common
                key.add(properties.contentKey ?? "")
                return (id, key.text)
            })
    }
}

extension PredictTask {
    /// The command: finds task and model by name, then predicts as `configure` says.
    public static func run(_ task: String, model: String, _ context: CommandContext, configure: (inout PredictTask) -> Void) throws {
        let (folder, model) = try ModelSelection.model(task, model, context)
        var command = PredictTask(task: folder, model: model)
        configure(&command)
        try command.run(context)
    }
}
