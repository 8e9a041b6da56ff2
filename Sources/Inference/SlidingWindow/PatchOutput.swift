import Core

/// What a network says of a batch of patches.
public struct PatchOutput: Sendable {
    /// One value per patch, boxes in patch coordinates.
    public var detections: [Detections]
    /// `[count, classes, patch size]`, C order: the probabilities of the foreground classes; empty where they are not wanted.
    public var probabilities: [Float]

    public init(detections: [Detections], probabilities: [Float] = []) {
        self.detections = detections
        self.probabilities = probabilities
    }

    /// What was said of these patches and, after them, of those of `other`.
    public func followed(by other: PatchOutput) -> PatchOutput {
        PatchOutput(detections: detections + other.detections, probabilities: probabilities + other.probabilities)
    }
}
