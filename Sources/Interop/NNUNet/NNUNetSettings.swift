import Support

/// How objects are made of nnU-Net's probabilities (spec 11).
public struct NNUNetSettings: Codable, Sendable, Equatable {
    /// What an object's score is of the probabilities of its voxels.
    public enum Aggregation: String, Codable, Sendable, CaseIterable {
        case max
        case median
        case mean
        case percentile95
    }

    public var aggregation: Aggregation
    /// Objects of fewer voxels are dropped.
    public var minVoxels: Int
    /// Voxels belong to an object where a class has more than this; nil: where one has more than the background.
    public var minThreshold: Double?

    public init(aggregation: Aggregation = .max, minVoxels: Int, minThreshold: Double? = nil) {
        self.aggregation = aggregation
        self.minVoxels = minVoxels
        self.minThreshold = minThreshold
    }

    /// Without a search.
    public static let simple = NNUNetSettings(minVoxels: 5)

    /// The values that are tried, in this order; the first is where the search begins.
    public static let voxelChoices = [0, 5, 10, 15, 20]
    public static let thresholdChoices: [Double?] = [nil, 0.1, 0.2, 0.3, 0.4, 0.5]

    enum CodingKeys: String, CodingKey {
        case aggregation
        case minVoxels = "min_num_voxel"
        case minThreshold = "min_threshold"
    }
}

extension NNUNetSettings: CheckedContent {
    /// - Throws: `Problem` naming the key whose value is no probability or number of voxels.
    public func check(named name: String) throws {
        let remedy = "run 'nndet nnunet import --mode val' again"
        guard minVoxels >= 0 else {
            throw Problem(name, "'\(CodingKeys.minVoxels.rawValue)' is \(minVoxels), at least 0 is needed", remedy: remedy)
        }
        guard let minThreshold, !(0...1).contains(minThreshold) else { return }
        throw Problem(name, "'\(CodingKeys.minThreshold.rawValue)' is \(minThreshold), a probability from 0 to 1 is needed", remedy: remedy)
    }
}
