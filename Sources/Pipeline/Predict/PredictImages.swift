import Core
import Foundation
import Imaging
import Inference
import Preprocessing
import Support

/// `nndet predict --model … --input … --output …`: finds objects in images given by path; needs no task folder.
public struct PredictImages: Sendable {
    public let model: URL
    public let inputs: [URL]
    public let output: URL
    public var models: Int?
    public var transforms = 8
    public var overrides: [String] = []
    public var checkpoint = Checkpoint.final
    public var device: String?
    public var skipsAir = false
    public var score = ScoreFilter.operatingPoint
    public var files: PredictionFiles = .table
    /// Which part of the cases is predicted: `(i, n)`, i from 1.
    public var part = (index: 1, count: 1)
    /// The original's tiles, mirroring, restoration and order; images are left in the orientation that they are stored in.
    public var referenceBehaviour = false

    public init(model: URL, inputs: [URL], output: URL) {
        self.model = model
        self.inputs = inputs
        self.output = output
    }

    /// Writes the files of every case into `output`; cases that were predicted from the same images by the same model with the same options are
    /// kept.
    ///
    /// - Throws: `Problem` naming what is missing or cannot be read. A case that fails does not keep others from being predicted.
    public func run(_ context: CommandContext) throws {
        var bundle = try ModelBundle.open(model, checkpoint: checkpoint, overrides: overrides, environment: context.environment)
        bundle.keepWeights(models)
        let all = try InputCase.find(inputs, modalities: bundle.info.modalities, ignored: context.log.ignored)
        let cases = all.indices.filter { $0 % part.count == part.index - 1 }.map { all[$0] }
        if part.count > 1 { context.log.info("part \(part.index) of \(part.count): \(cases.count) of \(all.count) cases") }
        if score == .operatingPoint, bundle.inference.operatingPoint == nil {
            context.log.warning("the model has no operating point, all detections are written (run 'nndet sweep', or give --score)")
        }
        var (items, failures) = try items(cases, bundle, context.reader())
        let unreadable = failures.count
        let made = KeyJournal(PredictionQueue.keysName, in: output)
        let files = files(bundle)
        let missing = items.filter { !made.holds($0.id, $0.key, files: files.urls($0.id, in: output)) }
        if missing.count < items.count { context.log.info("\(items.count - missing.count) of \(cases.count) cases are predicted already") }
        if !missing.isEmpty {
            let loaded = try LoadedModel(
                plan: bundle.inference.plan, configuration: bundle.configuration, weights: bundle.weights, device: device,
                referenceBehaviour: referenceBehaviour)
            context.log.info(
                "predicting \(missing.count) case\(missing.count == 1 ? "" : "s") with \(loaded.count) model\(loaded.count == 1 ? "" : "s") × "
                    + "\(transforms) mirrorings, \(loaded.compute.description)")
            let predictor = CasePredictor(bundle: bundle, model: loaded, settings: settings(files))
            failures += PredictionQueue(predictor: predictor, files: files, score: score).run(missing, to: output, context)
        }
        try FailedCases.report(failures, of: missing.count + unreadable, in: output, context.log)
        context.log.info("predictions: \(output.path)")
    }

    private func files(_ bundle: ModelBundle) -> PredictionFiles {
        bundle.configuration.inferenceKwargs.doSegmentation ? files.union([.segmentation, .segmentationImage]) : files
    }

    private func settings(_ files: PredictionFiles) -> PredictionSettings {
        PredictionSettings(
            transforms: transforms, segments: files.needsSegmentation, skipsAir: skipsAir, referenceBehaviour: referenceBehaviour)
    }

    private func items(_ cases: [InputCase], _ bundle: ModelBundle, _ reader: ImageReader) throws
        -> ([PredictionQueue.Item], [CaseFailure])
    {
        var common = try bundle.contentKey()
        for part in ["\(settings(files(bundle)))", "\(score)", Restoration.contentKey(referenceBehaviour: referenceBehaviour)] {
            common.add(part)
        }
        if reader.policy != .strict { common.add(String(decoding: try JSONFile.encode(reader.policy, pretty: false), as: UTF8.self)) }
        let preprocessor = try Preprocessor(plan: bundle.inference.plan, referenceBehaviour: referenceBehaviour)
        var failures: [CaseFailure] = []
        let items = cases.compactMap { item -> PredictionQueue.Item? in
            var key = common
            do { for image in item.images { try key.add(image: image) } } catch {
                failures.append(CaseFailure(id: item.id, error: error))
                return nil
            }
            return PredictionQueue.Item(
                id: item.id, key: key.text, prepare: { try preprocessor.prepare(id: item.id, rawFiles: item.images, reader: reader) },
                image: { try reader.read(item.images[0]) })
        }
        return (items, failures)
    }
}

extension ContentKey {
    /// Counts in an image: a file, or the slices of a folder.
    fileprivate mutating func add(image url: URL) throws {
        let names = try FolderContents.names(in: url)
        guard !names.isEmpty else { return try add(file: url) }
        for name in names {
            let file = url.appendingPathComponent(name)
            var isFolder: ObjCBool = false
            // Reading the slices ignores folders beside them.
            guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), !isFolder.boolValue else { continue }
            add(name)
            try add(file: file)
        }
    }
}
