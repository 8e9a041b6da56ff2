import Core
import Foundation
import Imaging
import Support

/// `nndet boxes2nii` and `nndet seg2nii`: predictions of a model as images, to be looked at beside the scans (spec 08).
public struct NIfTIExport: Sendable {
    public enum Content: String, Sendable {
        /// `<case>_boxes.nii.gz`, boxes as instances, and `<case>_boxes.json`, what their numbers mean.
        case boxes
        /// `<case>_seg.nii.gz`.
        case segmentation
    }

    public let model: ModelFolder
    public let content: Content
    /// −1: the consolidated folds.
    public var fold = 0
    /// Boxes of at least this score are painted.
    public var threshold: Float = 0.5
    public var subset = RunFolder.Subset.val
    /// Paints the voxels that the original would.
    public var referenceBehaviour = false

    public init(model: ModelFolder, content: Content) {
        self.model = model
        self.content = content
    }

    /// Writes `val_predictions_nii` or `test_predictions_nii` and returns that folder.
    ///
    /// - Throws: `Problem` where there are no predictions, or one cannot be read.
    @discardableResult
    public func run(_ context: CommandContext) throws -> URL {
        let run = try model.existing(fold: fold)
        let source = run.predictions(subset)
        let target = run.url.appendingPathComponent("\(subset.rawValue)_predictions_nii", isDirectory: true)
        let ids = try content == .boxes ? CasePrediction.listed(in: source) : SegmentationPrediction.listed(in: source)
        guard !ids.isEmpty else {
            let made = subset == .test ? "nndet predict" : "nndet sweep"
            throw Problem(
                source, content == .boxes ? "holds no predictions" : "holds no segmentations",
                remedy: content == .boxes ? "run '\(made)' first" : "run 'nndet predict' with --seg first")
        }
        let progress = context.progress("write images", ids.count)
        let (content, threshold, referenceBehaviour) = (content, threshold, referenceBehaviour)
        try parallelFor(ids.count) { index in
            let id = ids[index]
            defer { progress.advance(note: id) }
            switch content {
            case .boxes:
                let prediction = try CasePrediction.read(id, in: source)
                guard prediction.isRestored else {
                    throw Problem(CasePrediction.file(of: id, in: source), "holds boxes of a preprocessed case, not of an image")
                }
                try prediction.geometry.requireMemory(bytesPerVoxel: 4, for: CasePrediction.file(of: id, in: source))
                let painted = prediction.detections.painted(
                    shape: prediction.geometry.size, dimension: prediction.dimension, threshold: threshold,
                    referenceBehaviour: referenceBehaviour)
                try InstanceListing.write(
                    painted, prediction.geometry, dimension: prediction.dimension, to: target.appendingPathComponent("\(id)_boxes"),
                    referenceBehaviour: referenceBehaviour)
            case .segmentation:
                let prediction = try SegmentationPrediction.read(id, in: source)
                try ImageWriter.write(
                    Image(volume: prediction.labels, geometry: prediction.geometry), to: target.appendingPathComponent("\(id)_seg.nii.gz"))
            }
        }
        context.log.info("\(ids.count) images: \(target.path)")
        return target
    }

    /// The command: finds task and model by name, then writes as `configure` says.
    public static func run(
        _ task: String, model: String, _ content: Content, _ context: CommandContext, configure: (inout NIfTIExport) -> Void
    ) throws {
        var command = NIfTIExport(
            model: try ModelFolder.resolve(task: task, model: model, in: context.environment.modelsFolder), content: content)
        configure(&command)
        try command.run(context)
    }
}
