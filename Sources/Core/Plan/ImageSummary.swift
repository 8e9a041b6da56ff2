/// What the voxels of one modality of a case are like.
public struct ImageSummary: Codable, Sendable, Equatable {
    /// Key of the voxels and their number along each axis: two images are the same where it is.
    public var key: String
    public var mean: Double
    /// Population standard deviation.
    public var std: Double
    public var minimum: Double
    public var maximum: Double

    public init(key: String, mean: Double, std: Double, minimum: Double, maximum: Double) {
        self.key = key
        self.mean = mean
        self.std = std
        self.minimum = minimum
        self.maximum = maximum
    }
}
