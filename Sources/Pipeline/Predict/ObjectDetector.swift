import Core
import Foundation
import Imaging
import Preprocessing
import Support

/// A trained model, ready to find objects in new images: the library's form of `nndet predict --model`.
///
///     let detector = try ObjectDetector(modelAt: url)
///     let found = try detector.detect(in: [image])
///     for (score, place) in zip(found.detections.scores, found.places) { print(score, place.center, place.size) }
///
/// Use it from one thread: libtorch's state belongs to the thread that made it.
public struct ObjectDetector {
    /// How the model looks at an image.
    public struct Options: Sendable {
        /// Mirrored views of each tile: 8, 4 or 1.
        public var mirrorings = 8
        /// `cpu`, `cuda` or `cuda:<n>`; nil takes a GPU where there is one.
        public var device: String?
        /// Whether `segmentation` and `instances` of the findings are wanted.
        public var segments = false
        /// Leaves out tiles without body; changes results where objects lie in such a tile.
        public var skipsAir = false
        /// Which detections are handed out.
        public var score = ScoreFilter.operatingPoint

        public init() {}
    }

    /// Names of the classes by id.
    public var classes: [String] { bundle.info.labels }
    /// Names of the modalities, one image of each is needed.
    public var modalities: [String] { bundle.info.modalities }
    private let bundle: ModelBundle
    private let predictor: CasePredictor
    private let preprocessor: Preprocessor
    private let options: Options

    /// Opens a model: a fold or the consolidated folds of a training, the folder of these, or a packed file.
    ///
    /// - Throws: `Problem` naming what is missing or damaged.
    public init(modelAt url: URL, options: Options = Options()) throws {
        let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
        let bundle = try ModelBundle.open(url, environment: Environment([:], currentFolder: here))
        try self.init(bundle, options)
    }

    init(_ bundle: ModelBundle, _ options: Options) throws {
        self.bundle = bundle
        self.options = options
        preprocessor = try Preprocessor(plan: bundle.inference.plan)
        predictor = CasePredictor(
            bundle: bundle,
            model: try LoadedModel(
                plan: bundle.inference.plan, configuration: bundle.configuration, weights: bundle.weights, device: options.device),
            settings: PredictionSettings(transforms: options.mirrorings, segments: options.segments, skipsAir: options.skipsAir))
    }

    /// Finds objects in a scan.
    ///
    /// - Parameters:
    ///   - images: one per modality, all on one grid.
    ///   - id: what problems and results call it.
    ///   - progress: called with the tiles done and their number; throwing stops.
    /// - Returns: boxes in voxels of the image and, as `places`, in the patient.
    /// - Throws: `Problem` where the images do not fit each other or the model.
    public func detect(
        in images: [Image<Float>], id: String = "image", progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> CaseFindings {
        guard let first = images.first, images.count == modalities.count else {
            throw Problem("case \(id)", "has \(images.count) images, the model needs \(modalities.count)")
        }
        for image in images {
            if let difference = image.geometry.difference(from: first.geometry) {
                throw Problem("case \(id)", "its images are not on one grid: \(difference)", remedy: "register and resample them")
            }
        }
        let orientation = try bundle.inference.plan.orientation.map { try AxisMap(first.geometry, to: $0) } ?? .identity
        let raw = RawCase(
            id: id, channels: images.map { $0.volume.reoriented(orientation) }, geometry: first.geometry, orientation: orientation)
        let found = try predictor.look(at: preprocessor.prepare(raw.cropped()), progress: progress)
        return options.score.filter(try CasePredictor.findings(found, bundle, predictor.settings))
    }
}
