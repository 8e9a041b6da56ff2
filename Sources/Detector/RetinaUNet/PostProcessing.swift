/// How raw predictions of a patch become detections (spec 06, post-processing).
public struct PostProcessing: Sendable, Equatable {
    /// Best (anchor, class) pairs that are looked at.
    public var topCandidates = 10_000
    /// Pairs must score above this.
    public var scoreThreshold: Float = 0
    /// Boxes with a smaller side are dropped, voxels.
    public var smallestSide: Float = 0.01
    /// Boxes of one class that overlap more are duplicates.
    public var overlapThreshold: Float = 0.6
    public var detectionsPerImage = 100

    public init() {}
}
