import Boxes
import Core
import Foundation
import Support

/// A case of the sweep: its annotated objects and where its raw predictions come from.
public struct SweepCase: Sendable {
    public let id: String
    /// In voxels of the preprocessed case.
    public let truth: GroundTruth
    /// Called once per step and once for the key of the content, from any thread.
    public let predictions: @Sendable () throws -> RawPredictions

    public init(id: String, truth: GroundTruth, predictions: @escaping @Sendable () throws -> RawPredictions) {
        self.id = id
        self.truth = truth
        self.predictions = predictions
    }

    /// A case whose raw predictions lie in `folder`; they are read when they are needed.
    public init(id: String, truth: GroundTruth, savedIn folder: URL) {
        self.init(id: id, truth: truth) { try RawPredictions.load(id, from: folder) }
    }

    /// A key of the case's content.
    func contentKey() throws -> String {
        let raw = try predictions()
        var key = ContentKey()
        key.add(id)
        key.add(truth.boxes.flat())
        key.add(truth.labels)
        key.add([raw.shape.x, raw.shape.y, raw.shape.z, raw.dimension])
        for member in raw.members {
            key.add(member.name)
            key.add(member.detections.boxes.flat())
            key.add(member.detections.scores)
            key.add(member.detections.labels)
            key.add(member.weights)
        }
        return key.text
    }
}
