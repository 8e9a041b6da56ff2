import Core
import Foundation
import Imaging
import Inference
import Preprocessing
import Support

/// What validation predictions tell of voxels: segmentations and masks of objects, made of the class probabilities that the sweep kept.
struct ValidationMaps {
    let run: RunFolder
    /// Parameters of detections and masks, and the plan.
    let inference: InferencePlan
    var referenceBehaviour = false

    /// Whether the probabilities of all `cases` were kept.
    static func areKept(_ cases: [String], in run: RunFolder) -> Bool {
        !cases.isEmpty
            && cases.allSatisfy {
                FileManager.default.fileExists(atPath: ClassProbabilities.file(of: $0, in: run.sweepPredictions).path)
            }
    }

    /// Removes the maps of all cases: they belong to predictions that are to be replaced.
    static func remove(in run: RunFolder) {
        for preprocessed in [false, true] {
            let folder = run.predictions(.val, preprocessed: preprocessed)
            for name in TaskFolder.names(in: folder)
            where ["_seg.npz", "_instances.nii.gz", "_instances.json"].contains(where: name.hasSuffix) {
                try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
            }
        }
    }

    /// Writes `<case>_seg.npz` and `<case>_instances.nii.gz` with its `.json` into `val_predictions` on the grid of the raw images, and into
    /// `val_predictions_preprocessed` on that of the preprocessed cases.
    func write(_ cases: [String], segmentations: Bool, instances: Bool, _ context: CommandContext) throws {
        let progress = context.progress("maps of voxels", cases.count)
        for id in cases {
            let raw = try RawPredictions.load(id, from: run.sweepPredictions)
            guard let properties = raw.properties, let spacing = properties.spacingAfterResampling else {
                throw Problem(run.sweepPredictions, "the predictions of \(id) lack the case's properties", remedy: "run the sweep again")
            }
            let probabilities = try ClassProbabilities.load(id, from: run.sweepPredictions)
            let detections = BoxEnsembler(parameters: inference.parameters, referenceBehaviour: referenceBehaviour).detections(raw)
            let restoration = try Restoration(properties: properties, plan: inference.plan, referenceBehaviour: referenceBehaviour)
            let grid = Geometry(size: probabilities.shape, spacing: spacing)
            try write(
                id, probabilities, detections, grid, isRestored: false, segmentations, instances
            ) { $0 }
            try write(
                id, restoration.cropped(probabilities), restoration.imageSpace(detections), properties.geometry, isRestored: true,
                segmentations, instances, restoration.placed)
            progress.advance(note: id)
        }
    }

    private func write(
        _ id: String, _ probabilities: ClassProbabilities, _ detections: Detections, _ geometry: Geometry, isRestored: Bool,
        _ segmentations: Bool, _ instances: Bool, _ placed: (Volume<UInt8>) -> Volume<UInt8>
    ) throws {
        let folder = run.predictions(.val, preprocessed: !isRestored)
        let voxels = CaseFindings.Voxels(probabilities, inference.instances, placed)
        let dimension = inference.plan.networkDim
        if segmentations {
            try SegmentationPrediction(
                caseID: id, labels: voxels.segmentation, classes: voxels.classes, geometry: geometry, isRestored: isRestored
            ).write(in: folder)
        }
        if instances {
            try InstanceListing.write(
                voxels.masks(detections, shape: geometry.size, dimension: dimension, referenceBehaviour: referenceBehaviour), geometry,
                dimension: dimension, to: folder.appendingPathComponent("\(id)_instances"), referenceBehaviour: referenceBehaviour)
        }
    }
}
