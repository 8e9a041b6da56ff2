/// Which detections get a mask, and which voxels of their boxes belong to it; found by the sweep of instances and kept in the inference plan.
public struct InstanceParameters: Codable, Sendable, Equatable {
    /// Detections of a lower score get no mask.
    public var scoreThreshold: Double
    /// A voxel inside a box belongs to the object where the probability of any object is greater.
    public var foregroundThreshold: Double

    public init(scoreThreshold: Double = 0, foregroundThreshold: Double = 0.5) {
        self.scoreThreshold = scoreThreshold
        self.foregroundThreshold = foregroundThreshold
    }

    enum CodingKeys: String, CodingKey {
        case scoreThreshold = "instance_score_thresh"
        case foregroundThreshold = "instance_foreground_thresh"
    }
}
