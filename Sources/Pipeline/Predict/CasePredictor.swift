import Core
import Imaging
import Inference
import Preprocessing
import Support

/// The way from a prepared case to findings: the network's part on the calling thread, the rest on any.
struct CasePredictor {
    let bundle: ModelBundle
    let model: LoadedModel
    let settings: PredictionSettings

    /// What the networks say of a case.
    struct Raw: Sendable {
        let boxes: RawPredictions
        let probabilities: ClassProbabilities?
        let properties: CaseProperties
    }

    func look(at prepared: PreparedCase, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }) throws -> Raw {
        let found = try model.predict(
            prepared.channels, channels: prepared.channelCount, shape: prepared.shape, settings, progress: progress)
        return Raw(boxes: found.boxes, probabilities: found.probabilities, properties: prepared.properties)
    }

    /// Joins what was found and takes it back to the grid of the image; needs no network.
    static func findings(_ raw: Raw, _ bundle: ModelBundle, _ settings: PredictionSettings) throws -> CaseFindings {
        let plan = bundle.inference.plan
        let restoration = try Restoration(properties: raw.properties, plan: plan, referenceBehaviour: settings.referenceBehaviour)
        let ensembler = BoxEnsembler(parameters: bundle.inference.parameters, referenceBehaviour: settings.referenceBehaviour)
        return CaseFindings(
            caseID: raw.properties.caseID,
            detections: restoration.imageSpace(ensembler.detections(raw.boxes)),
            geometry: raw.properties.geometry,
            voxels: raw.probabilities.map { CaseFindings.Voxels(restoration.cropped($0), bundle.inference.instances, restoration.placed) },
            dimension: plan.networkDim, legend: bundle.legend, notices: raw.properties.notices ?? [],
            referenceBehaviour: settings.referenceBehaviour)
    }
}
