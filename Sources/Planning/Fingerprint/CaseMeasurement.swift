import Core

/// What `FingerprintExtractor` measures on one case: what goes into the fingerprint, and samples that all cases share.
public struct CaseMeasurement: Sendable {
    public let caseID: String
    public let fingerprint: CaseFingerprint
    /// Share of the voxels that cropping kept.
    public let sizeReduction: Double
    /// Every 10th foreground voxel, per modality.
    public let intensities: [[Float]]
    /// Axis codes (ITK order) of the raw image.
    public let rawOrientation: String
    /// Axis codes of the cropped arrays.
    public let orientation: String
}
