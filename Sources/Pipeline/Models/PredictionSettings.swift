/// How a model looks at a case.
struct PredictionSettings: Sendable, Equatable {
    /// Mirrorings: 8, 4 or 1.
    var transforms = 8
    /// Whether the voxels of the objects are wanted too.
    var segments = false
    /// Leaves out tiles without body.
    var skipsAir = false
    /// The original's tiles, mirroring, restoration and order of detections.
    var referenceBehaviour = false
}
