/// Intensities of the foreground (every 10th voxel of the objects) of one modality, in the image's own units.
public struct ModalityIntensity: Codable, Sendable, Equatable {
    /// Over the voxels of all cases together.
    public var overall: IntensityStatistics
    /// Per case; NaN where a case has no object.
    public var perCase: [String: IntensityStatistics]

    enum CodingKeys: String, CodingKey {
        case perCase = "local_props"
    }

    public init(overall: IntensityStatistics, perCase: [String: IntensityStatistics]) {
        self.overall = overall
        self.perCase = perCase
    }

    /// The overall statistics stand beside `local_props`, not below a key of their own.
    public init(from decoder: any Decoder) throws {
        overall = try IntensityStatistics(from: decoder)
        perCase = try decoder.container(keyedBy: CodingKeys.self).decode([String: IntensityStatistics].self, forKey: .perCase)
    }

    public func encode(to encoder: any Encoder) throws {
        try overall.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(perCase, forKey: .perCase)
    }
}
