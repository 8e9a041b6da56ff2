import Core

/// The constants of planning (spec 03), those of the original by default, and the memory that training may use.
public struct PlannerConfiguration: Sendable, Equatable {
    /// Name of the planner; begins the name of its plans.
    public var plannerID = "D3V001"
    /// Module class that the plan is for.
    public var archName = "RetinaUNetV001"
    public var batchSize = 4
    public var startChannels = 32
    public var maxChannels = 320
    /// Channels of the decoder's levels; nil: four times the start channels.
    public var fpnChannels: Int?
    public var headChannels = 128
    /// Shortest feature map, voxels.
    public var minimumFeatureMapLength = 4
    /// Resolutions with detection heads, at most.
    public var decoderLevels = 4
    /// Finest resolution with detection heads, where there are enough.
    public var minimumDecoderLevel = 2
    public var anisotropyThreshold = 3.0
    public var resampleAnisotropyThreshold = 3.0
    public var targetSpacingPercentile = 50.0
    /// Independent searches for anchors.
    public var anchorRuns = 3
    /// Evaluations of each search.
    public var anchorEvaluations = 5000
    /// Bytes that training may use on its device.
    public var memoryBudget = Self.defaultMemoryBudget
    public var precision = MemoryModel.Precision.mixed
    /// Decide by the original's rules where ours are mended: low-resolution trigger in voxels of the images, whole level strides.
    public var referenceBehaviour = false

    /// The GPU that the original plans for (11 GB class), all of whose memory is counted.
    public static let defaultMemoryBudget = 11_523_260_416

    /// The original's constants for 2D or 3D data.
    public init(dim: Int = 3) {
        guard dim == 2 else { return }
        batchSize = 16
        startChannels = 48
        maxChannels = 480
        minimumFeatureMapLength = 8
        decoderLevels = 5
    }
}
