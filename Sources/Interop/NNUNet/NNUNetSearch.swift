/// The greedy search for settings of "nnU-Net Plus": one after the other, each with the best of those before (spec 11).
public struct NNUNetSearch: Sendable {
    public struct Trial: Sendable, Equatable {
        /// What was tried: `min_num_voxel_5`.
        public let label: String
        public let settings: NNUNetSettings
        public let score: Double
    }

    public let best: NNUNetSettings
    /// All that was tried, in order.
    public let trials: [Trial]

    /// - Parameter score: of the objects that settings give; larger is better. Of equal ones the first is taken.
    public init(score: (NNUNetSettings) throws -> Double) throws {
        var trials: [Trial] = []
        func choose(_ candidates: [(String, NNUNetSettings)]) throws -> NNUNetSettings {
            let tried = try candidates.map { Trial(label: $0.0, settings: $0.1, score: try score($0.1)) }
            trials += tried
            return tried.dropFirst().reduce(tried[0]) { $1.score > $0.score ? $1 : $0 }.settings
        }
        var best = NNUNetSettings(minVoxels: 0)
        best = try choose(
            NNUNetSettings.voxelChoices.map { value in
                var settings = best
                settings.minVoxels = value
                return ("min_num_voxel_\(value)", settings)
            })
        best = try choose(
            NNUNetSettings.thresholdChoices.map { value in
                var settings = best
                settings.minThreshold = value
                return ("min_threshold_\(value.map { "\($0)" } ?? "None")", settings)
            })
        best = try choose(
            NNUNetSettings.Aggregation.allCases.map { value in
                var settings = best
                settings.aggregation = value
                return ("aggregation_\(value.rawValue)", settings)
            })
        self.best = best
        self.trials = trials
    }
}
